"""Skin that stays closed, also for those who come nearer than the camera did.

A headset's eye sees a face at 0.4 m in several times the pixels of a capture, and gaps that are smaller than a pixel of
the images. Fitting even makes some: from where the cameras were, dark hair at the back of the head, seen through a gap
in a cheek, looks like a freckle. No photo is needed to close them: where a mask is full and the mesh turns its outside
to the camera, that side alone covers.

Measured on the painted head of `scripts/bench.py fit`, four times as near: what shines through by more than a fifth
falls from .046 to .002 % of the pixels on the head, at the cost of .1 dB; four times the weight costs .9 dB.
To leave out what lies behind other skin as well, such as eyes behind lids, closed fewer gaps and let dots grow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32
from torch import Tensor

from rsatalker.renderers.camera import Camera
from rsatalker.training.avatar_mesh_images import see_mesh

CLOSER = 3  # times as near: an image of 256 pixels becomes one of 768, of which a part is looked at
EVERY = 3  # steps: each such look costs as much as an image
CLOSED_WEIGHT = 0.5  # of what shines through, a share of the pixels


@dataclass(frozen=True, slots=True)
class CloserLook:
    """A part of a view, enlarged.

    Attributes:
        camera: That sees it.
        closed: Where nothing may shine through.
        outside: Which triangles turn their outside to the camera.
    """

    camera: Camera
    closed: Bool[np.ndarray, "H W"]
    outside: Bool[np.ndarray, " F"]


def closer_look(
    camera: Camera,
    mask: Float32[np.ndarray, "H W"],
    vertices: Float32[np.ndarray, "V 3"],
    faces: Int32[np.ndarray, "F 3"],
    random: np.random.Generator,
) -> CloserLook | None:
    """Return a part of a view as large as the view, about a place on the person.

    Args:
        camera: Of the view.
        mask: How much of each pixel the person covers.
        vertices: Of the mesh in the pose of the view, metres.
        faces: Its triangles, counter-clockwise seen from outside.
        random: Chooses the place.

    Returns:
        None where the mask has no place that is covered for certain.
    """
    solid = inside(mask >= 1)
    places = np.flatnonzero(solid)
    if not len(places):
        return None
    height, width = mask.shape
    row, column = divmod(int(random.choice(places)), width)
    top, left = CLOSER * row - height // 2, CLOSER * column - width // 2
    K = camera.K * np.array([[CLOSER], [CLOSER], [1]], np.float32)
    K[:2, 2] -= left, top
    nearer = replace(camera, K=K.astype(np.float32))
    rows, columns = (np.arange(height) + top) // CLOSER, (np.arange(width) + left) // CLOSER
    closed = np.pad(solid, ((height, height), (width, width)))[np.ix_(rows + height, columns + width)]
    outside = turned_outside(vertices, faces, camera.position)
    shown = see_mesh(vertices, faces, nearer).faces
    return CloserLook(nearer, closed & (shown >= 0) & outside[shown], outside)


def turned_outside(
    vertices: Float32[np.ndarray, "V 3"], faces: Int32[np.ndarray, "F 3"], position: Float32[np.ndarray, "3"]
) -> Bool[np.ndarray, " F"]:
    """Return which triangles turn their outside to a place in the world."""
    first, second, third = (vertices[faces[:, corner]] for corner in range(3))
    return (np.cross(second - first, third - first) * (position - first)).sum(1) > 0


def inside(covered: Bool[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"]:
    """Return which pixels are covered together with all eight around them."""
    padded = np.pad(covered, 1)
    height, width = covered.shape
    found = covered
    for down in range(3):
        for right in range(3):
            found = found & padded[down : down + height, right : right + width]
    return found


def shining_through(alpha: Float[Tensor, "H W"], closed: Bool[Tensor, "H W"]) -> Float[Tensor, ""]:
    """Return what is missing to full cover where nothing may shine through, weighted, as a mean over all pixels."""
    return CLOSED_WEIGHT * ((1 - alpha) * closed).mean()
