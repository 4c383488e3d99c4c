"""What a caller can get wrong, in one clear sentence each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera

MOST_PIXELS = 32_767  # along a side: the boxes of splats are of int16
NUMBERS = ("means", "covariances", "opacities", "colors")


def check_images(
    cameras: Sequence[Camera], colors: Shaped[np.ndarray, "C H W 4"], depths: Shaped[np.ndarray, "C H W"]
) -> None:
    """Check that cameras and images fit each other.

    Raises:
        ValueError: There is no camera, cameras differ in size, or an image has another shape or layout.
    """
    if not cameras:
        raise ValueError("a render needs at least one camera; 0 were given.")
    if len({camera.oversampling for camera in cameras}) > 1:
        raise ValueError("cameras of one render must have one oversampling. Give them the same, or render separately.")
    sizes = {(camera.height, camera.width) for camera in cameras}
    if len(sizes) > 1:
        raise ValueError(f"cameras of one render must have one size; found {sorted(sizes)}. Render them separately.")
    size = sizes.pop()
    if max(size) * cameras[0].oversampling > MOST_PIXELS:
        raise ValueError(
            f"an image may have {MOST_PIXELS} pixels a side, oversampled ones counted; found {size[1]} x {size[0]} "
            f"with an oversampling of {cameras[0].oversampling}. Draw it in parts."
        )
    expected = (len(cameras), *size)
    if colors.shape != (*expected, 4) or depths.shape != expected:
        raise ValueError(
            f"colors must be {(*expected, 4)} and depths {expected}; found {colors.shape} and {depths.shape}."
        )
    if not (colors.flags.carray and depths.flags.carray):
        raise ValueError(
            "colors and depths must be writable, each in one piece without gaps; found a strided or read-only array. "
            "Draw into np.empty(...) or a slot of the ring, not into part of a wider image."
        )


def check_gaussians(gaussians: Gaussians) -> None:
    """Check that all numbers are finite.

    Raises:
        ValueError: One is NaN or infinite; the message names the first such Gaussian.
    """
    for name in NUMBERS:
        finite = np.isfinite(getattr(gaussians, name))
        if not finite.all():
            raise ValueError(complaint(gaussians, int(np.argwhere(~finite)[0, 0])))


def complaint(gaussians: Gaussians, index: int) -> str:
    """Return what is wrong with a Gaussian that cannot be drawn."""
    for name in NUMBERS:
        values = getattr(gaussians, name)[index]
        if not np.isfinite(values).all():
            return f"Gaussian {index} of {len(gaussians)} has {name} {values}; all numbers must be finite."
    return f"Gaussian {index} of {len(gaussians)} has numbers too large to draw; check the avatar's scale in metres."
