"""Chance at the motion rate."""

import math

import numpy as np

from rsatalker.motion.behaviour.voice_state import STEP_S


def happens(random: np.random.Generator, rate_hz: float) -> bool:
    """Return whether an event of this rate begins within one step."""
    return random.random() < 1 - math.exp(-rate_hz * STEP_S)
