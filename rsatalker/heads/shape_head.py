"""A head made of expression shapes and five joints: FLAME's kind, and every blend-shape head that is given joints.

`Head` is our own, with correctives and lips that hold together; this one is whatever a file says. Posing follows
FLAME's forward order (Li et al., Learning a model of facial shape and expression from 4D scans, 2017, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Int32

from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.heads.head import SparseShapes, joint_transforms
from rsatalker.heads.posing import add_shapes, skin
from rsatalker.heads.rotations import matrix_from_axis_angle
from rsatalker.motion.pose import FlamePose

POSE_SHAPES = 36  # FLAME's correctives: 9 entries of R - I for each joint but the root
NEVER_HELD = np.float32(0)  # such a head has no second skinning for lips that hold together


@dataclass(frozen=True, slots=True)
class ShapeHead:
    """A person's head; the identity is baked in.

    Attributes:
        name: Who it is.
        expression_space: What its expression coefficients mean.
        expression_names: Name of every expression coefficient.
        faces: Triangles, counter-clockwise from outside.
        neutral_vertices: Mesh at rest, metres, looking along +z with y up.
        joints: Rest positions of global, neck, jaw, left eye, right eye; metres.
        joint_shifts: How far each joint moves with each expression at weight 1, metres.
        shapes: One displacement field for each expression coefficient, then none or FLAME's 36 pose correctives.
        skinning: Share of each joint in every vertex's motion; rows sum to 1.
        expression_from_arkit: What each ARKit-52 weight adds to the expression coefficients; without any entry the head
            cannot be driven by another head's motion.
    """

    name: str
    expression_space: str
    expression_names: tuple[str, ...]
    faces: Int32[np.ndarray, "F 3"]
    neutral_vertices: Float32[np.ndarray, "V 3"]
    joints: Float32[np.ndarray, "5 3"]
    joint_shifts: Float32[np.ndarray, "E 5 3"]
    shapes: SparseShapes
    skinning: Float32[np.ndarray, "V 5"]
    expression_from_arkit: Float32[np.ndarray, "52 E"]

    def __call__(self, pose: FlamePose) -> Float32[np.ndarray, "V 3"]:
        """Return the mesh of a pose in this head's own expression space, metres.

        Raises:
            ExpressionSpaceError: The pose has another number of coefficients than this head.
        """
        if len(pose.expression) != len(self.expression_names):
            raise ExpressionSpaceError(
                f'head "{self.name}" takes {len(self.expression_names)} coefficients of {self.expression_space}, the '
                f"pose has {len(pose.expression)}; drive it by its ARKit weights, or give it motion of its own space."
            )
        vertices = self.neutral_vertices.copy()
        add_shapes(vertices, self.shape_weights(pose), self.shapes.starts, self.shapes.vertices, self.shapes.offsets)
        rotations, translations = joint_transforms(pose, self.joints_of(pose))
        skin(vertices, self.skinning, self.skinning, NEVER_HELD, rotations, translations)
        return vertices

    def joints_of(self, pose: FlamePose) -> Float32[np.ndarray, "5 3"]:
        """Return where the joints rest under the pose's expression, metres."""
        return self.joints + np.tensordot(pose.expression, self.joint_shifts, 1).astype(np.float32)

    def turns(self, pose: FlamePose) -> Float32[np.ndarray, "V 3 3"]:
        """Return how a pose turns a small offset of each resting vertex."""
        rotations, _ = joint_transforms(pose, self.joints_of(pose))
        return np.einsum("vj,jab->vab", self.skinning, rotations).astype(np.float32)

    def shape_weights(self, pose: FlamePose) -> Float32[np.ndarray, " K"]:
        """Return the weight of each shape: of the expression, then of what the turned joints correct."""
        if len(self.shapes.starts) - 1 == len(self.expression_names):
            return pose.expression.astype(np.float32)
        vectors = (pose.neck_pose, pose.jaw_pose, pose.eye_pose[:3], pose.eye_pose[3:])
        turns = [(matrix_from_axis_angle(vector) - np.eye(3)).ravel() for vector in vectors]
        return np.concatenate([pose.expression, *turns]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class ArkitHead:
    """A head that shows motion of any expression space by the ARKit weights that every pose carries.

    Jaw, neck and eyes follow the pose's joints as well; where a shape opens the jaw, its joint has no shares.
    """

    head: ShapeHead

    def __call__(self, pose: FlamePose) -> Float32[np.ndarray, "V 3"]:
        """Return the mesh that shows a pose, metres."""
        return self.head(replace(pose, expression=pose.arkit @ self.head.expression_from_arkit))


@dataclass(frozen=True, slots=True)
class IdentitySpace:
    """Whom a head can be.

    Attributes:
        shapes: Displacement of the neutral mesh for each coefficient of `betas`, metres.
        joint_regressor: Joints as weighted means of the neutral vertices.
    """

    shapes: Float32[np.ndarray, "I V 3"]
    joint_regressor: Float32[np.ndarray, "5 V"]

    def person(self, head: ShapeHead, betas: Float[np.ndarray, " B"]) -> ShapeHead:
        """Return the head of someone; coefficients beyond the given ones are 0.

        Raises:
            AssetError: There are more coefficients than the head has.
        """
        if len(betas) > len(self.shapes):
            raise AssetError(
                f'head "{head.name}" has {len(self.shapes)} identity shapes, {len(betas)} coefficients are given; use '
                "the head file that the data was tracked with."
            )
        moved = np.tensordot(betas, self.shapes[: len(betas)], 1).astype(np.float32)
        joints = head.joints + self.joint_regressor @ moved
        return replace(head, neutral_vertices=head.neutral_vertices + moved, joints=joints.astype(np.float32))


def with_offset(head: ShapeHead, offset: Float[np.ndarray, "V 3"]) -> ShapeHead:
    """Return a head whose resting surface is moved by a person's own offset, metres; joints stay."""
    return replace(head, neutral_vertices=(head.neutral_vertices + offset).astype(np.float32))
