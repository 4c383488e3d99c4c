"""The images of a capture, in the size in which they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

from rsatalker.errors import AssetError
from rsatalker.exports.images import PICTURE_FAULTS
from rsatalker.renderers.camera import Camera
from rsatalker.training.avatar_views import View

MOST_KEPT_BYTES = 2_000_000_000  # of images in memory; what is beyond is read again each time
SMALLEST_PX = 16  # along either side: SSIM's window is 11 wide
BARELY = 1.5 / 255  # what a mask of 0 and 1 reaches, saved as bytes


class Photos:
    """Reads the images of a capture and keeps as many as fit."""

    def __init__(self, longest_px: int) -> None:
        self._longest_px = longest_px
        self._kept: dict[View, Photo] = {}
        self._kept_bytes = 0

    def __call__(self, view: View) -> Photo:
        """Return the image of a view; see `read_photo`."""
        if view not in self._kept:
            photo = read_photo(view, self._longest_px)
            size = photo.color.nbytes + (photo.mask.nbytes if photo.mask is not None else 0)
            if self._kept_bytes + size > MOST_KEPT_BYTES:
                return photo
            self._kept[view] = photo
            self._kept_bytes += size
        return self._kept[view]


@dataclass(frozen=True, slots=True)
class Photo:
    """An image in the size in which it is used.

    Attributes:
        color: sRGB in [0, 1], as it was taken.
        mask: Share of each pixel that is the person; None if nobody said.
        camera: Of this size.
    """

    color: Float32[np.ndarray, "H W 3"]
    mask: Float32[np.ndarray, "H W"] | None
    camera: Camera

    def before(self, background: Sequence[float] | Float32[np.ndarray, "3"]) -> Float32[np.ndarray, "H W 3"]:
        """Return the person before a background of one colour; the image as it is if there is no mask."""
        if self.mask is None:
            return self.color
        share = self.mask[..., None]
        return self.color * share + np.asarray(background, np.float32) * (1 - share)


def read_photo(view: View, longest_px: int = 0) -> Photo:
    """Return the image of a view, made smaller if its longer side is above a number of pixels; 0 leaves it.

    Raises:
        AssetError: The image or its mask cannot be read, or holds no brightness between black and white.
    """
    camera = view.camera
    size = (camera.width, camera.height)
    scale = min(1.0, longest_px / max(size)) if longest_px else 1.0
    smaller = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    if min(smaller) < SMALLEST_PX:
        raise AssetError(
            f"{view.image} is {smaller[0]} x {smaller[1]} as it is used; at least {SMALLEST_PX} x {SMALLEST_PX} are "
            "needed to see anything. Give larger images, or a larger longest_px."
        )
    pixels = _pixels(view.image, smaller, "RGB")
    mask = pixels[..., 3] if pixels.shape[2] == len("RGBA") else None
    if view.mask is not None:
        mask = _pixels(view.mask, smaller, "L")[..., 0]
        if 0 < mask.max() <= BARELY:
            raise AssetError(f"{view.mask} is black but for values of 1; write masks with 255 where the person is.")
    factors = np.array([[smaller[0] / size[0]], [smaller[1] / size[1]], [1]], np.float32)
    scaled = Camera(camera.camera_from_world, camera.K * factors, *smaller, camera.near)
    return Photo(np.ascontiguousarray(pixels[..., :3]), mask, scaled)


def _pixels(file: Path, size: tuple[int, int], mode: Literal["RGB", "L"]) -> Float32[np.ndarray, "H W C"]:
    """Return an image as floats in [0, 1], averaged down to a size; colours with alpha, where they have some."""
    try:
        with Image.open(file) as opened:
            kind, image = opened.mode, opened.copy()
    except PICTURE_FAULTS as error:
        raise AssetError(f"{file} cannot be read ({error}); write it anew.") from error
    if kind in ("I", "F"):
        raise AssetError(f"{file} holds numbers of 32 bits; save it with 8 or 16 bits a channel.")
    deep = kind.startswith("I;16")
    if not deep:
        image = image.convert("RGBA" if mode == "RGB" and image.has_transparency_data else mode)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BOX)
    values = np.asarray(image, np.float32) / (65535 if deep else 255)
    planes = values if values.ndim == 3 else values[..., None]
    return np.repeat(planes, 3, 2) if mode == "RGB" and deep else planes
