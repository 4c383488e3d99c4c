"""What the lips do while given visemes sound: the target that the motion model learns.

Cohen and Massaro's dominance blending ("Modeling coarticulation in synthetic visual speech", 1993): each segment pulls
each control towards its own target with a strength that decays with distance in time. Closures (p b m) and tucks (f v)
are then enforced, because a blend never quite closes. The numbers are our own judgement, tuned by eye.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.motion.articulation import ARTICULATION_INDEX, ARTICULATION_NAMES
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.training.phones import Segment, Viseme

V = Viseme
CONTROLS = len(ARTICULATION_NAMES)
JAW, CLOSED, ROUND, WIDE, UPRAISE, LOWDROP, TUCK, FUNNEL = range(8)

# What a long, isolated phone would look like. Columns are ARTICULATION_NAMES.
TARGETS = np.zeros((len(Viseme), CONTROLS), np.float32)
# fmt: off
#                   jaw closed round wide upraise lowdrop tuck funnel tongue tip, back, out  teeth
TARGETS[V.SILENCE] = [.02, .35, 0,   0,   0,   0,   0, 0,  0,  0,  0,  0]
TARGETS[V.P]       = [.06, 1,   .05, 0,   0,   0,   0, 0,  0,  0,  0,  0]
TARGETS[V.F]       = [.12, 0,   0,   .1,  .35, 0,   1, 0,  0,  0,  0,  .3]
TARGETS[V.TH]      = [.2,  0,   0,   .1,  .2,  .3,  0, 0,  .6, 0,  1,  .2]
TARGETS[V.T]       = [.18, 0,   0,   .15, .15, .25, 0, 0,  1,  0,  0,  .5]
TARGETS[V.L]       = [.28, 0,   0,   .1,  .15, .25, 0, 0,  .9, 0,  .1, .1]
TARGETS[V.K]       = [.25, 0,   0,   .1,  .15, .2,  0, 0,  0,  1,  0,  .1]
TARGETS[V.H]       = [.3,  0,   0,   .05, .1,  .1,  0, 0,  0,  .1, 0,  0]
TARGETS[V.CH]      = [.12, 0,   .5,  0,   .4,  .35, 0, 1,  .5, 0,  0,  .9]
TARGETS[V.S]       = [.06, 0,   0,   .4,  .25, .35, 0, 0,  .6, 0,  0,  1]
TARGETS[V.R]       = [.22, 0,   .45, 0,   .15, .2,  0, .4, .3, .3, 0,  .2]
TARGETS[V.AA]      = [.85, 0,   0,   .15, .25, .4,  0, 0,  0,  .2, 0,  0]
TARGETS[V.EH]      = [.6,  0,   0,   .5,  .3,  .35, 0, 0,  .1, 0,  0,  0]
TARGETS[V.IY]      = [.25, 0,   0,   .85, .25, .3,  0, 0,  .3, 0,  0,  .2]
TARGETS[V.OW]      = [.55, 0,   .7,  0,   .1,  .15, 0, .2, 0,  .3, 0,  0]
TARGETS[V.UW]      = [.22, 0,   1,   0,   0,   .05, 0, .2, 0,  .3, 0,  0]
TARGETS[V.AX]      = [.35, 0,   .05, .2,  .15, .2,  0, 0,  .1, .1, 0,  0]
# fmt: on

REACH_S = np.array([0.055, 0.025, 0.08, 0.07, 0.05, 0.05, 0.025, 0.06, 0.03, 0.04, 0.03, 0.04], np.float32)  # of a pull
CLOSURE_RAMP_S = 0.04  # lips travel into and out of contact in about this time
CLOSED_ENOUGH = 0.35  # from here upwards `closed` takes the jaw along; silence rests exactly here


def _dominance() -> Float32[np.ndarray, "visemes controls"]:
    """Return how strongly each viseme insists on each control: high where essential, low where it does not care."""
    dominance = np.full((len(Viseme), CONTROLS), 0.5, np.float32)
    for viseme in (V.T, V.K, V.H, V.L, V.TH, V.S):  # made by the tongue: the lips keep the vowel's shape
        dominance[viseme, [ROUND, WIDE]] = 0.15, 0.25
    for viseme in (V.K, V.H):  # made at the back: not even the jaw matters
        dominance[viseme, [JAW, ROUND, WIDE]] = 0.2, 0.05, 0.1
    for viseme in (V.P, V.F):
        dominance[viseme, [JAW, CLOSED, ROUND, WIDE, TUCK]] = 1.2, 1.0, 0.2, 0.15, 1.0
    dominance[[V.S, V.CH], JAW] = 1.2  # sibilants need the teeth together
    dominance[[V.UW, V.OW], ROUND] = 1.2
    dominance[[V.UW, V.OW], WIDE] = 1.0
    dominance[V.CH, [ROUND, FUNNEL]] = 0.8, 1.0
    dominance[V.IY, WIDE] = 0.9
    dominance[[V.AA, V.EH], JAW] = 0.9
    dominance[V.SILENCE] = 0.6
    return dominance


DOMINANCE = _dominance()


def instants_s(count: int) -> Float32[np.ndarray, " T"]:
    """Return the times of the first instants of motion: each lies in the middle of its thirtieth of a second."""
    return ((np.arange(count) + 0.5) / MOTION_RATE_HZ).astype(np.float32)


def animate(segments: Sequence[Segment], count: int) -> Float32[np.ndarray, "T 12"]:
    """Return the articulation at the first `count` instants."""
    return animate_at(segments, instants_s(count))


def animate_at(segments: Sequence[Segment], times: Float32[np.ndarray, " T"]) -> Float32[np.ndarray, "T 12"]:
    """Return the articulation at some times, in seconds."""
    visemes, starts, ends = _columns(segments)
    distance = np.maximum(0, np.maximum(starts - times[:, None], times[:, None] - ends))  # (T, N) s, 0 inside
    articulation = np.empty((len(times), CONTROLS), np.float32)
    for control in range(CONTROLS):
        pull = DOMINANCE[visemes, control] * np.exp(-distance / REACH_S[control])
        articulation[:, control] = pull @ TARGETS[visemes, control] / np.maximum(pull.sum(axis=1), 1e-6)
    _enforce_contact(articulation, distance, visemes)
    return articulation


def viseme_labels(segments: Sequence[Segment], count: int) -> UInt8[np.ndarray, " T"]:
    """Return the viseme that sounds at each of the first `count` instants."""
    return viseme_labels_at(segments, instants_s(count))


def viseme_labels_at(segments: Sequence[Segment], times: Float32[np.ndarray, " T"]) -> UInt8[np.ndarray, " T"]:
    """Return the viseme that sounds at each of some times, in seconds."""
    visemes, starts, ends = _columns(segments)
    labels = visemes[np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)].astype(np.uint8)
    labels[(times < starts[0]) | (times >= ends[-1])] = Viseme.SILENCE
    return labels


def _columns(segments: Sequence[Segment]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    visemes = np.array([segment.viseme for segment in segments], np.int64)
    starts = np.array([segment.start_s for segment in segments], np.float32)
    return visemes, starts, np.array([segment.end_s for segment in segments], np.float32)


def _enforce_contact(articulation: np.ndarray, distance: np.ndarray, visemes: np.ndarray) -> None:
    """Close the lips at p b m and tuck the lower lip at f v, whatever the neighbours want."""
    for viseme, control in ((Viseme.P, CLOSED), (Viseme.F, TUCK)):
        if (visemes == viseme).any():
            contact = np.clip(1 - distance[:, visemes == viseme].min(axis=1) / CLOSURE_RAMP_S, 0, 1)
            articulation[:, control] = np.maximum(articulation[:, control], contact)
    contact = np.clip((articulation[:, CLOSED] - CLOSED_ENOUGH) / (1 - CLOSED_ENOUGH), 0, 1)
    articulation[:, JAW] *= (1 - 0.85 * contact) * (1 - 0.5 * articulation[:, TUCK])
    articulation[:, [UPRAISE, LOWDROP]] *= (1 - contact)[:, None]


assert ARTICULATION_INDEX["funnel"] == FUNNEL
