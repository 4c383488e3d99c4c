"""A head of FLAME's shape: pose in, mesh out.

`head(pose)` follows FLAME's forward order (Li et al., Learning a model of facial shape and expression from 4D scans,
2017, section 3): shapes are added to the neutral mesh, then linear blend skinning about five joints, then translation.
The identity is baked in. Which shapes a pose raises, correctives included, is the business of the rig's `drive`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, Int32, UInt8

from rsatalker.errors import ExpressionSpaceError
from rsatalker.heads.posing import add_shapes, chain_joints, skin
from rsatalker.motion.pose import FlamePose

JOINT_PARENTS = (-1, 0, 1, 1, 1)  # of global, neck, jaw, left eye, right eye
PARENTS = np.array(JOINT_PARENTS)
LidMargin = tuple[Int32[np.ndarray, " R"], Int32[np.ndarray, " R"]]


@dataclass(frozen=True, slots=True)
class SparseShapes:
    """K displacement fields, each stored only where it moves something.

    Attributes:
        starts: Shape k owns entries starts[k] to starts[k + 1]; S = K + 1.
        vertices: Vertex of each entry.
        offsets: Displacement of each entry at weight 1, metres.
    """

    starts: Int32[np.ndarray, " S"]
    vertices: Int32[np.ndarray, " N"]
    offsets: Float32[np.ndarray, "N 3"]

    @staticmethod
    def of(fields: Float[np.ndarray, "K V 3"], threshold_m: float = 1e-6) -> SparseShapes:
        """Return dense fields as sparse ones; what moves less than a micrometre is left out."""
        moves = np.abs(fields).max(axis=2) > threshold_m
        starts = np.r_[0, np.cumsum(moves.sum(axis=1))].astype(np.int32)
        shape, vertex = np.nonzero(moves)
        return SparseShapes(starts, vertex.astype(np.int32), fields[shape, vertex].astype(np.float32))


@dataclass(frozen=True, slots=True)
class Drive:
    """What a pose asks of a rig.

    Attributes:
        weights: One weight for each shape of the rig.
        lips_held: 0 to 1, how far the lips stay together while the jaw opens.
    """

    weights: Float32[np.ndarray, " K"]
    lips_held: float


@dataclass(frozen=True, slots=True)
class Rig:
    """How a mesh moves.

    Attributes:
        shapes: Expression shapes, then correctives.
        drive: Turns a pose into shape weights.
        skinning: Share of each joint in every vertex's motion; rows sum to 1.
        skinning_held: The same while the lips are held together; both lips have equal shares there.
    """

    shapes: SparseShapes
    drive: Callable[[FlamePose], Drive]
    skinning: Float32[np.ndarray, "V 5"]
    skinning_held: Float32[np.ndarray, "V 5"]


@dataclass(frozen=True, slots=True)
class Head:
    """A person's head, ready to be posed; the identity is baked in.

    Attributes:
        name: Who it is.
        expression_space: What `FlamePose.expression` means to this head.
        expression_names: Name of every expression coefficient.
        faces: Triangles, counter-clockwise from outside; i and i + Q are quad i's halves (0, 1, 2) and (0, 2, 3).
        quads: Quads, counter-clockwise from outside.
        vertex_region: `Region` of every vertex.
        quad_region: `Region` of every quad.
        landmarks: The 68 landmarks of Multi-PIE as vertices: jaw from the right ear, brows, nose, eyes, lips.
        joints: Rest positions of global, neck, jaw, left eye, right eye; metres.
        lid_margins: For the left and the right eye, (upper, lower) margin from the outer to the inner corner.
        lip_contact: (upper, lower) vertices that touch when the mouth is closed, from the right to the left corner.
        eye_centers: Left, right; metres, at rest.
        eye_radius_m: Radius of the eyeball without the cornea.
        neutral_vertices: Mesh at rest, metres.
        rig: How it moves.
    """

    name: str
    expression_space: str
    expression_names: tuple[str, ...]
    faces: Int32[np.ndarray, "F 3"]
    quads: Int32[np.ndarray, "Q 4"]
    vertex_region: UInt8[np.ndarray, " V"]
    quad_region: UInt8[np.ndarray, " Q"]
    landmarks: Int[np.ndarray, "68"]
    joints: Float32[np.ndarray, "5 3"]
    lid_margins: tuple[LidMargin, LidMargin]
    lip_contact: tuple[Int32[np.ndarray, " M"], Int32[np.ndarray, " M"]]
    eye_centers: Float32[np.ndarray, "2 3"]
    eye_radius_m: float
    neutral_vertices: Float32[np.ndarray, "V 3"]
    rig: Rig

    def __call__(self, pose: FlamePose) -> Float32[np.ndarray, "V 3"]:
        """Return the mesh of a pose, metres.

        Raises:
            ExpressionSpaceError: The pose has another number of coefficients than this head.
        """
        if len(pose.expression) != len(self.expression_names):
            raise ExpressionSpaceError(
                f'head "{self.name}" takes {len(self.expression_names)} coefficients of {self.expression_space}, the '
                f"pose has {len(pose.expression)}; retarget the motion to this head's expression space first"
            )
        drive = self.rig.drive(pose)
        shapes, rig = self.rig.shapes, self.rig
        vertices = self.neutral_vertices.copy()
        add_shapes(vertices, drive.weights, shapes.starts, shapes.vertices, shapes.offsets)
        rotations, translations = joint_transforms(pose, self.joints)
        skin(vertices, rig.skinning, rig.skinning_held, np.float32(drive.lips_held), rotations, translations)
        return vertices


def joint_transforms(
    pose: FlamePose, joints: Float32[np.ndarray, "5 3"]
) -> tuple[Float32[np.ndarray, "5 3 3"], Float32[np.ndarray, "5 3"]]:
    """Return what each joint does to a rest position: world = rotation @ rest + translation."""
    vectors = np.concatenate((pose.global_orient, pose.neck_pose, pose.jaw_pose, pose.eye_pose), dtype=np.float64)
    rotations, translations = np.empty((5, 3, 3), np.float32), np.empty((5, 3), np.float32)
    transl = np.asarray(pose.transl, np.float64)
    chain_joints(
        vectors.reshape(5, 3), PARENTS, np.ascontiguousarray(joints, np.float32), transl, rotations, translations
    )
    return rotations, translations
