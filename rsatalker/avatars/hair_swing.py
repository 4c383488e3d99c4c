"""Hair that lags behind the head: one damped spring for each lock, driven by where the skull is.

Between two instants the skull moves evenly, and for that a spring has a closed solution (Rao, Mechanical Vibrations,
section 2.6): the step may be as long as it likes, so that few frames a second show the same swing as many.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Float32

from rsatalker.avatars.rigid_motion import RigidMotion
from rsatalker.heads.head import Head, joint_transforms
from rsatalker.motion.pose import FlamePose

SECTORS = 6  # locks around the head, each swings by itself
FREQUENCIES_HZ = np.array([1.75, 1.95, 1.65, 1.80, 2.0, 1.70])  # shoulder-length hair; unequal, as locks are
DAMPING = 0.34  # of the critical: two visible swings
TIP_RADIUS_M, TIP_DROP_M = 0.085, 0.11  # of a lock's end, from the middle of the head at rest
HANG = 0.40  # share of a lock's tilt that its weight takes back when the head tilts
FARTHEST_M = 0.035  # that the end of a lock moves off its place
INWARDS = 0.25  # share of motion towards the head that the head leaves
LONGEST_STEP_S = 0.25  # a longer gap, or one backwards, is a jump: hair starts at rest
JUMP_M_PER_S = 8.0  # faster than any head: it was put elsewhere
SETTLING_S = 2.0  # after which nothing is left of an earlier motion


class HairSwing:
    """The locks of one head; holds their state, which follows from the motion alone.

    Args:
        middle: Of the head at rest, metres.
    """

    def __init__(self, middle: Float[np.ndarray, "3"]) -> None:
        azimuth = (np.arange(SECTORS) + 0.5) / SECTORS * 2 * math.pi - math.pi
        self._outward = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)
        self._ends = middle + TIP_RADIUS_M * self._outward - [0, TIP_DROP_M, 0]
        self._at_s: float | None = None
        self._places = np.zeros((SECTORS, 3))  # where the ends would come to rest, world
        self._offsets = np.zeros((SECTORS, 3))  # from there
        self._velocities = np.zeros((SECTORS, 3))  # of the ends in the world, m/s

    def follow(self, skull: RigidMotion, at_s: float | None) -> Float32[np.ndarray, "6 3"]:
        """Return how far the ends of the locks are off the places that the skull alone would give them, world.

        Args:
            skull: World from neutral.
            at_s: Time of this instant. None leaves the hair at rest; the same time again changes nothing.
        """
        rotation = skull.rotation.astype(float)
        hanging = (
            HANG * TIP_DROP_M * (rotation[:, 1] - [0, 1, 0])
        )  # weight draws the ends down, where they hung at rest
        places = self._ends @ rotation.T + skull.translation + hanging
        self._advance(places, at_s)
        return _kept_outside(self._offsets + hanging, self._outward @ rotation.T).astype(np.float32)

    def _advance(self, places: Float[np.ndarray, "6 3"], at_s: float | None) -> None:
        step_s = -1.0 if at_s is None or self._at_s is None else at_s - self._at_s
        if step_s == 0.0:
            return
        if not 0 < step_s < LONGEST_STEP_S or np.abs(places - self._places).max() > JUMP_M_PER_S * step_s:
            self._offsets[:], self._velocities[:] = 0, 0
        else:
            velocity = (places - self._places) / step_s
            self._offsets, changes = _swung(self._offsets, self._velocities - velocity, step_s)
            self._velocities = changes + velocity
        self._places, self._at_s = places, at_s


def _swung(
    offsets: Float[np.ndarray, "6 3"], changes: Float[np.ndarray, "6 3"], step_s: float
) -> tuple[Float[np.ndarray, "6 3"], Float[np.ndarray, "6 3"]]:
    """Return offsets and their rates of change after a step without further force."""
    natural = (2 * math.pi * FREQUENCIES_HZ)[:, None]
    decay, damped = DAMPING * natural, natural * math.sqrt(1 - DAMPING**2)
    cosine, sine = np.cos(damped * step_s), np.sin(damped * step_s)
    left = np.exp(-decay * step_s)
    beside = (changes + decay * offsets) / damped
    now = left * (offsets * cosine + beside * sine)
    return now, left * damped * (beside * cosine - offsets * sine) - decay * now


def _kept_outside(offsets: Float[np.ndarray, "6 3"], outward: Float[np.ndarray, "6 3"]) -> Float[np.ndarray, "6 3"]:
    """Return offsets that go neither far nor through the head."""
    inwards = np.minimum((offsets * outward).sum(1, keepdims=True), 0)
    offsets = offsets - (1 - INWARDS) * inwards * outward
    return offsets / np.sqrt(1 + (offsets**2).sum(1, keepdims=True) / FARTHEST_M**2)


def skull_of(head: Head, pose: FlamePose, world_from_head: Float32[np.ndarray, "4 4"]) -> RigidMotion:
    """Return how a pose moves the skull, without its mesh."""
    rotations, translations = joint_transforms(pose, head.joints)
    world = world_from_head[:3, :3]
    return RigidMotion(
        (world @ rotations[1]).astype(np.float32), (world @ translations[1] + world_from_head[:3, 3]).astype(np.float32)
    )
