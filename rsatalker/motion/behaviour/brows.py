"""How brows move: raised with nods, a little with every stress, drawn while the eyes search aside in thought."""

from __future__ import annotations

import numpy as np

from rsatalker.motion.behaviour.decision import Decision
from rsatalker.motion.behaviour.gaze import Gaze
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState

REFRACTORY_S = 0.4
ACCENT = 0.3  # of the brows at the strongest stress: brows beat time to speech, mostly too small to be noticed
WITH_A_NOD, WITH_A_THOUGHT = 0.4, 0.5  # chances


class Brows:
    """Brows of one head, after each step.

    Attributes:
        raised: In [0, 1]; what a partner notices.
        drawn: Together, in [0, 1].
        accent: Raised with the stresses of the own voice besides, in [0, `ACCENT`].
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.raised = 0.0
        self.drawn = 0.0
        self.accent = 0.0
        self._random = random
        self._raise_left_s, self._raise = 0.0, 0.0
        self._draw_left_s, self._draw = 0.0, 0.0

    @property
    def can_raise(self) -> bool:
        """Whether the last raise is long enough ago."""
        return self._raise_left_s < -REFRACTORY_S

    def step(self, decision: Decision, own: VoiceState, gaze: Gaze, *, nodded: bool) -> None:
        """Go on by one step."""
        self._raise_left_s -= STEP_S
        self._draw_left_s -= STEP_S
        if decision.has("raise_brows") and self.can_raise:
            self._raise, self._raise_left_s = self._random.uniform(0.2, 0.6), self._random.uniform(0.25, 0.6)
        if nodded and self._random.random() < WITH_A_NOD:
            self._raise, self._raise_left_s = self._random.uniform(0.15, 0.4), self._random.uniform(0.4, 0.9)
        if own.speaking and not gaze.at_partner and gaze.shift_rad > 0.1 and self._random.random() < WITH_A_THOUGHT:
            self._draw, self._draw_left_s = self._random.uniform(0.15, 0.4), self._random.uniform(0.5, 1.4)
        self.raised += 0.28 * ((self._raise if self._raise_left_s > 0 else 0.0) - self.raised)
        self.drawn += 0.18 * ((self._draw if self._draw_left_s > 0 else 0.0) - self.drawn)
        self.accent += 0.25 * (ACCENT * own.emphasis - self.accent)
