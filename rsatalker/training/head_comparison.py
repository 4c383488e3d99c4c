"""Our procedural head beside a real one: how far the surfaces are apart, and how alike the same expressions move.

The real head comes as a head file with ARKit-named shapes (`rsatalker import-head`). It is fitted to ours, not ours to
it: rigidly first, then within its identity space, so that what remains is what no person of that space looks like.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int

from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.nearest_triangle import Surface
from rsatalker.heads.regions import Region
from rsatalker.heads.shape_head import ArkitHead, IdentitySpace, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES, GAZE_PITCH_RAD, GAZE_YAW_RAD
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import pose_from_arkit

ROUNDS = 40  # of closest points, which slide slowly along a smooth face; later ones change the mean by 1 micrometre
STIFFNESS = 3e-3  # of the identity: square metres of misfit that one standard deviation is worth, over all vertices
LEFT_TO_JOINTS = ("eyeLook", "tongue")  # eyes turn by joints, and the kit has no tongue that comes out
MM = 1e3  # a metre
LEAST_MOTION_M = 1e-3  # of the strongest vertex; a shape that moves less there is not made by that head


@dataclass(frozen=True, slots=True)
class Alignment:
    """A real head, brought to ours.

    Attributes:
        vertices: Of the real head, in our head's space, metres.
        rotation: Turns the real head's directions into ours.
        betas: Whom of its identity space the real head has become.
        distances_mm: From every vertex of our face to the real surface.
        nearest: Corners of the nearest triangle of the real head, for every vertex of our face.
        shares: Of those corners.
    """

    vertices: Float64[np.ndarray, "V 3"]
    rotation: Float64[np.ndarray, "3 3"]
    betas: Float64[np.ndarray, " I"]
    distances_mm: Float64[np.ndarray, " N"]
    nearest: Int[np.ndarray, "N 3"]
    shares: Float64[np.ndarray, "N 3"]


@dataclass(frozen=True, slots=True)
class ShapeLikeness:
    """One ARKit shape on both heads.

    Attributes:
        name: Of the weight.
        cosine: Between the two fields of displacement over the face.
        strength: Length of our field over the length of the real one.
    """

    name: str
    cosine: float
    strength: float


def align(ours: Head, real: ShapeHead, identity: IdentitySpace | None) -> Alignment:
    """Return the real head laid over ours, each in its neutral pose.

    Raises:
        AssetError: The real head's eyes are not where a head has eyes.
    """
    face = ours.neutral_vertices[ours.vertex_region == Region.FACE].astype(np.float64)
    modes = np.zeros((0, *real.neutral_vertices.shape)) if identity is None else identity.shapes.astype(np.float64)
    betas = np.zeros(len(modes))
    rotation, translation = np.eye(3), ours.eye_centers.mean(0) - real.joints[3:].mean(0)
    if np.linalg.norm(real.joints[3] - real.joints[4]) < 0.5 * np.linalg.norm(np.diff(ours.eye_centers, axis=0)):
        raise AssetError(f'head "{real.name}" has its eyes {real.joints[3:].tolist()} too close together for a head.')
    faces = real.faces[(real.skinning[real.faces, 3:].sum(2) < 0.5).all(1)]  # no lid of ours lies on an eyeball
    for _ in range(ROUNDS):
        person = real.neutral_vertices + np.tensordot(betas, modes, 1)
        near = Surface(person @ rotation.T + translation, faces).nearest(face)
        points = near.of(person)
        rotation, translation = _rigid(points, face)
        residual = (face - translation) @ rotation - points
        columns = np.einsum("nc,incd->nid", near.shares, modes[:, near.corners])
        normal = np.einsum("nid,njd->ij", columns, columns) + STIFFNESS * np.eye(len(modes)) / len(face)
        pull = np.einsum("nid,nd->i", columns, residual) - STIFFNESS / len(face) * betas
        betas = betas + np.linalg.solve(normal, pull)
    person = real.neutral_vertices + np.tensordot(betas, modes, 1)
    vertices = person @ rotation.T + translation
    near = Surface(vertices, faces).nearest(face)
    return Alignment(vertices, rotation, betas, near.distances * MM, near.corners, near.shares)


def likenesses(ours: Head, real: ShapeHead, alignment: Alignment) -> list[ShapeLikeness]:
    """Return every ARKit shape that both heads make, the least alike first."""
    face = ours.vertex_region == Region.FACE
    moves_real = ArkitHead(real)
    found: list[ShapeLikeness] = []
    for name in ARKIT_NAMES:
        if name.startswith(LEFT_TO_JOINTS):
            continue
        field = _motion(ours, name)[face]
        moved = _motion(moves_real, name) @ alignment.rotation.T
        if np.abs(moved).max() < LEAST_MOTION_M:
            continue
        target = np.einsum("nc,ncd->nd", alignment.shares, moved[alignment.nearest])
        lengths = float(np.linalg.norm(field)), float(np.linalg.norm(target))
        found.append(
            ShapeLikeness(name, float((field * target).sum()) / (lengths[0] * lengths[1]), lengths[0] / lengths[1])
        )
    return sorted(found, key=lambda shape: shape.cosine)


def shape_pose(*names: str) -> FlamePose:
    """Return the face with some ARKit weights raised to 1; eyes look where the weights of gaze say."""
    arkit = np.zeros(len(ARKIT_NAMES), np.float32)
    arkit[[ARKIT_INDEX[name] for name in names]] = 1
    looks = {name[7:] for name in names if name.startswith("eyeLook")}
    yaw = GAZE_YAW_RAD * (bool(looks & {"OutLeft", "InRight"}) - bool(looks & {"InLeft", "OutRight"}))
    pitch = GAZE_PITCH_RAD * (any("Down" in look for look in looks) - any("Up" in look for look in looks))
    nothing = np.zeros(3, np.float32)
    return pose_from_arkit(arkit, np.zeros(2, np.float32), np.array([yaw, pitch], np.float32), nothing, nothing)


def _motion(head: Head | ArkitHead, name: str) -> Float64[np.ndarray, "V 3"]:
    """Return what a weight adds; mouthClose means nothing without an open jaw."""
    raised, before = (("jawOpen", name), ("jawOpen",)) if name == "mouthClose" else ((name,), ())
    return (head(shape_pose(*raised)) - head(shape_pose(*before))).astype(np.float64)


def _rigid(
    source: Float64[np.ndarray, "N 3"], target: Float64[np.ndarray, "N 3"]
) -> tuple[Float64[np.ndarray, "3 3"], Float64[np.ndarray, "3"]]:
    """Return the rotation and translation that bring one set of points closest to another (Kabsch 1976)."""
    middle, goal = source.mean(0), target.mean(0)
    u, _, vt = np.linalg.svd((source - middle).T @ (target - goal))
    rotation = vt.T @ np.diag([1, 1, np.sign(np.linalg.det(vt.T @ u.T))]) @ u.T
    return rotation, goal - rotation @ middle
