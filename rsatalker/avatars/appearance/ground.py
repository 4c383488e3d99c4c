"""The skin as ground to plant on: nearest place on the surface, and its frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.face_map import FaceWeights
from rsatalker.avatars.appearance.surfels import Surfels
from rsatalker.avatars.binding import frame_of_quad


@dataclass(frozen=True, slots=True)
class Ground:
    """Outward skin surfels with what is known about each.

    Attributes:
        cells: The surfels.
        weights: Where on the face each lies.
        above_hairline: Centimetres above the hairline, negative on bare skin.
        region: Region of its quad.
        albedo: Its colour, linear RGB.
        specular: Strength of its highlight.
        roughness: Of that.
        quad_count: Quads of the whole mesh.
        tree: Finds the nearest surfel.
    """

    cells: Surfels
    weights: FaceWeights
    above_hairline: Float[np.ndarray, " N"]
    region: Int[np.ndarray, " N"]
    albedo: Float[np.ndarray, "N 3"]
    specular: Float[np.ndarray, " N"]
    roughness: Float[np.ndarray, " N"]
    quad_count: int
    tree: KDTree

    def nearest(self, points: Float[np.ndarray, "K 3"]) -> Int[np.ndarray, " K"]:
        """Return the index of the nearest surfel to each point."""
        return self.tree.query(points)[1]

    def anchor(self, index: Int[np.ndarray, " K"]) -> dict[str, np.ndarray]:
        """Return frame, quad, u and v that bind Gaussians to the given surfels' triangles."""
        cells = self.cells
        frame = frame_of_quad(cells.quad[index], cells.u[index], cells.v[index], self.quad_count)
        return {"frame": frame, "quad": cells.quad[index], "u": cells.u[index], "v": cells.v[index]}

    def settle(
        self, points: Float[np.ndarray, "K 3"], height: float = 0.0
    ) -> tuple[Float[np.ndarray, "K 3"], Float[np.ndarray, "K 3"], Int[np.ndarray, " K"]]:
        """Return points moved along the normal to a height over the skin, the normals, and the nearest surfels."""
        index = self.nearest(points)
        for _ in range(2):
            normal = self.cells.normal[index]
            lift = ((points - self.cells.position[index]) * normal).sum(1, keepdims=True)
            points = points - (lift - height) * normal
            index = self.nearest(points)
        return points, self.cells.normal[index], index
