"""What heads do besides speaking, counted over minutes of made-up talk."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest

from rsatalker.motion.behaviour.nonverbal import NEVER, Nonverbal
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState
from rsatalker.motion.manner import manners
from rsatalker.motion.social import Relationship

pytestmark = pytest.mark.unit
MINUTES = 10
TOWARD = np.array([0.5, 0.0], np.float32)


def turns(minutes: float, seed: int) -> np.ndarray:
    """Voice activity of two people who take turns of 1.5 to 6 s with short pauses inside and gaps of 200 ms."""
    random = np.random.default_rng(seed)
    activity = np.zeros((2, int(minutes * 60 / STEP_S)))
    start, speaker = 0, 0
    while start < activity.shape[1]:
        length = int(random.uniform(1.5, 6) / STEP_S)
        turn = np.ones(length)
        at = 0
        while at < length:
            at += int(random.uniform(0.6, 2.0) / STEP_S)
            pause = int(random.uniform(0.1, 0.28) / STEP_S)
            turn[at : at + pause] = 0
            at += pause
        turn = turn[: activity.shape[1] - start]
        activity[speaker, start : start + len(turn)] = turn
        start, speaker = start + length + 6, 1 - speaker
    return activity


@dataclass
class Counts:
    looks_speaking: float
    looks_listening: float
    nods: float
    smiles: float
    blinks: float


@functools.cache
def watch(relationship: Relationship, seed: int = 0) -> list[Counts]:
    """Counts of both participants, per minute where they are rates."""
    activity = turns(MINUTES, 7)
    loudness = np.where(activity > 0, np.random.default_rng(8).normal(-25, 6, activity.shape), -70)
    heads = [Nonverbal(np.random.default_rng([seed, p])) for p in (0, 1)]
    voices, began, rates = [VoiceState(), VoiceState()], [NEVER, NEVER], manners(relationship)
    looks = np.zeros((2, 2, 2))  # participant, speaking or listening, seen or at the partner
    events = np.zeros((2, 3))
    for t in range(activity.shape[1]):
        for p in (0, 1):
            voices[p].step(float(activity[p, t]), float(loudness[p, t]))
        instants = [heads[p].step(voices[p], voices[1 - p], began[1 - p], rates[p], TOWARD) for p in (0, 1)]
        for p, instant in enumerate(instants):
            if voices[p].speaking or voices[1 - p].speaking:
                looks[p, int(not voices[p].speaking)] += (1, heads[p]._gaze.at_partner)
            events[p] += (heads[p]._nods.began, instant.began[1], instant.began[0])
        began = [instant.began for instant in instants]
    listening_minutes = looks[:, 1, 0] * STEP_S / 60
    return [
        Counts(
            looks[p, 0, 1] / looks[p, 0, 0], looks[p, 1, 1] / looks[p, 1, 0],
            events[p, 0] / listening_minutes[p], events[p, 1] / MINUTES, events[p, 2] / MINUTES,
        )
        for p in (0, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "relationship",
    [
        Relationship("blood", "equal"),
        Relationship("blood", "unequal", 0),
        Relationship("non-blood", "equal"),
        Relationship("non-blood", "unequal", 0),
    ],
)
def test_behaviour_keeps_the_rates_of_the_relationship(relationship: Relationship) -> None:
    # Ten minutes hold about 35 smiles and nods: counting noise alone is 17 %, so the bound is two of it and 20 %.
    for counts, manner in zip(watch(relationship), manners(relationship), strict=True):
        assert counts.looks_speaking == pytest.approx(manner.gaze_while_speaking, rel=0.2)
        assert counts.looks_listening == pytest.approx(manner.gaze_while_listening, rel=0.2)
        assert counts.blinks == pytest.approx(manner.blinks_per_minute, rel=0.2)
        assert counts.nods == pytest.approx(manner.nods_per_minute, rel=0.5)
        assert counts.smiles == pytest.approx(manner.smiles_per_minute, rel=0.5)


def test_behaviour_shows_who_is_senior() -> None:
    senior, junior = watch(Relationship("non-blood", "unequal", 0))
    assert senior.looks_speaking > 1.4 * junior.looks_speaking
    assert junior.nods > 1.5 * senior.nods


def test_relationship_changes_motion_on_the_same_seed() -> None:
    assert watch(Relationship("blood", "equal")) != watch(Relationship("non-blood", "unequal", 0))


def test_voice_state_tells_a_pause_from_the_end_of_speech() -> None:
    voice = VoiceState()
    for _ in range(30):
        voice.step(1.0, -20.0)
    paused = stopped = 0
    for _ in range(15):
        voice.step(0.0, -70.0)
        paused += voice.paused
        stopped += voice.stopped
    assert (paused, stopped, voice.speaking) == (1, 1, False)
    assert voice.spoken_s == pytest.approx(1.0 + 0.3, abs=0.05)
