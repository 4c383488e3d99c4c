"""Smiles: events with slow onsets, answered by the partner; a trace of one at rest among the close.

Sources: onset of .5 to .8 s; smiles follow affiliation, hardly status (Hall, Coats & Smith LeBeau 2005); mimicry after
about 600 ms. How many there are is our own design (`manner.py`).
"""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.chance import happens
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState
from rsatalker.motion.manner import Manner

RISE_S, FALL_S = 0.55, 0.9  # time constants
TAKEN_S = 6.0  # of every event: its own length, the pause after it and the partner's answers, when none can begin
ANSWER_S = 0.6


class Smiles:
    """Smiles of one head; `amount` in [0, 1] and `began` after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.amount = 0.0
        self.began = False
        self._random = random
        self._left_s = 0.0
        self._target = 0.0
        self._answer_in_s = -1.0

    def step(self, own: VoiceState, partner_began: bool, manner: Manner) -> None:
        """Go on by one step."""
        self._left_s -= STEP_S
        rate = manner.smiles_per_minute / 60
        self.began = self._left_s < -1.0 and happens(self._random, rate / (1 - TAKEN_S * rate))
        if partner_began and self._random.random() < 0.25 + 0.5 * manner.closeness:
            self._answer_in_s = ANSWER_S * self._random.uniform(0.7, 1.4)
        answers = 0 <= self._answer_in_s < STEP_S
        self._answer_in_s -= STEP_S
        if self.began or answers:
            self._left_s = self._random.uniform(1.2, 3.2)
            self._target = self._random.uniform(0.35, 0.7) * (0.7 + 0.3 * manner.closeness)
        rest = 0.04 + 0.09 * manner.closeness
        target = self._target if self._left_s > 0 else rest
        time_s = RISE_S if target > self.amount else FALL_S
        self.amount += (target - self.amount) * (1 - math.exp(-3 * STEP_S / time_s))
