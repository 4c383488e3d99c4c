"""Sway: nobody holds the head still; slow drifts, livelier while speaking, and breath."""

from __future__ import annotations

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
        self._frequency_hz = np.stack(
            [random.uniform(0.07, 0.12, 3), random.uniform(0.19, 0.3, 3), random.uniform(0.45, 0.75, 3)]
        )
        self._phase = random.uniform(0, 2 * np.pi, (3, 3))
        self._breath_phase = random.uniform(0, 2 * np.pi)
        self._time_s = 0.0
        self._gain = 1.0

    def step(self, liveliness: float) -> None:
        """Go on by one step; `liveliness` is 1 for a listener and about 2 for a speaker."""
        self._time_s += STEP_S
        self._gain += 0.06 * (liveliness - self._gain)
        waves = np.sin(2 * np.pi * self._frequency_hz * self._time_s + self._phase)
        shape = 0.55 * waves[0] + 0.4 * waves[1] + 0.18 * self._gain * waves[2]
        self.rotation = (AMPLITUDE_RAD * self._gain * shape).astype(np.float32)
        rise = BREATH_M * np.sin(2 * np.pi * BREATH_HZ * self._time_s + self._breath_phase)
        self.transl = np.array([0.0, rise, 0.0], np.float32)
