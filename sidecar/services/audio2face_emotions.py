"""Emotions as clients of NVIDIA Audio2Face-3D name them, and the moods of our heads."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rsatalker.motion.mood import Mood
from sidecar.errors import InvalidRequestError

# Which mood shows an emotion, and how strongly; the match is our own, by the muscles that both move.
MOOD_OF_EMOTION: dict[str, tuple[str, float]] = {
    "amazement": ("surprised", 1.0),
    "anger": ("angry", 1.0),
    "cheekiness": ("happy", 0.6),
    "disgust": ("disgusted", 1.0),
    "fear": ("afraid", 1.0),
    "grief": ("sad", 1.0),
    "joy": ("happy", 1.0),
    "outofbreath": ("afraid", 0.4),
    "pain": ("disgusted", 0.7),
    "sadness": ("sad", 0.8),
}
SETTLE_S = 0.5  # of a change of emotion, if the client sets none
SHOWN = 1e-3  # weaker emotions are left out of what is told


def checked_emotions(emotions: Mapping[str, float]) -> dict[str, float]:
    """Return emotions by lower-case name.

    Raises:
        InvalidRequestError: A name is unknown, or a strength is not in [0, 1].
    """
    checked = {name.lower(): strength for name, strength in emotions.items()}
    for name, strength in checked.items():
        if name not in MOOD_OF_EMOTION:
            raise InvalidRequestError(f"emotion is {name!r}; expected one of {', '.join(MOOD_OF_EMOTION)}.")
        if not 0 <= strength <= 1:
            raise InvalidRequestError(f"emotion {name} has strength {strength:g}; expected 0 to 1.")
    return checked


def mood_of(emotions: Mapping[str, float], strength: float = 1.0) -> Mood:
    """Return the mood that shows the strongest of several emotions; those with the same mood add up."""
    moods: dict[str, float] = {}
    for name, weight in emotions.items():
        mood, share = MOOD_OF_EMOTION[name]
        moods[mood] = moods.get(mood, 0.0) + share * weight
    strongest = max(moods, key=lambda mood: moods[mood], default="neutral")
    shown = strength * min(moods.get(strongest, 0.0), 1.0)
    return Mood(strongest, shown) if shown > 0 else Mood()


class SmoothedEmotions:
    """Emotions on their way from what they were to what was asked for last."""

    def __init__(self, settle_s: float, emotions: Mapping[str, float]) -> None:
        self._settle_s = settle_s
        self._now = dict(emotions)

    def step(self, goal: Mapping[str, float], step_s: float) -> dict[str, float]:
        """Go on by one step and return the emotions that are felt then."""
        share = 1 - math.exp(-step_s / self._settle_s) if self._settle_s > 0 else 1.0
        names = self._now.keys() | goal.keys()
        moved = {
            name: self._now.get(name, 0.0) + share * (goal.get(name, 0.0) - self._now.get(name, 0.0)) for name in names
        }
        self._now = {name: moved[name] for name in sorted(moved) if moved[name] > SHOWN}
        return dict(self._now)
