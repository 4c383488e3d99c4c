"""Where a head looks: at the partner or away, with head and eyes sharing the turn.

When is decided elsewhere; here is how: the eyes jump, the head carries a part of the turn, slowly, and the eyes hold
their target while it catches up. Both eyes meet at the distance of what is looked at; parallel ones stare into the
void.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.decision import Decision
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState

SHORTEST_S = 0.35  # of a look, at the partner or away
EYE_STEP_RAD = 0.23  # 400 degrees per second at 30 Hz: a saccade of 25 degrees takes two steps
HEAD_SHARE_PARTNER = 0.8  # of the turn towards the partner: whoever listens for long turns the head, not the eyes
HEAD_SHARE_AWAY = 0.35
HEAD_SPRING_HZ = 1.1  # critically damped: about half a second to turn
EYE_LIMIT_RAD = np.array([0.52, 0.36], np.float32)  # yaw, pitch
EYES_APART_M = 0.062  # between the centres of both eyes
AWAY_M = 2.0  # of what a head looks at when it looks away: something in the room
NEAREST_M = 0.25  # nobody squints at a partner that is moved into the face
VERGENCE_FOLLOWS = 0.25  # a step: 120 ms, several times slower than the jump itself, as eyes are
WANDER_RAD = 0.005  # about each point: no eye rests twice on the same spot
LONGEST_FIXATION_S = 1.6
_FACE_POINTS = np.array([(0.026, 0.0), (-0.026, 0.0), (0.0, 0.055)])  # one eye, the other, the mouth: 3 degrees apart


class Gaze:
    """Gaze of one head; `eyes` and `head` are (yaw, pitch) in rad after each step.

    Attributes:
        vergence: By how much each eye turns in towards the nose, rad.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.at_partner = True
        self.eyes: Float32[np.ndarray, "2"] = np.zeros(2, np.float32)
        self.head: Float32[np.ndarray, "2"] = np.zeros(2, np.float32)
        self.vergence = 0.0
        self.shift_rad = 0.0  # size of the gaze shift that began at this step
        self._random = random
        self._held_s = 0.0
        self._offset = np.zeros(2, np.float32)
        self._fixation = np.zeros(2, np.float32)
        self._fixation_left_s = 0.0
        self._velocity = np.zeros(2, np.float32)
        self._has_begun = False

    @property
    def can_shift(self) -> bool:
        """Whether the present look has lasted long enough."""
        return self._held_s > SHORTEST_S

    def step(self, decision: Decision, own: VoiceState, toward: Float32[np.ndarray, "2"], apart_m: float) -> None:
        """Go on by one step.

        Args:
            decision: Whether a look begins or ends now.
            own: This head's voice at this instant.
            toward: Direction (yaw, pitch) of the partner's eyes from a head at rest, rad.
            apart_m: How far they are.
        """
        if not self._has_begun:  # they look at each other from the first instant on
            self._has_begun = True
            self.head = (HEAD_SHARE_PARTNER * toward).astype(np.float32)
            self.eyes = within(toward - self.head, EYE_LIMIT_RAD).astype(np.float32)
            self.vergence = vergence_at(apart_m)
        before = self._offset
        self._held_s += STEP_S
        if self.at_partner and decision.has("look_away"):
            self._shift(at_partner=False, offset=self._aside(decision.tendency("looks_down"), own))
        elif not self.at_partner and decision.has("look_back"):
            self._shift(at_partner=True, offset=(0.0, 0.0))
        self.shift_rad = math.hypot(*(self._offset - before))
        self._fixate()
        share = HEAD_SHARE_PARTNER * toward + HEAD_SHARE_AWAY * self._offset
        stiffness = (2 * np.pi * HEAD_SPRING_HZ) ** 2
        damping = 2 * 2 * np.pi * HEAD_SPRING_HZ
        self._velocity += STEP_S * (stiffness * (share - self.head) - damping * self._velocity)
        self.head = (self.head + STEP_S * self._velocity).astype(np.float32)
        target = within(toward + self._offset + self._fixation - self.head, EYE_LIMIT_RAD)
        self.eyes = (self.eyes + within(target - self.eyes, EYE_STEP_RAD)).astype(np.float32)
        meeting = vergence_at(apart_m if self.at_partner else AWAY_M)
        self.vergence += VERGENCE_FOLLOWS * (meeting - self.vergence)

    def _shift(self, *, at_partner: bool, offset: tuple[float, float]) -> None:
        self.at_partner, self._held_s = at_partner, 0.0
        self._offset = np.array(offset, np.float32)

    def _aside(self, looks_down: float, own: VoiceState) -> tuple[float, float]:
        side = self._random.choice([-1.0, 1.0])
        if self._random.random() < looks_down:
            return side * self._random.uniform(0.03, 0.16), self._random.uniform(0.14, 0.24)
        if own.speaking:  # thinking: aside and a little up
            return side * self._random.uniform(0.18, 0.36), self._random.uniform(-0.12, 0.04)
        return side * self._random.uniform(0.2, 0.42), self._random.uniform(-0.03, 0.1)

    def _fixate(self) -> None:
        self._fixation_left_s -= STEP_S
        if self._fixation_left_s > 0:
            return
        self._fixation_left_s = min(max(self._random.exponential(0.9), 0.25), LONGEST_FIXATION_S)
        if self.at_partner:
            point, wander = _FACE_POINTS[self._random.choice(3, p=(0.4, 0.4, 0.2))], WANDER_RAD
        else:
            point, wander = np.zeros(2), 0.02
        self._fixation = (point + self._random.normal(0.0, wander, 2)).astype(np.float32)


def vergence_at(distance_m: float) -> float:
    """Return by how much each eye turns in, rad, to look at something straight ahead at a distance."""
    return math.atan(EYES_APART_M / 2 / max(distance_m, NEAREST_M))


def within(x: np.ndarray, limit: np.ndarray | float) -> np.ndarray:
    """Return x clipped to +-limit; `np.clip` takes three times as long for two numbers."""
    return np.minimum(np.maximum(x, -limit), limit)
