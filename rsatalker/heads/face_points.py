"""The same points on every face: where the vertices of our average face lie on another head.

Faces are laid over each other with open mouths, so that upper and lower lip are told apart: eyes first, then turn,
size and place by closest points, then every vertex on its own, held by its neighbours less and less (a non-rigid
closest-point fit after Amberg et al., Optimal step nonrigid ICP algorithms for surface registration, CVPR 2007, with
smoothing in place of its linear systems). What two heads do is compared at these points, whatever their meshes are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32, Float64, Int
from scipy.sparse import coo_matrix, csr_matrix, diags

from rsatalker.errors import AssetError
from rsatalker.heads.head import Head
from rsatalker.heads.nearest_triangle import OnSurface, Surface
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.regions import Region
from rsatalker.heads.shape_head import ArkitHead, ShapeHead
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import pose_from_arkit

AnyHead = Head | ShapeHead
OPENING = 0.5  # of the jaw while the faces are laid over each other
RIGID_ROUNDS = 25
SMOOTHINGS = (60, 60, 30, 30, 16, 16, 8, 8, 4, 4, 2, 2)  # passes over the neighbours in each round of the free fit
LEAST_ALIGNMENT = 0.4  # cosine between normals; below it the nearest surface is another one
FARTHEST_M = 0.006  # beyond it a vertex of ours has no counterpart
SMALLEST_EYES_M, GREATEST_EYES_M = 0.03, 0.12  # between their middles: a child's, a giant's
LEAST_MATCHED = 0.85  # of the face's vertices; a head on which fewer are found is no head, or lies elsewhere


@dataclass(frozen=True, slots=True)
class FacePoints:
    """Where our average face's vertices lie on a head; N points.

    Attributes:
        corners: Vertices of the head between which each point lies.
        shares: Of those.
        weights: 1 where the point was found, 0 where the head has no such place.
        rotation: Turns directions of our average face into the head's.
        scale: Size of the head over that of our average face.
    """

    corners: Int[np.ndarray, "N 3"]
    shares: Float64[np.ndarray, "N 3"]
    weights: Float64[np.ndarray, " N"]
    rotation: Float64[np.ndarray, "3 3"]
    scale: float

    def of(self, vertices: Float[np.ndarray, "V 3"]) -> Float64[np.ndarray, "N 3"]:
        """Return the points of a posed head, in directions and size of our average face."""
        points = np.einsum("nc,ncd->nd", self.shares, vertices[self.corners].astype(np.float64))
        return points @ self.rotation / self.scale


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """Our average face, whose vertices the points are.

    Attributes:
        head: The head that the face belongs to.
        vertices: Which of its vertices are the points.
        lips: (2, M) points of upper and lower lip that touch when the mouth is closed.
        lids: (2, K) points of upper and lower lids that touch when the eyes are closed, both eyes.
        average: Averages over the neighbours of each point.
    """

    head: Head
    vertices: Int[np.ndarray, " N"]
    lips: Int[np.ndarray, "2 M"]
    lids: Int[np.ndarray, "2 K"]
    average: csr_matrix


@lru_cache(maxsize=1)
def face_template() -> FaceTemplate:
    """Return the template; making it takes some seconds."""
    head = build_head(Identity(), "average")
    lid_rings = [np.stack([upper[1:-1], lower[1:-1]]) for upper, lower in head.lid_margins]
    edges = np.concatenate([np.concatenate(lid_rings, 1).ravel(), np.concatenate(head.lip_contact)])
    chosen = np.union1d(np.flatnonzero(head.vertex_region == Region.FACE), edges)
    number = np.full(len(head.neutral_vertices), -1)
    number[chosen] = np.arange(len(chosen))
    lips = np.stack([number[side[1:-1]] for side in head.lip_contact])
    return FaceTemplate(head, chosen, lips, number[np.concatenate(lid_rings, 1)], _neighbour_average(head, number))


def is_template_mesh(head: AnyHead) -> bool:
    """Return whether a head is made of our own mesh, whose points are its vertices."""
    return isinstance(head, Head) and np.array_equal(head.quads, face_template().head.quads)


def find_face_points(head: AnyHead) -> FacePoints:
    """Return where the points of our average face lie on a head.

    Raises:
        AssetError: The head's surface is not a face where its eyes say that one is.
    """
    template = face_template()
    if is_template_mesh(head):
        corners = np.repeat(template.vertices[:, None], 3, 1)
        shares = np.tile([1.0, 0, 0], (len(corners), 1))
        return FacePoints(corners, shares, np.ones(len(corners)), np.eye(3), 1.0)
    surface, faces = Surface(posed(head, "jawOpen", weight=OPENING), _skin_faces(head)), _skin_faces(head)
    ours = posed(template.head, "jawOpen", weight=OPENING)
    points, normals = ours[template.vertices].astype(float), _normals(ours, template.head.faces)[template.vertices]
    _check_size(head)
    rotation, scale, moved = _laid_over(points, template.head.eye_centers, surface, eye_centers(head))
    near, found = _matched(moved, normals @ rotation.T, surface, faces, template.average)
    if found.mean() < LEAST_MATCHED:
        raise AssetError(
            f'head "{head.name}" has a surface near only {found.mean():.0%} of the places of a face, expected at least '
            f"{LEAST_MATCHED:.0%}; check that it looks along +z with y up and that its eye joints are in its eyes."
        )
    return FacePoints(near.corners, near.shares, found.astype(float), rotation, scale)


def eye_centers(head: AnyHead) -> Float32[np.ndarray, "2 3"]:
    """Return the middles of left and right eye at rest, metres."""
    return head.eye_centers if isinstance(head, Head) else head.joints[3:]


def posed(head: AnyHead, *names: str, weight: float = 1.0) -> Float32[np.ndarray, "V 3"]:
    """Return the mesh of a head with some ARKit weights raised, as far as it has shapes and joints for them."""
    arkit = np.zeros(len(ARKIT_NAMES), np.float32)
    arkit[[ARKIT_INDEX[name] for name in names]] = weight
    nothing = np.zeros(3, np.float32)
    pose = pose_from_arkit(arkit, np.zeros(2, np.float32), np.zeros(2, np.float32), nothing, nothing)
    return head(pose) if isinstance(head, Head) else ArkitHead(head)(pose)


def neutral_pose(head: AnyHead) -> FlamePose:
    """Return the head's pose at rest in its own expression space."""
    return replace(FlamePose.neutral(), expression=np.zeros(len(head.expression_names), np.float32))


def _check_size(head: AnyHead) -> None:
    eyes = eye_centers(head)
    apart = float(np.linalg.norm(eyes[0] - eyes[1]))
    if not SMALLEST_EYES_M < apart < GREATEST_EYES_M:
        raise AssetError(
            f'head "{head.name}" has its eyes {apart:.4g} m apart, expected {SMALLEST_EYES_M} to {GREATEST_EYES_M}; '
            "give it in metres, with the eyes' joints in its eyes."
        )


def _laid_over(
    points: Float64[np.ndarray, "N 3"],
    our_eyes: Float32[np.ndarray, "2 3"],
    surface: Surface,
    eyes: Float32[np.ndarray, "2 3"],
) -> tuple[Float64[np.ndarray, "3 3"], float, Float64[np.ndarray, "N 3"]]:
    """Return turn, size and points of our face laid over a head's surface as a rigid body that may grow."""
    scale = float(np.linalg.norm(eyes[0] - eyes[1]) / np.linalg.norm(our_eyes[0] - our_eyes[1]))
    rotation = np.eye(3)
    moved = (points - our_eyes.mean(0)) * scale + eyes.mean(0)
    for _ in range(RIGID_ROUNDS):
        near = surface.nearest(moved)
        close = near.distances < np.quantile(near.distances, 0.8)
        rotation, scale, shift = _similarity(points[close], near.of(surface.vertices)[close])
        moved = points @ rotation.T * scale + shift
    return rotation, scale, moved


def _matched(
    moved: Float64[np.ndarray, "N 3"],
    normals: Float64[np.ndarray, "N 3"],
    surface: Surface,
    faces: Int[np.ndarray, "F 3"],
    average: csr_matrix,
) -> tuple[OnSurface, np.ndarray]:
    """Return the nearest places once the points have flowed onto the surface, and which of them are to be trusted."""
    corners = surface.vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    face_normals = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    for passes in SMOOTHINGS:
        near = surface.nearest(moved)
        agrees = (face_normals[near.faces] * normals).sum(1) > LEAST_ALIGNMENT
        flow = np.concatenate([(near.of(surface.vertices) - moved) * agrees[:, None], agrees[:, None].astype(float)], 1)
        for _ in range(passes):
            flow = average @ flow
        moved = moved + flow[:, :3] / np.maximum(flow[:, 3:], 0.05)
    near = surface.nearest(moved)
    agrees = (face_normals[near.faces] * normals).sum(1) > 0
    return near, agrees & (near.distances < FARTHEST_M)


def _skin_faces(head: AnyHead) -> Int[np.ndarray, "F 3"]:
    """Return the triangles that are not eyeballs: no lid lies on those."""
    if isinstance(head, Head):
        return head.faces
    return head.faces[(head.skinning[head.faces, 3:].sum(2) < 0.5).all(1)]


def _similarity(
    source: Float64[np.ndarray, "N 3"], target: Float64[np.ndarray, "N 3"]
) -> tuple[Float64[np.ndarray, "3 3"], float, Float64[np.ndarray, "3"]]:
    """Return turn, size and shift that bring points closest to others (Umeyama 1991)."""
    middle, goal = source.mean(0), target.mean(0)
    u, strengths, vt = np.linalg.svd((source - middle).T @ (target - goal))
    flip = np.array([1, 1, np.sign(np.linalg.det(vt.T @ u.T))])
    rotation = vt.T @ np.diag(flip) @ u.T
    scale = float((strengths * flip).sum() / ((source - middle) ** 2).sum())
    return rotation, scale, goal - scale * rotation @ middle


def _normals(vertices: Float32[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> Float64[np.ndarray, "V 3"]:
    corners = vertices[faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros((len(vertices), 3))
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _neighbour_average(head: Head, number: Int[np.ndarray, " V"]) -> csr_matrix:
    """Return the matrix that averages each point with its neighbours along edges."""
    quads = number[head.quads]
    edges = np.concatenate([quads[:, [0, 1]], quads[:, [1, 2]], quads[:, [2, 3]], quads[:, [3, 0]]])
    edges = edges[(edges >= 0).all(1)]
    count = int(number.max()) + 1
    itself = np.repeat(np.arange(count)[:, None], 2, 1)
    rows, columns = np.concatenate([edges, edges[:, ::-1], itself]).T
    matrix = coo_matrix((np.ones(len(rows)), (rows, columns)), (count, count)).tocsr()
    matrix.data[:] = 1
    return diags(1 / np.asarray(matrix.sum(1)).ravel()) @ matrix
