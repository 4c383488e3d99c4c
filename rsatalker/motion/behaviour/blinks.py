"""Blinks: 26 a minute, gathered at pauses and gaze shifts, and answered by the listener.

Sources: Bentivoglio et al. 1997 (rate); Nakano & Kitazawa 2010 (a listener's blink follows the speaker's by .25 to
.5 s); closing 80 to 100 ms, opening 150 to 200 ms.
"""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.chance import happens
from rsatalker.motion.behaviour.gaze import Gaze
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState
from rsatalker.motion.manner import Manner

CLOSE_S, HOLD_S, OPEN_S = 0.085, 0.035, 0.175
REFRACTORY_S = 0.5
SPONTANEOUS_SHARE = 0.55  # of the rate; pauses, gaze shifts and answers make up the rest


class Blinks:
    """Blinks of one head; `closure` in [0, 1] and `began` after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.closure = 0.0
        self.began = False
        self._random = random
        self._age_s = 10.0
        self._due_s = -1.0

    def step(self, own: VoiceState, gaze: Gaze, partner_began: bool, partner: VoiceState, manner: Manner) -> None:
        """Go on by one step."""
        self._age_s += STEP_S
        self._due_s -= STEP_S
        wanted = happens(self._random, SPONTANEOUS_SHARE * manner.blinks_per_minute / 60)
        wanted |= gaze.shift_rad > 0.2 and self._random.random() < 0.45
        wanted |= (own.stopped or own.paused) and self._random.random() < 0.35
        if partner_began and partner.speaking and self._due_s < 0 and self._random.random() < 0.3:
            self._due_s = self._random.uniform(0.25, 0.5)
        wanted |= 0 <= self._due_s < STEP_S
        self.began = wanted and self._age_s > REFRACTORY_S + CLOSE_S + HOLD_S + OPEN_S
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
