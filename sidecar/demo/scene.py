"""The demo's stage: where both heads and the viewer are, and how their frames become one picture.

What a plugin does in an engine: it tells the sidecar its eye and the anchors of both heads, and draws each frame on a
card that stands where the frame's own camera saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.exports.images import lay_over
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import Frame

APART_M = 0.56  # between the two heads, so that both fill the picture
TURNED_RAD = 0.62  # of each head towards the other: three quarters of both faces are seen
VIEWER_M = 1.25  # from the line between the heads
VIEWER_HEIGHT_M = 0.0
VIEWER_TANGENTS = np.array([0.5, 0.5, 0.35, 0.35], np.float32)  # left, right, down, up of the eye that the engine tells
NEAR_M, FAR_M = 0.05, 10.0
ASPECT = 16 / 9
BACKGROUND_CENTER, BACKGROUND_EDGE = (52, 56, 64), (17, 18, 22)  # sRGB; soft and dark, so that faces stand out


def world_from_heads() -> Float32[np.ndarray, "2 4 4"]:
    """Return where a (on the viewer's left) and b stand."""
    placed = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    for anchor, side in zip(placed, (-1, 1), strict=True):
        cosine, sine = np.cos(TURNED_RAD), -side * np.sin(TURNED_RAD)
        anchor[0, 0], anchor[0, 2], anchor[2, 0], anchor[2, 2] = cosine, sine, -sine, cosine
        anchor[0, 3] = side * APART_M / 2
    return placed


def viewer(sway_m: float = 0.0) -> View:
    """Return the viewer's eye, moved sideways a little if asked for; it looks along -z."""
    camera_from_world = np.diag([1.0, -1.0, -1.0, 1.0]).astype(np.float32)
    camera_from_world[:3, 3] = -sway_m, VIEWER_HEIGHT_M, VIEWER_M
    return View(camera_from_world, VIEWER_TANGENTS, NEAR_M, FAR_M)


def sway_m(time_s: float) -> float:
    """Return where a person who stands still has their head after some time: it is never quite still."""
    return 0.01 * float(np.sin(2 * pi * 0.4 * time_s))


class Picture:
    """Puts the frames of both heads into one picture of even width and height.

    Args:
        frame_px: Width and height of the frames.
    """

    def __init__(self, frame_px: int) -> None:
        self.width = 2 * frame_px
        self.height = round(self.width / ASPECT / 2) * 2
        self._background = _vignette(self.width, self.height)

    def compose(self, frames: Sequence[Frame]) -> UInt8[np.ndarray, "H W 3"]:
        """Return both frames over the background, each where its camera saw it; all of the same eye."""
        picture = self._background.copy()
        for frame in frames:
            left, top = self._corner(frame)
            lay_over(picture, frame.colors[0], left, top)
        return picture

    def _corner(self, frame: Frame) -> tuple[int, int]:
        """Return where a frame's upper left corner lies, in a picture of the frame's own scale."""
        view = frame.header.views[0]
        left, right, down, up = (float(tangent) for tangent in view.tangents)
        frame_height, frame_width = frame.colors.shape[1:3]
        pixels_per_tangent = frame_width / (left + right)
        middle = np.array([(right - left) / 2, (down - up) / 2, 1.0])
        x, y, z = viewer().camera_from_world[:3, :3] @ view.camera_from_world[:3, :3].T @ middle
        center_x = self.width / 2 + pixels_per_tangent * x / z
        center_y = self.height / 2 + pixels_per_tangent * y / z
        return round(center_x - frame_width / 2), round(center_y - frame_height / 2)


def _vignette(width: int, height: int) -> UInt8[np.ndarray, "H W 3"]:
    """Return a background that is lighter in its middle, with just enough noise to hide the steps of 8 bits."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    lightness = np.exp(-1.2 * (x**2 + y**2))[..., None]
    colors = lightness * np.array(BACKGROUND_CENTER) + (1 - lightness) * np.array(BACKGROUND_EDGE)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (height, width, 1))
    return np.round(colors + noise).clip(0, 255).astype(np.uint8)
