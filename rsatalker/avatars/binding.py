"""Gaussians bound to frames: what is stored of each one, and how it gets there from its place at rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from jaxtyping import Float, Int

# One bound Gaussian. Rows, not columns: posing reads all of a Gaussian at once.
BOUND = np.dtype(
    [
        ("frame", np.int32),  # triangle (q or q + Q for the two halves of quad q), then helper frames
        ("quad", np.int32),  # quad that lends the smooth normal and the baked light ...
        ("u", np.float32),  # ... at this place between its corners 0-1 (u) and 0-3 (v)
        ("v", np.float32),
        ("center", np.float32, (3,)),  # in the frame
        ("factor", np.float32, (3, 3)),  # covariance = (axes factor) (axes factor)^T
        ("direction", np.float32, (3,)),  # strand: along it; eye: outward normal; in the frame
        ("bend", np.float32, (3,)),  # surface: added to the normal; strand: direction it is open to, in the frame
        ("albedo", np.float32, (3,)),  # linear RGB
        ("opacity", np.float32),
        ("specular", np.float32),  # 1 is skin
        ("roughness", np.float32),
        ("occlusion", np.float32),  # factor on all light that is baked into the Gaussian itself
        ("subsurface", np.float32),  # 0 Lambert, 1 light reaches around the terminator as in skin
        ("sheen", np.float32),  # fuzz at grazing angles
        ("material", np.uint8),
        ("proud", np.float32),  # how much nearer to the viewer it is drawn than it lies, metres
        ("culled", np.uint8),  # 1: fades out where it faces away from the viewer
        ("antialiased", np.uint8),
        ("eye", np.uint8),  # eyes only: 0 left, 1 right
        ("wrinkle", np.uint8),  # group of `appearance.wrinkles` that fades it in; 0 is always shown
    ],
    align=True,
)


class Material(IntEnum):
    """How a Gaussian is shaded."""

    SURFACE = 0
    STRAND = 1
    EYE = 2


DEFAULTS: dict[str, Any] = {
    "u": 0.5, "v": 0.5, "direction": 0.0, "bend": 0.0, "opacity": 0.97, "specular": 0.0, "roughness": 0.5,
    "occlusion": 1.0, "subsurface": 0.0, "sheen": 0.0, "proud": 0.0, "material": Material.SURFACE, "culled": 1,
    "antialiased": 0, "eye": 0, "wrinkle": 0,
}  # fmt: skip


@dataclass(slots=True)
class Cloud:
    """A growing set of Gaussians at rest; `bind` stores them in their frames.

    Positions, factors and directions are given in the space of the neutral head; `unit_m` is their unit in metres and
    `origin` their zero, so that appearance may be made in centimetres around the face.
    """

    origin: Float[np.ndarray, "3"]
    unit_m: float
    parts: list[np.ndarray] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def add(self, *, center: Float[np.ndarray, "N 3"], factor: Float[np.ndarray, "N 3 3"], **fields: Any) -> slice:
        """Add Gaussians; every other field of `BOUND` may be a scalar, a row or an array. Returns where they are."""
        start = len(self)
        part = np.zeros(len(center), BOUND)
        part["center"] = np.asarray(center) * self.unit_m + self.origin
        part["factor"] = np.asarray(factor) * self.unit_m
        for name, value in (DEFAULTS | fields).items():
            part[name] = value
        self.parts.append(part)
        return slice(start, start + len(part))

    def bind(self, axes: Float[np.ndarray, "T 3 3"], origins: Float[np.ndarray, "T 3"], quad_count: int) -> np.ndarray:
        """Return all Gaussians, stored in the frames of the neutral pose.

        A Gaussian on a triangle without area moves to the other triangle of its quad.
        """
        bound = np.concatenate(self.parts)
        triangles = 2 * quad_count
        area = np.linalg.norm(np.cross(axes[:triangles, :, 0], axes[:triangles, :, 1]), axis=1)
        frame = bound["frame"]
        other = np.where(frame < quad_count, frame + quad_count, frame - quad_count)
        on_triangle = frame < triangles
        flat = on_triangle & (area[np.minimum(frame, triangles - 1)] < 1e-11)  # square metres: a corner of a pole
        bound["frame"] = frame = np.where(flat, other, frame)
        into_frame = np.linalg.pinv(axes[frame].astype(np.float64), rcond=1e-4)
        bound["center"] = np.einsum("nij,nj->ni", into_frame, bound["center"] - origins[frame])
        bound["factor"] = into_frame @ bound["factor"].astype(np.float64)
        bound["direction"] = np.einsum("nij,nj->ni", into_frame, bound["direction"])
        return bound


def frame_of_quad(quad: Int[np.ndarray, " N"], u: Float[np.ndarray, " N"], v: Float[np.ndarray, " N"], quad_count: int):
    """Return the triangle of a quad (corners 0 1 2, or 0 2 3) that holds the point u, v."""
    return np.where(u >= v, quad, quad + quad_count)
