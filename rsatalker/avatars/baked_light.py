"""Baked light as it is stored and read; `bake` makes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, UInt8

from rsatalker.avatars.spherical_harmonics import sphere_directions
from rsatalker.kernels import njit

DIRECTIONS = 192  # about 15 degrees apart
WRAP = (0.26, 0.14, 0.10)  # as in `block_shading`


@dataclass(frozen=True, slots=True)
class BakedLight:
    """Light transfer of one pose; vertices are the last axis, see `lighting`.

    Attributes:
        transfer: Probe coefficients to irradiance / pi, per channel and vertex.
        visible_red: Visibility of each direction, blurred as far as red light spreads, 0..255.
        visible: The same, blurred little.
        normals: Of the vertices in that pose.
    """

    transfer: Float32[np.ndarray, "3 9 V"]
    visible_red: UInt8[np.ndarray, "D V"]
    visible: UInt8[np.ndarray, "D V"]
    normals: Float32[np.ndarray, "3 V"]

    def __getitem__(self, choice: Int[np.ndarray, " K"]) -> BakedLight:
        return BakedLight(*(getattr(self, name).take(choice, axis=-1) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class UnfoldedLight:
    """Light of vertices that are folded away at rest: inside the mouth, on the upper lids.

    A factor on the light at rest cannot bring it back, so they are baked once more where they lie open, and the two are
    blended by the distance between two edges.

    Attributes:
        vertices: Which vertices these are.
        light: Theirs, unfolded.
        edges: (2, K) vertices on either edge.
        gaps: Distance of the edges at rest and unfolded, metres.
    """

    vertices: Int[np.ndarray, " M"]
    light: BakedLight
    edges: Int[np.ndarray, "2 K"]
    gaps: Float32[np.ndarray, "2"]


@njit(nogil=True, error_model="numpy")
def gap(vertices, edges):  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Return the distance between the middles of two edges (2, K) of vertices (V, 3)."""
    squared = 0.0
    for axis in range(3):
        difference = 0.0
        for k in range(edges.shape[1]):
            difference += vertices[edges[1, k], axis] - vertices[edges[0, k], axis]
        squared += (difference / edges.shape[1]) ** 2
    return math.sqrt(squared)


def directions() -> Float32[np.ndarray, "D 3"]:
    """Return the directions that visibility is baked for."""
    return sphere_directions(DIRECTIONS).astype(np.float32)
