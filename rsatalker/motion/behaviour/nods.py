"""How a head nods: one to three times, 3 to 8 degrees at 1.8 to 3.7 Hz, fading; and a speaker's small beats.

Source of the figures: Hale et al. 2020.
"""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.decision import Decision
from rsatalker.motion.behaviour.voice_state import STEP_S

REFRACTORY_S = 1.4
BEAT_FADES = 0.84  # a step: a beat is over within a third of a second
BEAT_RISES = 0.5  # a step, twice: the head is heavy, and reaches a beat's depth after a tenth of a second
BEAT_SHARE = 0.6


class Nods:
    """Nods of one head after each step.

    Attributes:
        pitch_rad: Positive is down.
        meant_rad: The same before the weight of the head delays its beats: what the partner is told, as the model of
            both heads has learned it.
        began: Whether a nod did.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.pitch_rad = self.meant_rad = 0.0
        self.began = False
        self._random = random
        self._age_s, self._length_s = 10.0, 0.0
        self._amplitude_rad, self._rate_hz = 0.0, 2.5
        self._beat_rad = self._risen_rad = self._shown_rad = 0.0

    @property
    def can_begin(self) -> bool:
        """Whether the last nod is long enough ago."""
        return self._age_s >= self._length_s + REFRACTORY_S

    def step(self, decision: Decision, tempo: float, amplitude: float) -> None:
        """Go on by one step; tempo and amplitude are factors of the mood."""
        self._age_s += STEP_S
        self.began = decision.has("nod") and self.can_begin
        if self.began:
            cycles = int(self._random.choice([1, 2, 3], p=(0.45, 0.35, 0.2)))
            self._rate_hz = self._random.uniform(1.9, 3.3) * math.sqrt(tempo)
            self._length_s = cycles / self._rate_hz
            self._amplitude_rad = amplitude * math.radians(self._random.uniform(3.0, 7.0))
            self._age_s = 0.0
        if decision.has("beat"):
            self._beat_rad = amplitude * math.radians(self._random.uniform(1.5, 4.0))
        self._beat_rad *= BEAT_FADES
        self._risen_rad += BEAT_RISES * (self._beat_rad - self._risen_rad)
        self._shown_rad += BEAT_RISES * (self._risen_rad - self._shown_rad)
        nod_rad = self._nod()
        self.pitch_rad, self.meant_rad = nod_rad + self._shown_rad, nod_rad + BEAT_SHARE * self._beat_rad

    def _nod(self) -> float:
        if self._age_s >= self._length_s:
            return 0.0
        phase = self._age_s / self._length_s
        envelope = (1 - 0.6 * phase) * min(1.0, (1 - phase) * 4)
        return self._amplitude_rad * envelope * (0.5 - 0.5 * math.cos(2 * math.pi * self._rate_hz * self._age_s))
