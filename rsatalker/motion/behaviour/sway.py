"""Sway: nobody holds the head still; slow drifts, livelier while speaking, and breath."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.voice_state import STEP_S

AMPLITUDE_RAD = np.radians([0.9, 1.3, 1.2]).astype(np.float32)  # pitch, yaw, roll of a listener
BREATH_HZ, BREATH_M = 0.24, 0.0009  # the head rises with the chest


class Sway:
    """Sway of one head; `rotation` (pitch, yaw, roll in rad) and `transl` (metres) after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.rotation: Float32[np.ndarray, "3"] = np.zeros(3, np.float32)
        self.transl: Float32[np.ndarray, "3"] = np.zeros(3, np.float32)
        frequency_hz = [random.uniform(0.07, 0.12, 3), random.uniform(0.19, 0.3, 3), random.uniform(0.45, 0.75, 3)]
        self._rad_per_s = 2 * np.pi * np.stack(frequency_hz)
        self._phase = random.uniform(0, 2 * np.pi, (3, 3))
        self._breath_phase = random.uniform(0, 2 * np.pi)
        self._time_s = 0.0
        self._gain = 1.0

    def step(self, liveliness: float) -> None:
        """Go on by one step; `liveliness` is 1 for a listener and about 2 for a speaker."""
        self._time_s += STEP_S
        self._gain += 0.06 * (liveliness - self._gain)
        waves = np.sin(self._rad_per_s * self._time_s + self._phase)
        shape = np.array((0.55, 0.4, 0.18 * self._gain)) @ waves
        self.rotation = (self._gain * shape * AMPLITUDE_RAD).astype(np.float32)
        rise = BREATH_M * math.sin(2 * math.pi * BREATH_HZ * self._time_s + self._breath_phase)
        self.transl = np.array([0.0, rise, 0.0], np.float32)
