"""How lids blink: closing in 80 to 100 ms, opening in 150 to 200 ms, and with half of the large gaze shifts."""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.decision import Decision
from rsatalker.motion.behaviour.gaze import Gaze
from rsatalker.motion.behaviour.voice_state import STEP_S

CLOSE_S, HOLD_S, OPEN_S = 0.085, 0.035, 0.175
REFRACTORY_S = 0.5
LARGE_SHIFT_RAD = 0.2
WITH_A_SHIFT = 0.45  # chance of a blink with a large gaze shift: eyes and lids are moved together


class Blinks:
    """Blinks of one head; `closure` in [0, 1] and `began` after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.closure = 0.0
        self.began = False
        self._random = random
        self._age_s = 10.0

    @property
    def can_begin(self) -> bool:
        """Whether the last blink is long enough ago."""
        return self._age_s > REFRACTORY_S + CLOSE_S + HOLD_S + OPEN_S

    def step(self, decision: Decision, gaze: Gaze) -> None:
        """Go on by one step."""
        self._age_s += STEP_S
        wanted = decision.has("blink") or (gaze.shift_rad > LARGE_SHIFT_RAD and self._random.random() < WITH_A_SHIFT)
        self.began = wanted and self.can_begin
        if self.began:
            self._age_s = 0.0
        self.closure = self._shape(self._age_s)

    @staticmethod
    def _shape(age_s: float) -> float:
        if age_s < CLOSE_S:
            return math.sin(0.5 * math.pi * age_s / CLOSE_S)
        if age_s < CLOSE_S + HOLD_S + STEP_S:  # one whole step is shut, so that no rate of display misses it
            return 1.0
        opening = (age_s - CLOSE_S - HOLD_S - STEP_S) / OPEN_S
        return 0.5 + 0.5 * math.cos(math.pi * opening) if opening < 1 else 0.0
