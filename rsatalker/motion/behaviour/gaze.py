"""Where a head looks: at the partner or away, with head and eyes sharing the turn.

Durations and shares follow Argyle & Ingham (1975) and Kendon (1967): away at the start of an own turn, at the partner
when yielding it. The head carries part of a gaze shift, slowly; the eyes jump and then hold while the head catches up.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.chance import happens
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState
from rsatalker.motion.manner import Manner

GLANCE_S = 2.95  # mean look at the partner while listening (Argyle & Ingham)
GLANCE_SPEAKING_S = 1.6
SHORTEST_S = 0.35  # of a look, at the partner or away
EYE_STEP_RAD = 0.23  # 400 degrees per second at 30 Hz: a saccade of 25 degrees takes two steps
HEAD_SHARE_PARTNER = 0.8  # of the turn towards the partner: whoever listens for long turns the head, not the eyes
HEAD_SHARE_AWAY = 0.35
HEAD_SPRING_HZ = 1.1  # critically damped: about half a second to turn
EYE_LIMIT_RAD = np.array([0.52, 0.36], np.float32)  # yaw, pitch


class Gaze:
    """Gaze of one head; `eyes` and `head` are (yaw, pitch) in rad after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.at_partner = True
        self.eyes: Float32[np.ndarray, "2"] = np.zeros(2, np.float32)
        self.head: Float32[np.ndarray, "2"] = np.zeros(2, np.float32)
        self.shift_rad = 0.0  # size of the gaze shift that began at this step
        self._random = random
        self._held_s = 0.0
        self._return_s = -1.0
        self._offset = np.zeros(2, np.float32)
        self._fixation = np.zeros(2, np.float32)
        self._fixation_left_s = 0.0
        self._velocity = np.zeros(2, np.float32)
        self._has_begun = False

    def step(self, own: VoiceState, partner: VoiceState, manner: Manner, toward: Float32[np.ndarray, "2"]) -> None:
        """Go on by one step; `toward` is the direction (yaw, pitch) of the partner's eyes from a head at rest, rad."""
        if not self._has_begun:  # they look at each other from the first instant on
            self._has_begun = True
            self.head = (HEAD_SHARE_PARTNER * toward).astype(np.float32)
            self.eyes = np.clip(toward - self.head, -EYE_LIMIT_RAD, EYE_LIMIT_RAD).astype(np.float32)
        before = self._offset.copy()
        self._choose(own, partner, manner)
        self.shift_rad = float(np.linalg.norm(self._offset - before))
        self._fixate()
        share = HEAD_SHARE_PARTNER * toward + HEAD_SHARE_AWAY * self._offset
        stiffness = (2 * np.pi * HEAD_SPRING_HZ) ** 2
        damping = 2 * 2 * np.pi * HEAD_SPRING_HZ
        self._velocity += STEP_S * (stiffness * (share - self.head) - damping * self._velocity)
        self.head = (self.head + STEP_S * self._velocity).astype(np.float32)
        target = np.clip(toward + self._offset + self._fixation - self.head, -EYE_LIMIT_RAD, EYE_LIMIT_RAD)
        self.eyes = (self.eyes + np.clip(target - self.eyes, -EYE_STEP_RAD, EYE_STEP_RAD)).astype(np.float32)

    def _choose(self, own: VoiceState, partner: VoiceState, manner: Manner) -> None:
        share = manner.gaze_while_speaking if own.speaking else manner.gaze_while_listening
        look_s = GLANCE_SPEAKING_S if own.speaking else GLANCE_S
        self._held_s += STEP_S
        if self._return_s > 0:
            self._return_s -= STEP_S
            if self._return_s <= 0:
                self._look_at_partner()
        if own.started and not partner.speaking and self._random.random() < 1 - share:
            self._look_away(own, manner)
        elif (partner.started or own.stopped) and not self.at_partner and self._random.random() < 0.85:
            self._return_s = self._random.uniform(0.15, 0.4)
        elif self._held_s > SHORTEST_S:
            # A two-state process: its share is mean look / (mean look + mean glance away), in every role.
            mean_s = look_s if self.at_partner else look_s * (1 - share) / share
            if happens(self._random, 1 / max(mean_s - SHORTEST_S, STEP_S)):
                self._look_away(own, manner) if self.at_partner else self._look_at_partner()

    def _look_at_partner(self) -> None:
        self.at_partner, self._return_s, self._held_s = True, -1.0, 0.0
        self._offset = np.zeros(2, np.float32)

    def _look_away(self, own: VoiceState, manner: Manner) -> None:
        self.at_partner, self._return_s, self._held_s = False, -1.0, 0.0
        side = self._random.choice([-1.0, 1.0])
        if self._random.random() < manner.looks_down:
            offset = (side * self._random.uniform(0.03, 0.16), self._random.uniform(0.14, 0.24))
        elif own.speaking:  # thinking: aside and a little up
            offset = (side * self._random.uniform(0.18, 0.36), self._random.uniform(-0.12, 0.04))
        else:
            offset = (side * self._random.uniform(0.2, 0.42), self._random.uniform(-0.03, 0.1))
        self._offset = np.array(offset, np.float32)

    def _fixate(self) -> None:
        self._fixation_left_s -= STEP_S
        if self._fixation_left_s > 0:
            return
        self._fixation_left_s = float(np.clip(self._random.exponential(0.9), 0.25, 2.5))
        if self.at_partner:  # one eye, the other, the mouth: 3 degrees apart at 1.2 m
            points = np.array([(0.026, 0.0), (-0.026, 0.0), (0.0, 0.055)])
            self._fixation = points[self._random.choice(3, p=(0.4, 0.4, 0.2))].astype(np.float32)
        else:
            self._fixation = self._random.normal(0.0, 0.02, 2).astype(np.float32)
