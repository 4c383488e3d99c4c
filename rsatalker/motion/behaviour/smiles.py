"""How a face smiles: onsets of .5 to .8 s, at least 1.2 s long, a slow fading; a trace of one at rest."""

from __future__ import annotations

import math

import numpy as np

from rsatalker.motion.behaviour.decision import Decision
from rsatalker.motion.behaviour.voice_state import STEP_S

RISE_S, FALL_S = 0.55, 0.9  # time constants
SHORTEST_S = 1.2
REFRACTORY_S = 1.0  # after the end of a smile


class Smiles:
    """Smiles of one head; `amount` in [0, 1] and `began` after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.amount = 0.0
        self.began = False
        self._random = random
        self._smiling = False
        self._since_s = 10.0  # since the smile began, or ended
        self._target = 0.0

    @property
    def can_begin(self) -> bool:
        """Whether there is none, and the last one is long enough ago."""
        return not self._smiling and self._since_s > REFRACTORY_S

    @property
    def can_end(self) -> bool:
        """Whether there is one, and it has lasted long enough."""
        return self._smiling and self._since_s > SHORTEST_S

    def step(self, decision: Decision) -> None:
        """Go on by one step."""
        self._since_s += STEP_S
        self.began = decision.has("smile") and self.can_begin
        if self.began:
            self._target = self._random.uniform(0.35, 0.7) * decision.tendency("smile_size")
            self._smiling, self._since_s = True, 0.0
        elif decision.has("smile_ends") and self.can_end:
            self._smiling, self._since_s = False, 0.0
        target = self._target if self._smiling else decision.tendency("smile_at_rest")
        time_s = RISE_S if target > self.amount else FALL_S
        self.amount += (target - self.amount) * (1 - math.exp(-3 * STEP_S / time_s))
