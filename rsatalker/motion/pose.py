"""Motion of one head: `FlamePose` at one instant, `FlameMotion` over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.expression_space import ARKIT_NAMES, EXPRESSION_SPACES

MOTION_RATE_HZ = 30  # instants per second of every motion that the model makes


@dataclass(frozen=True, slots=True)
class FlamePose:
    """One instant of one head, in FLAME's parameters.

    Rotations are axis-angle in radians; a head looks along +z, y is up, its left is +x. Positive x turns the gaze down
    and opens the jaw; positive y turns to the head's left.

    Attributes:
        expression: Coefficients in the motion's expression space.
        global_orient: Rotation of the whole head about the root joint.
        neck_pose: Rotation about the neck joint.
        jaw_pose: Rotation about the jaw joint.
        eye_pose: Left eye, then right eye.
        transl: Translation in metres.
        arkit: The same instant as ARKit-52 weights in [0, 1], in the order of `ARKIT_NAMES`.
    """

    expression: Float32[np.ndarray, " E"]
    global_orient: Float32[np.ndarray, "3"]
    neck_pose: Float32[np.ndarray, "3"]
    jaw_pose: Float32[np.ndarray, "3"]
    eye_pose: Float32[np.ndarray, "6"]
    transl: Float32[np.ndarray, "3"]
    arkit: Float32[np.ndarray, "52"]

    @staticmethod
    def neutral(expression_space: str = "procedural-1") -> FlamePose:
        """Return the face at rest, looking straight ahead."""
        sizes = (EXPRESSION_SPACES[expression_space], 3, 3, 3, 6, 3, len(ARKIT_NAMES))
        return FlamePose(*(np.zeros(size, np.float32) for size in sizes))

    def mixed(self, other: FlamePose, weight: float) -> FlamePose:
        """Return a pose between this one (weight 0) and another (1).

        Rotations of faces are small, so axis-angle vectors are mixed directly.
        """
        share = np.float32(weight)
        return FlamePose(*(getattr(self, name) * (1 - share) + getattr(other, name) * share for name in FIELDS))


FIELDS = ("expression", "global_orient", "neck_pose", "jaw_pose", "eye_pose", "transl", "arkit")


@dataclass(frozen=True, slots=True)
class FlameMotion:
    """Instants of one head at a steady rate.

    Attributes:
        start_us: Time of the first instant on the conversation's audio timeline, microseconds.
        frame_rate_hz: Instants per second.
        expression_space: What `expression` means; a key of `EXPRESSION_SPACES`.
        expression: Coefficients, T instants.
        global_orient: Axis-angle, rad.
        neck_pose: Axis-angle, rad.
        jaw_pose: Axis-angle, rad.
        eye_pose: Left then right, axis-angle, rad.
        transl: Metres.
        arkit: ARKit-52 weights.
    """

    start_us: int
    frame_rate_hz: float
    expression_space: str
    expression: Float32[np.ndarray, "T E"]
    global_orient: Float32[np.ndarray, "T 3"]
    neck_pose: Float32[np.ndarray, "T 3"]
    jaw_pose: Float32[np.ndarray, "T 3"]
    eye_pose: Float32[np.ndarray, "T 6"]
    transl: Float32[np.ndarray, "T 3"]
    arkit: Float32[np.ndarray, "T 52"]

    def __len__(self) -> int:
        return len(self.expression)

    def __getitem__(self, index: int) -> FlamePose:
        return FlamePose(*(getattr(self, name)[index] for name in FIELDS))

    def __iter__(self) -> Iterator[FlamePose]:
        return (self[i] for i in range(len(self)))

    def at(self, media_us: float) -> FlamePose:
        """Return the pose at a time on the audio timeline, interpolated and held at both ends."""
        position = (media_us - self.start_us) * 1e-6 * self.frame_rate_hz
        position = min(max(position, 0.0), len(self) - 1.0)
        before = min(int(position), max(len(self) - 2, 0))
        after = min(before + 1, len(self) - 1)
        return self[before].mixed(self[after], position - before)

    @staticmethod
    def of(poses: Sequence[FlamePose], start_us: int, frame_rate_hz: float, expression_space: str) -> FlameMotion:
        """Return the motion that consists of the given instants; at least one."""
        if len(poses) == 1:  # of every step while streaming; a view costs a fifth of a stack
            columns = (getattr(poses[0], name)[None] for name in FIELDS)
        else:
            columns = (np.stack([getattr(pose, name) for pose in poses]) for name in FIELDS)
        return FlameMotion(start_us, frame_rate_hz, expression_space, *columns)

    @staticmethod
    def empty(start_us: int, frame_rate_hz: float, expression_space: str) -> FlameMotion:
        """Return a motion without instants."""
        neutral = FlamePose.neutral(expression_space)
        columns = (np.zeros((0, len(getattr(neutral, name))), np.float32) for name in FIELDS)
        return FlameMotion(start_us, frame_rate_hz, expression_space, *columns)

    @staticmethod
    def joined(parts: Sequence[FlameMotion]) -> FlameMotion:
        """Return several motions that follow each other as one; all of one rate and space."""
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS)
        return FlameMotion(parts[0].start_us, parts[0].frame_rate_hz, parts[0].expression_space, *columns)
