"""What raises the shapes of a head whose shapes bear names that a pose knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.heads.head import Drive
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import joint_weights


@dataclass(frozen=True, slots=True)
class NamedDrive:
    """Raises shapes by the names of the weights that a pose carries.

    Attributes:
        of_expression: What each coefficient of `procedural-1` adds to the shapes' weights.
        of_joints: What each ARKit weight of jaw and gaze adds.
    """

    of_expression: Float32[np.ndarray, "43 K"]
    of_joints: Float32[np.ndarray, "52 K"]

    def __call__(self, pose: FlamePose) -> Drive:
        """Return the weights of the shapes; the lips are never held by a second skinning."""
        weights = pose.expression @ self.of_expression + joint_weights(pose) @ self.of_joints
        return Drive(weights.astype(np.float32), 0.0)
