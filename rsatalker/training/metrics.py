"""How good lips are: right movement, closed when they must be, still in silence, on time, not shaking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.training.phones import Viseme

VISIBLE_CONTROLS = 8  # r8: the controls that show from outside; tongue and teeth come after them
CLOSED_FROM = 0.55  # `closed` above which lips count as closed
TUCKED_FROM = 0.5
SILENT_JAW = 0.15  # `jaw` below which a mouth counts as shut in silence
SILENCE_MARGIN = 3  # instants around speech that do not count as silence: the mouth prepares and relaxes
LARGEST_LAG = 6  # instants searched in either direction
JAW, CLOSED, TUCK = (ARTICULATION_INDEX[name] for name in ("jaw", "closed", "tuck"))


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip: what the lips did and what they should have done."""

    estimate: Float32[np.ndarray, "T 12"]
    target: Float32[np.ndarray, "T 12"]
    visemes: UInt8[np.ndarray, " T"]
    segments: Float32[np.ndarray, "N 3"]


@dataclass(frozen=True, slots=True)
class LipScores:
    """Scores of a set of clips.

    Attributes:
        seconds: Length of all clips.
        r8: Mean correlation with the target over the eight visible controls.
        r_jaw: Of `jaw`.
        r_closed: Of `closed`.
        closure_recall: Share of p b m at which the lips closed within one instant.
        closure_precision: Share of closures during speech that belong to a p b m.
        tuck_recall: Share of f v at which the lower lip was tucked.
        silence_shut: Share of silence with the jaw shut.
        lag_ms: Shift at which the jaw correlates best; positive is late.
        jerk: Second differences of the jaw relative to the target's; below 1 is smoother.
    """

    seconds: float
    r8: float
    r_jaw: float
    r_closed: float
    closure_recall: float
    closure_precision: float
    tuck_recall: float
    silence_shut: float
    lag_ms: float
    jerk: float


def lip_scores(clips: Iterable[Scored]) -> LipScores:
    """Return the scores over all clips together."""
    clips = list(clips)
    estimate = np.concatenate([clip.estimate for clip in clips])
    target = np.concatenate([clip.target for clip in clips])
    silent = np.concatenate([deep_silence(clip.visemes) for clip in clips])
    r = correlations(estimate, target)
    closures = [_contacts(clip, Viseme.P, CLOSED, CLOSED_FROM) for clip in clips]
    tucks = [_contacts(clip, Viseme.F, TUCK, TUCKED_FROM) for clip in clips]
    return LipScores(
        seconds=len(target) / MOTION_RATE_HZ,
        r8=float(r[:VISIBLE_CONTROLS].mean()),
        r_jaw=float(r[JAW]),
        r_closed=float(r[CLOSED]),
        closure_recall=_share(sum(c.made for c in closures), sum(c.wanted for c in closures)),
        closure_precision=_share(sum(c.right for c in closures), sum(c.found for c in closures)),
        tuck_recall=_share(sum(c.made for c in tucks), sum(c.wanted for c in tucks)),
        silence_shut=_share(int((estimate[silent, JAW] < SILENT_JAW).sum()), int(silent.sum())),
        lag_ms=best_lag(estimate[:, JAW], target[:, JAW]) * 1000 / MOTION_RATE_HZ,
        jerk=float(np.abs(np.diff(estimate[:, JAW], 2)).mean() / np.abs(np.diff(target[:, JAW], 2)).mean()),
    )


def correlations(estimate: Float[np.ndarray, "T C"], target: Float[np.ndarray, "T C"]) -> Float[np.ndarray, " C"]:
    """Return Pearson's correlation of each column; 0 for a column that never moves."""
    a, b = estimate - estimate.mean(axis=0), target - target.mean(axis=0)
    return (a * b).sum(axis=0) / np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0) + 1e-9)


def deep_silence(visemes: UInt8[np.ndarray, " T"]) -> Bool[np.ndarray, " T"]:
    """Return which instants have nothing but silence within `SILENCE_MARGIN` on both sides."""
    window = np.ones(2 * SILENCE_MARGIN + 1)
    return np.convolve(visemes != Viseme.SILENCE, window, "same")[: len(visemes)] == 0


def best_lag(estimate: Float[np.ndarray, " T"], target: Float[np.ndarray, " T"]) -> int:
    """Return by how many instants the estimate is late."""

    def shifted_correlation(lag: int) -> float:
        late = estimate[max(0, lag) : len(estimate) + min(0, lag)]
        early = target[max(0, -lag) : len(target) + min(0, -lag)]
        return float(correlations(late[:, None], early[:, None])[0])

    return max(range(-LARGEST_LAG, LARGEST_LAG + 1), key=shifted_correlation)


@dataclass(frozen=True, slots=True)
class _Contacts:
    """Contacts that phones want, those of them that were made; contacts found in speech, those of them in place."""

    wanted: int
    made: int
    found: int
    right: int


def _contacts(clip: Scored, viseme: Viseme, control: int, threshold: float) -> _Contacts:
    touching = clip.estimate[:, control] > threshold
    near = np.zeros(len(touching), bool)
    wanted = made = found = right = 0
    for _, start_s, end_s in clip.segments[clip.segments[:, 0] == viseme]:
        first = max(0, int(np.floor(start_s * MOTION_RATE_HZ)) - 1)
        last = int(np.ceil(end_s * MOTION_RATE_HZ)) + 1
        near[first:last] = True
        wanted += 1
        made += bool(touching[first:last].any())
    edges = np.flatnonzero(np.diff(np.concatenate([[0], touching.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if (clip.visemes[first:last] == Viseme.SILENCE).all():
            continue  # closed in silence is right, and no closure of speech
        found += 1
        right += bool(near[first:last].any())
    return _Contacts(wanted, made, found, right)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
