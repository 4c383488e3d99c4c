"""Turns of a script, or its two-channel file -> clips on the timeline, and the moods that turns bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from rsatalker.cutscenes.fields import Table
from rsatalker.cutscenes.script import Change, Clip
from rsatalker.errors import AudioError
from rsatalker.motion.mood import MOODS, Mood
from rsatalker.speech.audio import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, counted_channels, is_one_voice
from rsatalker.speech.sound_file import SoundFile

TAIL_S = Fraction(4, 5)  # after the last word, so that faces come to rest
LONGEST_S = 4 * 3600.0  # of a scene; beyond that it is a mistake in a time
INTERRUPTED_S = Fraction(3, 20)  # how long the interrupted one goes on


@dataclass(frozen=True, slots=True)
class Voices:
    """What is said.

    Attributes:
        clips: In order of their start.
        moods: Changes that turns bring.
        end_s: When everything has been said, and a little later.
    """

    clips: tuple[Clip, ...]
    moods: tuple[Change, ...]
    end_s: Fraction


@dataclass(frozen=True, slots=True)
class _Turn:
    table: Table
    clip: Clip
    interrupts: bool


def read_voices(script: Table, names: tuple[str, ...]) -> Voices:
    """Return what is said, from `dialogue` or from the turns.

    Raises:
        ScriptError: Neither or both are there, or a turn cannot be.
    """
    tables = script.tables("turn")
    if script.asked("dialogue"):
        if tables:
            raise script.error("dialogue", "stands beside turns; give one two-channel file or turns, not both.")
        return _dialogue(script)
    if not tables:
        sentence = "is missing; give turns, each headed [[turn]], or a two-channel file as dialogue."
        raise script.missing(sentence, "turn", "dialogue")
    turns: list[_Turn] = []
    moods: list[Change] = []
    for table in tables:
        turn = _turn(table, names, turns[-1].clip.end_s if turns else Fraction(0))
        if turn.interrupts:
            turns = [_interrupted(earlier, turn.clip) for earlier in turns]
        turns.append(turn)
        if table.asked("mood"):
            mood = Mood(table.choice("mood", MOODS), table.number("mood_strength", 1.0, 0, 1.5))
            moods.append(Change(turn.clip.start_s, participant=turn.clip.participant, mood=mood))
        elif table.asked("mood_strength"):
            raise table.error("mood", f"is missing beside mood_strength; expected one of {', '.join(MOODS)}.")
        table.close()
    _refuse_overlap(turns, names)
    clips = tuple(sorted((turn.clip for turn in turns), key=lambda clip: clip.start_s))
    return Voices(clips, tuple(moods), max(clip.end_s for clip in clips) + TAIL_S)


def _dialogue(script: Table) -> Voices:
    file = script.file("dialogue")
    channels, duration_s = _sound(script, "dialogue", file)
    if channels != 2:
        raise script.error(
            "dialogue", f"has {counted_channels(channels)} ({file}); expected 2, one for each participant."
        )
    clips = tuple(Clip(index, file, index, Fraction(0), duration_s, duration_s) for index in (0, 1))
    return Voices(clips, (), duration_s + TAIL_S)


def _turn(table: Table, names: tuple[str, ...], previous_end_s: Fraction) -> _Turn:
    speaker = names.index(table.choice("speaker", names))
    file = table.file("file")
    channels, duration_s = _sound(table, "file", file)
    if channels != 1 and not _has_one_voice(file):
        raise table.error(
            "file", f"has {channels} channels that differ ({file}); a turn takes 1 voice, or give it as dialogue."
        )
    has_start, has_gap = table.asked("start_s"), table.asked("gap_s")
    if has_start and has_gap:
        raise table.error("gap_s", "stands beside start_s; give the time, or the gap after the previous turn.")
    if has_start:
        start_s = table.exact("start_s", low=0, high=LONGEST_S)
    else:
        start_s = previous_end_s + table.exact("gap_s", Fraction(1, 5), -60, 600)
    if start_s < 0:
        raise table.error("gap_s", f"starts this turn at {float(start_s):g} s; expected no time before 0.")
    end_s = start_s + duration_s
    clip = Clip(speaker, file, 0, start_s, duration_s, end_s, table.number("gain_db", 0.0, -60, 24))
    return _Turn(table, clip, table.flag("interrupts"))


def _interrupted(turn: _Turn, by: Clip) -> _Turn:
    """Return the turn, ending soon after the other one begins to speak, if it is under way then."""
    clip, cut_s = turn.clip, by.start_s + INTERRUPTED_S
    if clip.participant == by.participant or not clip.start_s < by.start_s < clip.end_s or clip.end_s <= cut_s:
        return turn
    return replace(turn, clip=replace(clip, end_s=cut_s))


def _refuse_overlap(turns: list[_Turn], names: tuple[str, ...]) -> None:
    for participant, name in enumerate(names):
        own = sorted((turn for turn in turns if turn.clip.participant == participant), key=lambda t: t.clip.start_s)
        for earlier, later in pairwise(own):
            if later.clip.start_s < earlier.clip.end_s:
                raise later.table.error(
                    "start_s" if later.table.asked("start_s") else "gap_s",
                    f"lets {name} begin at {float(later.clip.start_s):g} s, while {name}'s turn of "
                    f"{float(earlier.clip.start_s):g} to {float(earlier.clip.end_s):g} s goes on; one voice says one "
                    "thing at a time.",
                )


def _sound(table: Table, key: str, file: Path) -> tuple[int, Fraction]:
    """Return channels and duration of a sound file."""
    try:
        with SoundFile(file) as sound:
            rate_hz, channels = sound.sample_rate_hz, sound.channels
            if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
                raise table.error(
                    key, f"has {rate_hz} samples a second ({file}); expected {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}."
                )
            duration_s = Fraction(sound.count(), rate_hz)
    except AudioError as error:
        raise table.error(key, f"cannot be used: {error}") from error
    if not 0 < duration_s <= LONGEST_S:
        raise table.error(
            key, f"lasts {float(duration_s):g} s ({file}); expected more than 0 and at most {LONGEST_S:g}."
        )
    return channels, duration_s


def _has_one_voice(file: Path) -> bool:
    """Return whether all channels of a file have the same sound; reads until they differ."""
    with SoundFile(file) as sound:
        while (block := sound.read(sound.sample_rate_hz)).size:
            if not is_one_voice(block):
                return False
    return True
