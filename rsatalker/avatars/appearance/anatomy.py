"""The neutral head as appearance sees it: centimetres, with landmarks, eyes and the garment it wears.

Appearance is made in *face space*: centimetres, head looking along +z, y = 3.7 at the bridge of the nose and z = 3.7 at
the ears, so that one set of figures suits all heads. *Style space* is face space scaled so that every crown lies at
y = 14.5; hairlines and collars are given there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from rsatalker.avatars.face_frames import vertex_normals
from rsatalker.heads.head import Head
from rsatalker.heads.regions import Region

CLOTH = 100  # region of the garment's quads, beside those of `Region`
BRIDGE_Y, EAR_Z, CROWN_Y = 3.7, 3.7, 14.5  # centimetres in style space
OUTER_SKIN = (Region.FACE, Region.SCALP, Region.EAR, Region.NECK, Region.BODY)


@dataclass(slots=True)
class Anatomy:
    """Geometry of one head at rest in face space.

    Attributes:
        head: The head itself, in metres.
        origin_m: Zero of face space in the head's space, metres.
        vertices: Head's vertices, then the garment's.
        quads: Head's quads, then the garment's.
        quad_region: `Region` of each quad, or `CLOTH`.
        normals: Smooth outward normals of the vertices.
        landmarks: 68 points in Multi-PIE order.
        eye_centers: Left, right.
        eye_radius: Of the eyeball.
        center: Inside the cranium, between the ears.
        style_scale: Style space per face space.
    """

    head: Head
    origin_m: Float[np.ndarray, "3"]
    vertices: Float[np.ndarray, "V 3"]
    quads: Int[np.ndarray, "Q 4"]
    quad_region: Int[np.ndarray, " Q"]
    normals: Float[np.ndarray, "V 3"]
    landmarks: Float[np.ndarray, "68 3"]
    eye_centers: Float[np.ndarray, "2 3"]
    eye_radius: float
    center: Float[np.ndarray, "3"]
    style_scale: float

    def to_style(self, points: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
        """Return points of face space in style space."""
        anchor = np.array([0, BRIDGE_Y, EAR_Z])
        return (np.asarray(points) - anchor) * self.style_scale + anchor

    def from_style(self, points: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
        """Return points of style space in face space."""
        anchor = np.array([0, BRIDGE_Y, EAR_Z])
        return (np.asarray(points) - anchor) / self.style_scale + anchor

    def add_garment(self, vertices: Float[np.ndarray, "G 3"], quads: Int[np.ndarray, "K 4"]) -> None:
        """Put a garment on: append its mesh."""
        self.quads = np.concatenate([self.quads, quads + len(self.vertices)]).astype(np.int32)
        self.quad_region = np.concatenate([self.quad_region, np.full(len(quads), CLOTH)])
        self.vertices = np.concatenate([self.vertices, vertices])
        self.normals = vertex_normals(self.vertices.astype(np.float32), self.quads).astype(float)

    def outer_vertices(self) -> Int[np.ndarray, " K"]:
        """Return ids of vertices of the skin that face outwards (not those inside nostrils or behind lids)."""
        skin = np.unique(self.quads[np.isin(self.quad_region, (*OUTER_SKIN, CLOTH))])
        outward = ((self.vertices[skin] - self.center) * self.normals[skin]).sum(1) > 0
        return skin[outward | (self.vertices[skin, 1] < self.landmarks[8, 1])]


def anatomy_of(head: Head) -> Anatomy:
    """Return the bare head in face space."""
    neutral = head.neutral_vertices.astype(float)
    landmarks = neutral[head.landmarks]
    ears = (landmarks[0, 2] + landmarks[16, 2]) / 2
    origin = np.array([0.0, landmarks[27, 1] - BRIDGE_Y / 100, ears - EAR_Z / 100])
    vertices = (neutral - origin) * 100
    on_cranium = np.unique(head.quads[np.isin(head.quad_region, (Region.FACE, Region.SCALP))])
    crown = vertices[on_cranium, 1].max()
    return Anatomy(
        head=head,
        origin_m=origin,
        vertices=vertices,
        quads=head.quads.astype(np.int32),
        quad_region=head.quad_region.astype(int),
        normals=vertex_normals(neutral.astype(np.float32), head.quads.astype(np.int32)).astype(float),
        landmarks=vertices[head.landmarks],
        eye_centers=(head.eye_centers.astype(float) - origin) * 100,
        eye_radius=float(head.eye_radius_m) * 100,
        center=np.array([0.0, BRIDGE_Y + 1.0, EAR_Z - 3.0]),
        style_scale=(CROWN_Y - BRIDGE_Y) / (crown - BRIDGE_Y),
    )


class PushOut:
    """A surface that strands and cloth are kept outside of.

    Attributes:
        lowest: Height of its lower end.
    """

    def __init__(self, points: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"]):
        self.lowest = float(points[:, 1].min())
        self._tree = KDTree(points)
        self._points = points
        self._normals = normals

    def probe(self, points: Float[np.ndarray, "N 3"]) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, " N"]]:
        """Return the normal near each point and its height over the surface.

        Five planes are weighted by distance: the nearest one alone makes steps along partings.
        """
        distance, index = self._tree.query(points, k=5)
        weight = 1 / (distance**2 + 0.02)
        weight /= weight.sum(1, keepdims=True)
        normal = (self._normals[index] * weight[..., None]).sum(1)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        heights = ((points[:, None] - self._points[index]) * self._normals[index]).sum(2)
        return normal, (heights * weight).sum(1)

    def push(
        self, points: Float[np.ndarray, "N 3"], least_height: Float[np.ndarray, " N"]
    ) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]:
        """Return points lifted to at least the given heights, and the normals there."""
        normal, height = self.probe(points)
        return points + np.maximum(least_height - height, 0)[:, None] * normal, normal
