"""Script (TOML, or the same structure from Python) -> `Cutscene`; SCRIPT.md beside this describes the format."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, cast

from rsatalker.avatars.cast import CHARACTERS
from rsatalker.cutscenes.fields import Source, Table
from rsatalker.cutscenes.lights import PRESETS as LIGHTS
from rsatalker.cutscenes.read_camera import read_shots, read_stereo
from rsatalker.cutscenes.read_voices import LONGEST_S, read_voices
from rsatalker.cutscenes.script import (
    BACKGROUNDS,
    FORMATS,
    OPAQUE,
    PANNINGS,
    Background,
    BackgroundKind,
    Change,
    Cutscene,
    KeyLight,
    Lighting,
    Output,
    Panning,
    Participant,
    Stereo,
)
from rsatalker.cutscenes.staging import ARRANGEMENTS, default_places
from rsatalker.cutscenes.toml_lines import TomlLines
from rsatalker.errors import ScriptError
from rsatalker.motion.mood import MOODS, STRONGEST_STYLE, Mood, Style
from rsatalker.motion.social import Kinship, Relationship, Status

# What people call rates of film and television, and what they are.
NOMINAL_RATES: dict[Fraction, Fraction] = {
    Fraction("23.976"): Fraction(24000, 1001),
    Fraction("23.98"): Fraction(24000, 1001),
    Fraction("29.97"): Fraction(30000, 1001),
    Fraction("47.952"): Fraction(48000, 1001),
    Fraction("59.94"): Fraction(60000, 1001),
    Fraction("119.88"): Fraction(120000, 1001),
}
LOWEST_RATE, HIGHEST_RATE = Fraction(24000, 1001), Fraction(120)
RATE = re.compile(r"[0-9]{1,9}([.][0-9]{1,9}|/[0-9]{1,9})?")  # as a text; an exact "1e999999999" would fill the memory
NO_FILE_NAME = re.compile(r'[\x00-\x1f/\\:*?"<>|]')  # what Windows refuses in a name, and with that everybody
LARGEST_PX = 8192  # per side


def read_script(path: Path) -> Cutscene:
    """Return the cutscene that a TOML file describes.

    Raises:
        ScriptError: The file is missing, no TOML, or says what cannot be; the message names line and field.
        AudioError: A sound file cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ScriptError(f"{path} does not exist; `rsatalker render --init {path}` writes an example.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path} cannot be read as text ({error}); a script is a TOML file in UTF-8.") from error
    return read_script_text(text, str(path), path.parent, path.stem)


def read_script_text(
    text: str, place: str, folder: Path, name: str = "cutscene", within: Path | None = None
) -> Cutscene:
    """Return the cutscene that a text in TOML describes.

    Args:
        text: The script.
        place: What messages call it.
        folder: What relative file names start from.
        name: Of the files that are written.
        within: The only folder whose files it may name; None: any.

    Raises:
        ScriptError: The text is no TOML, or says what cannot be; the message names line and field.
        AudioError: A sound file cannot be used.
    """
    try:
        values = tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{place} is no TOML: {error}.") from error
    except ValueError as error:  # Python's own limit, which names no line
        raise ScriptError(f"{place} is no script: one of its whole numbers has thousands of digits.") from error
    except RecursionError as error:
        raise ScriptError(f"{place} is no script: its lists stand in one another too deeply.") from error
    return _cutscene(Table(values, Source(place, folder, TomlLines(text), within)), name)


def cutscene_from(values: Mapping[str, Any], folder: Path, name: str = "cutscene") -> Cutscene:
    """Return the cutscene that a mapping of the script's structure describes.

    Args:
        values: As in a script.
        folder: What relative file names start from.
        name: Of the files that are written.

    Raises:
        ScriptError: As `read_script`, without a line.
    """
    return _cutscene(Table(values, Source(name, folder)), name)


def _exact(text: str) -> Fraction | float:
    near = float(text)  # an exact 1e999999999 would fill the memory
    return Fraction(text.replace("_", "")) if isfinite(near) and near else near


def _cutscene(script: Table, name: str) -> Cutscene:
    participants = _participants(script)
    names = tuple(participant.name for participant in participants)
    relationship = _relationship(script.table("relationship"), names)
    voices = read_voices(script, names)
    duration_s = script.exact("duration_s", voices.end_s, 0.05, LONGEST_S)
    output = _output(script.table("output"))
    changes = [_change(table, names, duration_s, participants) for table in script.tables("change")]
    changes += voices.moods
    shots = read_shots(script, participants, output, duration_s)
    stereo = read_stereo(script.table("stereo")) if script.asked("stereo") else None
    _check_size(script, output, stereo)
    cutscene = Cutscene(
        name=script.text("name", name),
        participants=participants,
        relationship=relationship,
        clips=voices.clips,
        changes=tuple(sorted(changes, key=lambda change: change.at_s)),
        shots=shots,
        duration_s=duration_s,
        lighting=_lighting(script.table("light")),
        background=_background(script.table("background")),
        output=output,
        stereo=stereo,
        panning=cast(Panning, script.choice("sound_position", PANNINGS, "stage")),
        seed=script.integer("seed", 1),
    )
    _check_file_name(script, cutscene.name)
    script.close()
    return cutscene


def _participants(script: Table) -> tuple[Participant, Participant]:
    tables = script.tables("participant")
    arrangement = script.choice("arrangement", ARRANGEMENTS, "open")
    if len(tables) != 2:
        raise script.error(
            "participant", f"occurs {len(tables)} times; a cutscene takes 2, each headed [[participant]]."
        )
    one, two = (_participant(table, place) for table, place in zip(tables, default_places(arrangement), strict=True))
    if one.name.casefold() == two.name.casefold():  # their files must differ where case makes no difference, too
        raise tables[1].error("name", f"is {two.name!r}, as the other participant's; give one of them another name.")
    return one, two


def _participant(table: Table, place: tuple[tuple[float, float, float], float]) -> Participant:
    avatar = table.text("avatar")
    if avatar not in CHARACTERS:
        folder = table.path("avatar")
        if not folder.is_dir():
            raise table.error(
                "avatar", f"is {avatar!r}; expected one of {', '.join(CHARACTERS)}, or the folder of a fitted avatar."
            )
        avatar = str(folder.resolve())
    participant = Participant(
        name=table.text("name", Path(avatar).name),
        avatar=avatar,
        position_m=table.vector("position_m", place[0], -100, 100),
        turned_deg=table.number("turned_deg", place[1], -360, 360),
        gain_db=table.number("gain_db", 0.0, -60, 24),
        mood=_mood(table, Mood()),
        style=_style(table, Style()),
    )
    _check_file_name(table, participant.name)
    table.close()
    return participant


def _check_file_name(table: Table, name: str) -> None:
    """Refuse a name that would lead the files that bear it to another folder, or that some system does not take."""
    if NO_FILE_NAME.search(name) or name in (".", ".."):
        raise table.error("name", f'is {name!r}; expected a file name without folders, line breaks and *?"<>|.')


def _mood(table: Table, now: Mood) -> Mood:
    name = table.choice("mood", MOODS, now.name)
    return Mood(name, table.number("mood_strength", now.strength if name == now.name else 1.0, 0, 1.5))


def _style(table: Table, now: Style) -> Style:
    return Style(
        table.number("jaw_strength", now.jaw_strength, 0, STRONGEST_STYLE),
        table.number("lip_strength", now.lip_strength, 0, STRONGEST_STYLE),
    )


def _relationship(table: Table, names: tuple[str, ...]) -> Relationship:
    kinship = cast(Kinship, table.choice("kinship", ("blood", "non-blood"), "non-blood"))
    status = cast(Status, table.choice("status", ("equal", "unequal"), "equal"))
    senior = names.index(table.choice("senior", names)) if table.asked("senior") else None
    if status == "unequal" and senior is None:
        raise table.missing(f"is missing, but status is unequal; expected one of {', '.join(names)}.", "senior")
    if status == "equal" and senior is not None:
        raise table.error("senior", 'is given, but status is equal; leave senior out, or make status "unequal".')
    table.close()
    return Relationship(kinship, status, senior)


def _change(table: Table, names: tuple[str, ...], duration_s: Fraction, begins: tuple[Participant, ...]) -> Change:
    at_s = table.exact("at_s", low=0, high=float(duration_s))
    relationship = _relationship(table.table("relationship"), names) if table.asked("relationship") else None
    moody = table.asked("mood") or table.asked("mood_strength")
    styled = table.asked("jaw_strength") or table.asked("lip_strength")
    participant = 0
    if moody or styled or table.asked("participant"):
        participant = names.index(table.choice("participant", names))
    if moody and not table.asked("mood"):
        raise table.error("mood", f"is missing beside mood_strength; expected one of {', '.join(MOODS)}.")
    change = Change(
        at_s,
        relationship,
        participant,
        _mood(table, Mood()) if moody else None,
        _style(table, begins[participant].style) if styled else None,
    )
    table.close()
    if change.relationship is None and not moody and not styled:
        raise table.error("", "changes nothing; give it a relationship, a mood, jaw_strength or lip_strength.")
    return change


def _lighting(table: Table) -> Lighting:
    key = table.table("key")
    lighting = Lighting(
        preset=table.choice("preset", LIGHTS, "studio"),
        key=KeyLight(
            key.number("azimuth_deg", low=-360, high=360) if key.asked("azimuth_deg") else None,
            key.number("elevation_deg", low=-90, high=90) if key.asked("elevation_deg") else None,
            key.vector("color", low=0, high=100) if key.asked("color") else None,
            key.number("strength", 1.0, 0, 100),
        ),
        ambient=table.vector("ambient", (0, 0, 0), 0, 100),
        exposure=table.number("exposure", 0.0, -10, 10),
    )
    key.close()
    table.close()
    return lighting


def _background(table: Table) -> Background:
    usual = Background()
    kind = cast(BackgroundKind, table.choice("kind", BACKGROUNDS, usual.kind))
    background = Background(
        kind=kind,
        color=table.vector("color", usual.color, 0, 255),
        lower=table.vector("lower", usual.lower, 0, 255),
        file=table.file("file") if kind == "image" else None,
        blur=table.number("blur", 0.0, 0, 100),
        fade=table.number("fade", 0.0 if kind == "transparent" else usual.fade, 0, 1),
    )
    table.close()
    return background


def _output(table: Table) -> Output:
    output = Output(
        width=table.integer("width", 1280, 16, LARGEST_PX),
        height=table.integer("height", 720, 16, LARGEST_PX),
        frame_rate=_frame_rate(table),
        formats=table.choices("write", FORMATS, ("mp4",)),
        quality=table.integer("quality", 20, 0, 51),
        layers=table.flag("layers", True),
        detail=table.number("detail", 1.0, 0.2, 1.5),
    )
    table.close()
    return output


def _frame_rate(table: Table) -> Fraction:
    """Return a rate from 24, 23.976 or "24000/1001"."""
    rate: Fraction
    if table.asked("frame_rate") and isinstance(value := table.raw("frame_rate"), str):
        try:
            rate = Fraction(value if RATE.fullmatch(value) else "")
        except (ValueError, ZeroDivisionError) as error:
            raise table.error(
                "frame_rate", f'is {value[:40]!r}; expected a number or a fraction as "24000/1001".'
            ) from error
    else:
        rate = table.exact("frame_rate", Fraction(24))
    rate = NOMINAL_RATES.get(rate, rate)
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise table.error("frame_rate", f"is {float(rate):g}; expected 23.976 to 120 frames per second.")
    if rate.denominator not in (1, 2, 1001):
        raise table.error(
            "frame_rate", f'is {float(rate):g}; expected a whole number, 23.976, 29.97 and the like, or "24000/1001".'
        )
    return rate


def _check_size(script: Table, output: Output, stereo: Stereo | None) -> None:
    """Refuse sizes that a format cannot hold."""
    table = script.table("output")
    opaque = [name for name in output.formats if name in OPAQUE]
    for key, size, doubled in (("width", output.width, "side-by-side"), ("height", output.height, "over-under")):
        if opaque and size % 2:
            raise table.error(key, f"is {size}; {opaque[0]} takes an even number.")
        whole = 2 * size if stereo is not None and stereo.layout == doubled else size
        if opaque and whole > LARGEST_PX:
            raise table.error(key, f"is {size}, {whole} for both eyes; {opaque[0]} takes at most {LARGEST_PX}.")
