"""Images of far heads: drawn larger than they are wanted, then averaged.

A Gaussian in an image is at least half a pixel wide. On a far head many are far smaller than a pixel, and what lies in
front grows over what lies behind: lids over eyes. Averaging a larger image costs little: far heads have few pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.renderers.camera import Camera
from rsatalker.renderers.cpu_average import average_pixels

Draw = Callable[[Sequence[Camera], UInt8[np.ndarray, "C H W 4"], Float32[np.ndarray, "C H W"]], None]


def draw_oversampled(
    draw: Draw,
    cameras: Sequence[Camera],
    colors: UInt8[np.ndarray, "C H W 4"],
    depths: Float32[np.ndarray, "C H W"],
) -> None:
    """Draw into the caller's images by way of larger ones where the cameras ask for that."""
    factor = cameras[0].oversampling
    if factor == 1:
        draw(cameras, colors, depths)
        return
    count, height, width = depths.shape
    large_colors = np.empty((count, height * factor, width * factor, 4), np.uint8)
    large_depths = np.empty((count, height * factor, width * factor), np.float32)
    draw([enlarged(camera) for camera in cameras], large_colors, large_depths)
    shrink(large_colors, large_depths, factor, colors, depths)


def enlarged(camera: Camera) -> Camera:
    """Return the camera whose every pixel is one that is averaged."""
    K = camera.K * np.array([[camera.oversampling]] * 2 + [[1]], np.float32)
    size = camera.width * camera.oversampling, camera.height * camera.oversampling
    return replace(camera, K=K, width=size[0], height=size[1], oversampling=1)


def shrink(
    large_colors: UInt8[np.ndarray, "C h w 4"],
    large_depths: Float32[np.ndarray, "C h w"],
    factor: int,
    colors: UInt8[np.ndarray, "C H W 4"],
    depths: Float32[np.ndarray, "C H W"],
) -> None:
    """Write the mean of every factor x factor pixels: of premultiplied colours, and of depths weighed by alpha."""
    average_pixels(large_colors, large_depths, factor, colors, depths)
