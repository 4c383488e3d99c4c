"""Shots of a script -> camera keys."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import cast

from rsatalker.cutscenes.fields import Table
from rsatalker.cutscenes.lights import PRESETS as LIGHTS
from rsatalker.cutscenes.script import (
    EASINGS,
    MOVES,
    PRESETS,
    STEREO_LAYOUTS,
    Easing,
    Key,
    Move,
    Output,
    Participant,
    Preset,
    Shot,
    Stereo,
    StereoLayout,
    Vector,
    View,
)
from rsatalker.cutscenes.staging import eyes_of, framed

NARROWEST_DEG, WIDEST_DEG = 1.0, 120.0  # angle of view; beyond that a picture is a blur or a fish-eye
# Move: (usual amount, lowest, highest).
AMOUNTS: dict[Move, tuple[float, float, float]] = {
    "still": (0.0, 0.0, 0.0),
    "push-in": (0.12, 0.0, 0.9),
    "pull-out": (0.12, 0.0, 0.9),
    "orbit-left": (10.0, 0.0, 360.0),
    "orbit-right": (10.0, 0.0, 360.0),
    "hand-held": (1.0, 0.0, 5.0),
}


def read_shots(
    script: Table, participants: Sequence[Participant], output: Output, duration_s: Fraction
) -> tuple[Shot, ...]:
    """Return all shots; a two-shot over the whole scene if there are none.

    Raises:
        ScriptError: A shot cannot be.
    """
    tables = script.tables("shot")
    aspect = output.width / output.height
    if not tables:
        view = framed("two-shot", participants, 0, aspect)
        return (Shot("two-shot", Fraction(0), (Key(Fraction(0), view),)),)
    shots: list[Shot] = []
    for index, table in enumerate(tables):
        shot = _shot(table, f"shot {index + 1}", participants, aspect, duration_s)
        if not shots and shot.start_s != 0:
            raise table.error("start_s", f"is {float(shot.start_s):g}; the first shot starts at 0.")
        if shots and _frame(shot, output) <= _frame(shots[-1], output):
            raise table.error(
                "start_s",
                f"is {float(shot.start_s):g}; expected at least a frame after the shot before, "
                f"which starts at {float(shots[-1].start_s):g}.",
            )
        shots.append(shot)
    return tuple(shots)


def read_stereo(table: Table) -> Stereo:
    """Return the stereo pair that a table describes."""
    usual = Stereo()
    stereo = Stereo(
        table.number("eye_distance_m", usual.eye_distance_m, 0, 1),
        table.number("convergence_m", usual.convergence_m, 0.05, 1000),
        cast(StereoLayout, table.choice("layout", STEREO_LAYOUTS, usual.layout)),
    )
    table.close()
    return stereo


def _frame(shot: Shot, output: Output) -> int:
    return -(-(shot.start_s * output.frame_rate) // 1)


def _shot(table: Table, name: str, participants: Sequence[Participant], aspect: float, duration_s: Fraction) -> Shot:
    start_s = table.exact("start_s", Fraction(0), 0, float(duration_s))
    if start_s >= duration_s:
        raise table.error("start_s", f"is {float(start_s):g}; the scene ends at {float(duration_s):g} s.")
    keys = _keys(table, participants, aspect)
    move = cast(Move, table.choice("move", MOVES, "still"))
    usual, low, high = AMOUNTS[move]
    shot = Shot(
        name=table.text("name", name),
        start_s=start_s,
        keys=keys,
        move=move,
        amount=table.number("amount", usual, low, high),
        move_easing=cast(Easing, table.choice("easing", EASINGS, "smooth")),
        light=table.choice("light", LIGHTS) if table.asked("light") else None,
    )
    table.close()
    return shot


def _keys(table: Table, participants: Sequence[Participant], aspect: float) -> tuple[Key, ...]:
    """Return the keys of a preset, of a camera that is placed by hand, or of one that moves."""
    names = tuple(participant.name for participant in participants)
    tables = table.tables("key")
    preset = cast(Preset, table.choice("preset", PRESETS)) if table.asked("preset") else None
    of = names.index(table.choice("of", names, names[0]))
    placed = table.asked("position_m")
    if (preset is not None) + placed + bool(tables) > 1:
        raise table.error("", "has more than one of preset, position_m and keys; a shot takes one of them.")
    if tables:
        return _moving(tables, participants)
    if placed:
        return (Key(Fraction(0), _view(table, participants)),)
    if preset is not None and preset not in ("two-shot", "wide") and not table.asked("of"):
        raise table.missing(f"is missing; a {preset} is of one of {', '.join(names)}.", "of")
    fov = table.number("fov_deg", low=NARROWEST_DEG, high=WIDEST_DEG) if table.asked("fov_deg") else None
    for other in ("target", "roll_deg"):
        if table.asked(other):
            raise table.error(other, "belongs to position_m; a preset aims by itself.")
    return (Key(Fraction(0), framed(preset or "two-shot", participants, of, aspect, fov)),)


def _moving(tables: list[Table], participants: Sequence[Participant]) -> tuple[Key, ...]:
    keys: list[Key] = []
    for table in tables:
        at_s = table.exact("at_s", low=0, high=1e6)
        if keys and at_s <= keys[-1].at_s:
            raise table.error(
                "at_s", f"is {float(at_s):g}; expected more than the key before, {float(keys[-1].at_s):g}."
            )
        easing = cast(Easing, table.choice("easing", EASINGS, "smooth"))
        keys.append(Key(at_s, _view(table, participants), easing))
        table.close()
    return tuple(keys)


def _view(table: Table, participants: Sequence[Participant]) -> View:
    names = tuple(participant.name for participant in participants)
    position = table.vector("position_m", low=-100, high=100)
    target: Vector
    if isinstance(table.raw("target"), str):
        x, y, z = eyes_of(participants, names.index(table.choice("target", names)))
        target = float(x), float(y), float(z)
    else:
        target = table.vector("target", low=-100, high=100)
    level = (position[0] - target[0]) ** 2 + (position[2] - target[2]) ** 2
    if level < 1e-6:
        raise table.error("target", "is straight above or below position_m, or the same point; move one sideways.")
    fov = table.number("fov_deg", 24.0, NARROWEST_DEG, WIDEST_DEG)
    return View(position, target, fov, table.number("roll_deg", 0.0, -180, 180))
