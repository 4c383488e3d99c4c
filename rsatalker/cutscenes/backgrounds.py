"""What is behind the heads, for every camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8, UInt16
from PIL import Image, ImageFilter

from rsatalker.cutscenes.compositing import enlarge_with_noise
from rsatalker.cutscenes.lights import AS_IN_THE_STUDIO
from rsatalker.cutscenes.script import Background
from rsatalker.errors import ScriptError
from rsatalker.exports.images import PICTURE_FAULTS
from rsatalker.renderers.camera import Camera

STEP_PX = 8  # a room out of focus has no detail smaller than that

# A room out of focus: soft lights as (azimuth, elevation in degrees, sharpness, colour, 1 as bright as the wall).
# They stand all around, so that every camera has something behind its heads, and none is brighter than a face.
BLURRED_LIGHTS: tuple[tuple[float, float, float, tuple[float, float, float]], ...] = (
    (180, 4, 5.0, (0.95, 0.92, 0.90)),  # glow behind a two-shot
    (167, 5, 260.0, (1.05, 0.78, 0.48)),  # lamps of a far wall
    (172, 6, 900.0, (0.70, 0.52, 0.34)),
    (194, 6, 420.0, (0.45, 0.66, 1.00)),
    (120, 6, 12.0, (0.85, 0.72, 0.55)),  # behind the shoulder shots to the right ...
    (104, 5, 240.0, (1.10, 0.80, 0.50)),
    (72, 2, 30.0, (0.50, 0.62, 0.85)),
    (240, 6, 12.0, (0.62, 0.74, 0.92)),  # ... and to the left
    (256, 5, 240.0, (0.55, 0.76, 1.10)),
    (290, 3, 30.0, (0.85, 0.70, 0.50)),
    (0, 8, 6.0, (0.60, 0.60, 0.62)),
)
FLOOR_DARKNESS = 0.72  # how much darker straight down is than the horizon
VIGNETTE = 0.38  # share of the light that the corners lose


class BackgroundPainter:
    """Paints the background of one scene; keeps the last one for a camera that stands still.

    Args:
        background: Of the script.
        width: Pixels.
        height: Pixels.

    Attributes:
        room: Factors on the colour of a backdrop's walls, as the light of the shot at hand shows them.

    Raises:
        ScriptError: The image cannot be read.
    """

    def __init__(self, background: Background, width: int, height: int) -> None:
        self._background, self._shape = background, (height, width, 4)
        self.room = AS_IN_THE_STUDIO
        self._noise = np.random.default_rng(0).uniform(-0.5, 0.5, (height, width)).astype(np.float32)
        self._still = None if background.kind == "backdrop" else self._painted_once()
        self._kept: dict[bytes, UInt8[np.ndarray, "H W 4"]] = {}

    def paint(self, camera: Camera) -> UInt8[np.ndarray, "H W 4"]:
        """Return the background that a camera sees, opaque; not to be written to."""
        if self._still is not None:
            return self._still
        key = camera.camera_from_world.tobytes() + camera.K.tobytes() + repr(self.room).encode()
        if key not in self._kept:
            if len(self._kept) > 1:  # two eyes
                self._kept.clear()
            self._kept[key] = self._enlarged(self._room(camera))
        return self._kept[key]

    def rows_shown(self) -> UInt16[np.ndarray, " H"]:
        """Return how much of the heads each row shows, of 256: busts end in the background, not at an edge."""
        height = self._shape[0]
        shown = np.ones(height)
        rows = round(self._background.fade * height)
        if rows:
            fade = 1 - (np.arange(rows) + 1) / rows
            shown[height - rows :] = fade * fade * (3 - 2 * fade)
        return np.round(256 * shown).astype(np.uint16)

    def _painted_once(self) -> UInt8[np.ndarray, "H W 4"]:
        background, (height, width, _) = self._background, self._shape
        if background.kind == "image":
            assert background.file is not None
            return _fitted(background.file, width, height, background.blur)
        if background.kind == "gradient":
            down = np.linspace(0, 1, self._small_shape()[0], dtype=np.float32)[:, None, None]
            colors = (1 - down) * np.array(background.color, np.float32) + down * np.array(background.lower, np.float32)
            return self._enlarged(np.broadcast_to(colors, self._small_shape()))
        color = (0, 0, 0) if background.kind == "transparent" else background.color
        return np.broadcast_to(np.round(np.array([*color, 255])).astype(np.uint8), self._shape).copy()

    def _small_shape(self) -> tuple[int, int, int]:
        height, width, _ = self._shape
        return -(-height // STEP_PX) + 1, -(-width // STEP_PX) + 1, 3

    def _enlarged(self, small: Float32[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W 4"]:
        out = np.full(self._shape, 255, np.uint8)
        enlarge_with_noise(np.ascontiguousarray(small, np.float32), self._noise, STEP_PX, out)
        return out

    def _room(self, camera: Camera) -> Float32[np.ndarray, "h w 3"]:
        """Return the room around the scene as one camera sees it, out of focus."""
        rows, columns, _ = self._small_shape()
        y, x = np.mgrid[0:rows, 0:columns] * STEP_PX + 0.5
        K = camera.K.astype(np.float64)
        rays = np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones_like(x)], -1)
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        directions = rays @ camera.camera_from_world[:3, :3].astype(np.float64)  # camera to world: the transpose
        wall = np.array(self._background.color) * self.room
        glow = np.tile(0.42 * wall, (rows, columns, 1))
        for azimuth, elevation, sharpness, color in BLURRED_LIGHTS:
            a, e = np.radians(azimuth), np.radians(elevation)
            towards = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
            glow += np.exp(sharpness * (directions @ towards - 1))[..., None] * np.array(color) * wall.mean()
        glow *= 1 - FLOOR_DARKNESS * np.clip(-directions[..., 1:2] * 2.2 + 0.10, 0, 1)
        height, width, _ = self._shape
        corner = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)[..., None] * 2
        return np.minimum(glow * (1 - VIGNETTE * corner), 255).astype(np.float32)


def _fitted(file: Path, width: int, height: int, blur: float) -> UInt8[np.ndarray, "H W 4"]:
    """Return an image that fills the picture, its middle in the middle."""
    try:
        with Image.open(file) as opened:
            image = opened.convert("RGB")
    except PICTURE_FAULTS as error:
        raise ScriptError(
            f"background.file {file} cannot be read as an image ({error}); expected PNG or JPEG."
        ) from error
    scale = max(width / image.width, height / image.height)
    size = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    image = image.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    image = image.crop((left, top, left + width, top + height))
    image = image.filter(ImageFilter.GaussianBlur(blur * height / 1000)) if blur else image
    return np.array(image.convert("RGBA"))
