"""How a talker carries the head: another way with every phrase, deeper with every stress, at rest while listening.

Nobody speaks with a still head. Of one talker, a lively one, tracked motion was at hand (a recorded dialogue of 23 s):
standard deviations of 6.3 degrees in pitch, 6.8 in yaw and 3.5 in roll, at a mean of 24 degrees a second. Gaze, sway
and beats alone give a head with the same voice 1.8, 3.4, 1.3 and 6.6; with what is added here 3.1, 4.2, 2.2 and 10.5.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState

SPREAD_RAD = (math.radians(2.6), math.radians(2.8), math.radians(2.4))  # of the ways a head is carried, by axis
WIDEST = 1.8  # spreads: nobody's head falls on the shoulder
LISTENING_SHARE = 0.3  # of a way that is kept when the voice ends
SHORTEST_S, LONGEST_S = 0.5, 2.2  # of one way
SHIFTS_WITH_STRESS = 0.7  # chance: phrases are told by pauses and by stresses
SPRING_RAD_PER_S = 2 * math.pi * 1.2  # critically damped: about half a second from one way to the next
DEEPEST_RAD = math.radians(4.5)  # pitch at the strongest stress
STRESS_FOLLOWS = 0.35  # a step: the head is heavy, 80 ms behind the loudness


class Carriage:
    """Rotation of one head that goes with its own voice: `rotation` (pitch, yaw, roll in rad) after each step."""

    def __init__(self, random: np.random.Generator) -> None:
        self.rotation: Float32[np.ndarray, "3"] = np.zeros(3, np.float32)
        self._random = random
        self._axes = [_Axis(spread) for spread in SPREAD_RAD]
        self._left_s, self._held_s = 0.0, 0.0
        self._stress_rad = 0.0

    def step(self, own: VoiceState) -> None:
        """Go on by one step with the own voice at this instant."""
        self._held_s += STEP_S
        if own.stopped:
            for axis in self._axes:
                axis.way_rad *= LISTENING_SHARE
        elif own.speaking and self._shifts(own):
            self._held_s, self._left_s = 0.0, self._random.uniform(SHORTEST_S, LONGEST_S)
            for axis in self._axes:
                axis.shift(self._random)
        for axis in self._axes:
            axis.step()
        self._stress_rad += STRESS_FOLLOWS * (DEEPEST_RAD * own.emphasis - self._stress_rad)
        pitch, yaw, roll = (axis.angle_rad for axis in self._axes)
        self.rotation = np.array((pitch + self._stress_rad, yaw, roll), np.float32)

    def _shifts(self, own: VoiceState) -> bool:
        if own.started:
            return True
        if self._held_s < SHORTEST_S:
            return False
        return self._held_s > self._left_s or (own.stressed and self._random.random() < SHIFTS_WITH_STRESS)


class _Axis:
    """One angle of the head on a spring; single numbers, since arrays of three cost four times as much."""

    def __init__(self, spread_rad: float) -> None:
        self.angle_rad = self.way_rad = 0.0
        self._spread_rad = spread_rad
        self._rad_per_s = 0.0

    def shift(self, random: np.random.Generator) -> None:
        """Go another way from the next step on."""
        self.way_rad = self._spread_rad * min(max(random.standard_normal(), -WIDEST), WIDEST)

    def step(self) -> None:
        """Go on by one step."""
        pull = SPRING_RAD_PER_S * (self.way_rad - self.angle_rad) - 2 * self._rad_per_s
        self._rad_per_s += STEP_S * SPRING_RAD_PER_S * pull
        self.angle_rad += STEP_S * self._rad_per_s
