"""Who speaks when, and how loud: timelines of two-party talk, made from figures, for the corpus of stage 2.

Sources: gaps between turns are short and often negative, with a mode of 200 ms (Levinson & Torreira 2015); listeners
say "mm-hm" 200 to 700 ms after a pause or a low region (Ward & Tsukahara 2000). How relations change the gaps, who
interrupts whom, and the lengths of turns are our own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.social import Relationship
from rsatalker.training.social_manner import gap_s

TURN_S = (0.5, 14.0)  # shortest, longest; in between a log-normal distribution
TURN_MEDIAN_S, TURN_SPREAD = 2.6, 0.8
GAP_SPREAD_S = 0.18
RUN_S = (0.5, 2.4)  # of speech between two pauses
PAUSE_MEDIAN_S, PAUSE_SPREAD = 0.26, 0.6
BACKCHANNEL_AT_PAUSE = 0.22  # chance
BACKCHANNEL_S = (0.25, 0.6)
INTERRUPTS = {"senior": 0.14, "equal": 0.07, "junior": 0.03}  # chance that a turn begins within the other one's
SILENCE_CHANCE, SILENCE_S = 0.05, (1.0, 7.0)  # both say nothing for a while
SYLLABLE_S = (0.12, 0.28)
LOUD_DB, STRESS_DB, QUIET_DB = -24.0, 7.0, -75.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Two voices at the motion rate.

    Attributes:
        activity: 1 where a voice sounds.
        loudness_db: Of each voice.
        gaps_s: Time from the end of a turn to the beginning of the other's, and who began.
    """

    activity: Float32[np.ndarray, "2 T"]
    loudness_db: Float32[np.ndarray, "2 T"]
    gaps_s: tuple[tuple[int, float], ...]


def plan_dialogue(relationship: Relationship, seconds: float, rng: np.random.Generator) -> Timeline:
    """Return a dialogue of this length."""
    steps = round(seconds / STEP_S)
    activity = np.zeros((2, steps), np.float32)
    gaps: list[tuple[int, float]] = []
    speaker, start_s = int(rng.integers(2)), float(rng.uniform(0.2, 1.5))
    while start_s < seconds:
        median_s = TURN_MEDIAN_S * np.exp(TURN_SPREAD * rng.standard_normal())
        end_s = start_s + float(np.clip(median_s, *TURN_S))
        _speak(activity, speaker, start_s, end_s, rng)
        listener = 1 - speaker
        if rng.random() < SILENCE_CHANCE:
            gap = float(rng.uniform(*SILENCE_S))
        elif rng.random() < INTERRUPTS[_rank(relationship, listener)] and end_s - start_s > 2:
            gap = -float(rng.uniform(0.3, 0.9))
        else:
            gap = float(rng.normal(gap_s(relationship, listener), GAP_SPREAD_S))
            gaps.append((listener, gap))
        speaker, start_s = listener, max(end_s + gap, start_s + 0.3)
    return Timeline(activity, _loudness(activity, rng), tuple(gaps))


def _rank(relationship: Relationship, participant: int) -> str:
    if relationship.senior is None:
        return "equal"
    return "senior" if relationship.senior == participant else "junior"


def _speak(activity: Float32[np.ndarray, "2 T"], speaker: int, start_s: float, end_s: float, rng: np.random.Generator):
    """Lay a turn with its pauses, and the listener's backchannels at them, into the timeline."""
    at_s = start_s
    while at_s < end_s:
        run_end_s = min(at_s + float(rng.uniform(*RUN_S)), end_s)
        activity[speaker, _steps(at_s, run_end_s)] = 1
        pause_s = min(PAUSE_MEDIAN_S * float(np.exp(PAUSE_SPREAD * rng.standard_normal())), 1.2)
        if run_end_s < end_s and rng.random() < BACKCHANNEL_AT_PAUSE:
            answer_s = run_end_s + float(rng.uniform(0.0, 0.5))
            activity[1 - speaker, _steps(answer_s, answer_s + float(rng.uniform(*BACKCHANNEL_S)))] = 1
        at_s = run_end_s + pause_s


def _steps(start_s: float, end_s: float) -> slice:
    return slice(round(start_s / STEP_S), round(end_s / STEP_S))


def _loudness(activity: Float32[np.ndarray, "2 T"], rng: np.random.Generator) -> Float32[np.ndarray, "2 T"]:
    """Return loudness that rises and falls with syllables, some of them stressed."""
    loudness = np.full_like(activity, QUIET_DB)
    for voice, its in zip(loudness, activity, strict=True):
        level_db, at = LOUD_DB + float(rng.normal(0, 5)), 0
        while at < len(voice):
            length = max(round(float(rng.uniform(*SYLLABLE_S)) / STEP_S), 2)
            peak_db = level_db + (STRESS_DB if rng.random() < 0.25 else 0.0) + float(rng.normal(0, 2))
            shape = np.sin(np.pi * (np.arange(length) + 0.5) / length)
            voice[at : at + length] = (peak_db - 9 + 9 * shape)[: len(voice) - at]
            at += length
        voice[its == 0] = QUIET_DB
    return loudness
