"""A head and its motion as game engines know them: a mesh with joints, blend shapes and curves.

What our rig does beyond that is carried over: weights of correctives are curves of their own, and the skinning that
holds lips together while the jaw opens becomes one more shape, `lipsTogether`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from jaxtyping import Float, Float32, Int32
from scipy.spatial.transform import Rotation

from rsatalker.heads.head import JOINT_PARENTS, Head, SparseShapes
from rsatalker.heads.procedural.drive import CORRECTIVES
from rsatalker.heads.shape_head import ShapeHead
from rsatalker.motion.pose import FlamePose

JOINT_NAMES = ("root", "neck", "jaw", "leftEye", "rightEye")
LIPS_TOGETHER = "lipsTogether"
JAW_AT_FULL_RAD = 0.2  # opening at which the shape `lipsTogether` has weight 1: what speech seldom exceeds
POSES_AT_ONCE = 512  # that are turned into curves: a pose takes many times the memory of its curves
INFLUENCES = 4  # joints that one vertex may follow, in glTF


@dataclass(frozen=True, slots=True)
class SkinnedHead:
    """A mesh with joints and shapes.

    Attributes:
        name: Of the participant.
        vertices: At rest, metres.
        normals: Of the vertices at rest.
        faces: Triangles, counter-clockwise from outside.
        polygons: The same surface as quads, or as triangles where it has none.
        colors: Of the vertices, linear RGB.
        joints: Rest positions, metres, in the order of `JOINT_NAMES`.
        skinning: Share of each joint in every vertex' motion.
        shape_names: One for each shape.
        shapes: Displacements at weight 1.
        world_from_head: Where the head stands.
    """

    name: str
    vertices: Float32[np.ndarray, "V 3"]
    normals: Float32[np.ndarray, "V 3"]
    faces: Int32[np.ndarray, "F 3"]
    polygons: Int32[np.ndarray, "Q C"]
    colors: Float32[np.ndarray, "V 3"]
    joints: Float32[np.ndarray, "5 3"]
    skinning: Float32[np.ndarray, "V 5"]
    shape_names: tuple[str, ...]
    shapes: SparseShapes
    world_from_head: Float32[np.ndarray, "4 4"]

    def influences(self) -> tuple[Int32[np.ndarray, "V 4"], Float32[np.ndarray, "V 4"]]:
        """Return the strongest joints of every vertex and their shares, which sum to 1; unused ones are joint 0."""
        joints = np.argsort(-self.skinning, axis=1, kind="stable")[:, :INFLUENCES].astype(np.int32)
        shares = np.take_along_axis(self.skinning, joints, 1)
        shares /= shares.sum(1, keepdims=True)
        joints[shares == 0] = 0
        return joints, shares.astype(np.float32)

    def shape(self, index: int) -> tuple[Int32[np.ndarray, " N"], Float32[np.ndarray, "N 3"]]:
        """Return which vertices a shape moves, in rising order, and how far."""
        part = slice(self.shapes.starts[index], self.shapes.starts[index + 1])
        return self.shapes.vertices[part], self.shapes.offsets[part]


@dataclass(frozen=True, slots=True)
class Curves:
    """What joints and shapes do at T times.

    Attributes:
        rotations: Of each joint against its parent, quaternions xyzw.
        translations: Of the root joint, metres.
        weights: Of each shape.
    """

    rotations: Float32[np.ndarray, "T 5 4"]
    translations: Float32[np.ndarray, "T 3"]
    weights: Float32[np.ndarray, "T K"]


def skinned_head(
    name: str, head: Head | ShapeHead, colors: Float32[np.ndarray, "V 3"], world_from_head: Float32[np.ndarray, "4 4"]
) -> SkinnedHead:
    """Return a head as engines know it.

    FLAME's joints also move with the expression, by a fraction of a millimetre; engines' joints do not.
    """
    if isinstance(head, ShapeHead):
        count = len(head.shapes.starts) - 1 - len(head.expression_names)
        names = (*head.expression_names, *(f"pose{index:02d}" for index in range(count)))
        return SkinnedHead(
            name, head.neutral_vertices, _normals(head), head.faces, head.faces, colors, head.joints, head.skinning,
            names, head.shapes, world_from_head,
        )  # fmt: skip
    rig = head.rig
    lips = SparseShapes.of(_lips_together(head)[None])
    shapes = SparseShapes(
        np.concatenate([rig.shapes.starts, [rig.shapes.starts[-1] + len(lips.vertices)]]).astype(np.int32),
        np.concatenate([rig.shapes.vertices, lips.vertices]),
        np.concatenate([rig.shapes.offsets, lips.offsets]),
    )
    names = (*head.expression_names, *CORRECTIVES, LIPS_TOGETHER)
    assert len(names) == len(shapes.starts) - 1, "the rig has other shapes than its names say"
    return SkinnedHead(
        name, head.neutral_vertices, _normals(head), head.faces, head.quads, colors, head.joints, rig.skinning, names,
        shapes, world_from_head,
    )  # fmt: skip


def curves_of(head: Head | ShapeHead, poses: Iterable[FlamePose]) -> Curves:
    """Return what joints and shapes do in the given poses; at least one. They are taken as they are needed.

    A `ShapeHead` shows their ARKit weights, as it does where it is drawn.
    """
    left, parts = iter(poses), list[Curves]()
    while block := list(islice(left, POSES_AT_ONCE)):
        parts.append(_curves_of_block(head, block))
    return Curves(
        np.concatenate([part.rotations for part in parts]),
        np.concatenate([part.translations for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _curves_of_block(head: Head | ShapeHead, poses: Sequence[FlamePose]) -> Curves:
    if isinstance(head, ShapeHead):
        shown = [replace(pose, expression=pose.arkit @ head.expression_from_arkit) for pose in poses]
        weights = np.stack([head.shape_weights(pose) for pose in shown])
    else:
        weights = _weights_with_lips(head, poses)
    vectors = np.stack(
        [np.concatenate([p.global_orient, p.neck_pose, p.jaw_pose, p.eye_pose]).reshape(5, 3) for p in poses]
    )
    quaternions = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_quat().reshape(-1, 5, 4)
    translations = np.stack([pose.transl for pose in poses]) + head.joints[0]
    return Curves(quaternions.astype(np.float32), translations.astype(np.float32), weights.astype(np.float32))


def _weights_with_lips(head: Head, poses: Sequence[FlamePose]) -> Float[np.ndarray, "T K"]:
    """Return the weights of our rig's shapes, then that of `lipsTogether`."""
    drives = [head.rig.drive(pose) for pose in poses]
    held = [
        drive.lips_held * np.sin(pose.jaw_pose[0]) / np.sin(JAW_AT_FULL_RAD)
        for drive, pose in zip(drives, poses, strict=True)
    ]
    return np.concatenate([np.stack([drive.weights for drive in drives]), np.array(held)[:, None]], axis=1)


def rest_offsets(joints: Float32[np.ndarray, "5 3"]) -> Float[np.ndarray, "5 3"]:
    """Return each joint's rest position seen from its parent, metres."""
    return np.stack([
        joints[joint] - (joints[parent] if parent >= 0 else 0) for joint, parent in enumerate(JOINT_PARENTS)
    ])  # fmt: skip


def _lips_together(head: Head) -> Float[np.ndarray, "V 3"]:
    """Return the shape that does what the rig's second skinning does, at `JAW_AT_FULL_RAD`."""
    rig = head.rig
    rotation = Rotation.from_rotvec([JAW_AT_FULL_RAD, 0, 0]).as_matrix()
    arm = head.neutral_vertices - head.joints[2]
    moved = (rig.skinning_held - rig.skinning)[:, 2:3] * (arm @ rotation.T - arm)
    # The vertex' own skinning turns the shape along with the jaw: turn it back by as much.
    back = Rotation.from_rotvec(np.outer(-rig.skinning[:, 2] * JAW_AT_FULL_RAD, [1, 0, 0]))
    return back.apply(moved)


def _normals(head: Head | ShapeHead) -> Float32[np.ndarray, "V 3"]:
    corners = head.neutral_vertices[head.faces].astype(np.float64)
    face_normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])  # weighted by area
    normals = np.zeros((len(head.neutral_vertices), 3))
    for corner in range(3):
        np.add.at(normals, head.faces[:, corner], face_normals)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.where(lengths > 0, normals / np.maximum(lengths, 1e-30), [0.0, 0.0, 1.0])
    return normals.astype(np.float32)
