"""The demo's stage: where both heads and the viewer are, and how their frames become one picture.

What a plugin does in an engine: it tells the sidecar its eye and the anchors of both heads, and draws each frame on a
card that stands where the frame's own camera saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np
from jaxtyping import Float32, Int32, UInt8
from PIL import Image

from rsatalker.exports.images import lay_over
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import Frame

APART_M = 0.5  # between the two heads, so that both fill the picture
TURNED_RAD = 0.15  # of each body towards the other: head and eyes turn the rest, and three quarters of the face is seen
VIEWER_M = 0.95  # from the line between the heads
VIEWER_HEIGHT_M = 0.0
VIEWER_TANGENTS = np.array([0.5, 0.5, 0.35, 0.35], np.float32)  # left, right, down, up of the eye that the engine tells
NEAR_M, FAR_M = 0.05, 10.0
ASPECT = 16 / 9
WIDTH_PER_FRAME = 1.2  # the picture's width in frames: both heads fill it, shoulders just reach its sides
RAISED = 0.022  # tangent by which the middle of the spheres, which is in the neck, stands above the picture's
FADE_STARTS = 0.8  # of the picture's height
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
        self.width = round(frame_px * WIDTH_PER_FRAME / 2) * 2
        self.height = round(self.width / ASPECT / 2) * 2
        self._background = _vignette(self.width, self.height)
        self._fade_start = round(FADE_STARTS * self.height)
        self._fade = _fade(self.height - self._fade_start)

    def compose(self, frames: Sequence[Frame]) -> UInt8[np.ndarray, "H W 3"]:
        """Return both frames over the background, each where and as large as the viewer sees it; all of one eye."""
        picture = self._background.copy()
        scale = min((_pixels_per_tangent(frame) for frame in frames), default=1.0)
        for frame in frames:
            colors = _shrunk(frame.colors[0], scale / _pixels_per_tangent(frame))
            x, y = _center(frame)
            left = self.width / 2 + scale * x - colors.shape[1] / 2
            top = self.height / 2 + scale * (y - RAISED) - colors.shape[0] / 2
            lay_over(picture, colors, round(left), round(top))
        behind, low = self._background[self._fade_start :], picture[self._fade_start :]
        low[:] = behind + (low.astype(np.int32) - behind) * self._fade // 256
        return picture


def _pixels_per_tangent(frame: Frame) -> float:
    """Return the scale of a frame: pixels for each metre at a distance of one metre."""
    left, right = frame.header.views[0].tangents[:2]
    return frame.colors.shape[2] / float(left + right)


def _center(frame: Frame) -> tuple[float, float]:
    """Return where the viewer sees the middle of a frame: tangents to the right and downwards."""
    view = frame.header.views[0]
    left, right, down, up = (float(tangent) for tangent in view.tangents)
    middle = np.array([(right - left) / 2, (down - up) / 2, 1.0])
    x, y, z = viewer().camera_from_world[:3, :3] @ view.camera_from_world[:3, :3].T @ middle
    return x / z, y / z


def _shrunk(colors: UInt8[np.ndarray, "H W 4"], factor: float) -> UInt8[np.ndarray, "h w 4"]:
    """Return a frame at the scale of the picture: the frames of a small head are the closer ones."""
    height, width = (round(side * factor) for side in colors.shape[:2])
    if (height, width) == colors.shape[:2]:
        return colors
    image = Image.fromarray(colors, "RGBa")  # premultiplied, so that colours do not bleed in from what is transparent
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _vignette(width: int, height: int) -> UInt8[np.ndarray, "H W 3"]:
    """Return a background that is lighter in its middle, with just enough noise to hide the steps of 8 bits."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    lightness = np.exp(-1.2 * (x**2 + y**2))[..., None]
    colors = lightness * np.array(BACKGROUND_CENTER) + (1 - lightness) * np.array(BACKGROUND_EDGE)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (height, width, 1))
    return np.round(colors + noise).clip(0, 255).astype(np.uint8)


def _fade(rows: int) -> Int32[np.ndarray, "R 1 1"]:
    """Return how much of the heads the lowest rows show, of 256: busts end in the dark, not at an edge."""
    shown = 1 - np.linspace(0, 1, rows)
    return np.round(256 * shown**2 * (3 - 2 * shown)).astype(np.int32)[:, None, None]
