"""The images of a capture, in the size in which they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from PIL import Image, UnidentifiedImageError

from rsatalker.errors import AssetError
from rsatalker.renderers.camera import Camera
from rsatalker.training.avatar_capture import View

MOST_KEPT_BYTES = 2_000_000_000  # of images in memory; what is beyond is read again each time


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
        AssetError: The file is no image, or not of the size that the transforms say.
    """
    camera = view.camera
    size = (camera.width, camera.height)
    scale = min(1.0, longest_px / max(size)) if longest_px else 1.0
    smaller = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    try:
        with Image.open(view.image) as opened:
            has_alpha = "A" in opened.getbands()
            image = opened.convert("RGBA" if has_alpha else "RGB")
        if image.size != size:
            raise AssetError(
                f"{view.image} is {image.size[0]} x {image.size[1]}, the transforms say {size[0]} x {size[1]}."
            )
        pixels = _floats(image, smaller)
        mask = pixels[..., 3] if has_alpha else None
        if view.mask is not None:
            with Image.open(view.mask) as opened:
                mask = _floats(opened.convert("L"), smaller)
    except (OSError, UnidentifiedImageError) as error:
        raise AssetError(f"{view.image} or its mask cannot be read ({error}).") from error
    factors = np.array([[smaller[0] / size[0]], [smaller[1] / size[1]], [1]], np.float32)
    scaled = Camera(camera.camera_from_world, camera.K * factors, *smaller, camera.near)
    return Photo(np.ascontiguousarray(pixels[..., :3]), mask, scaled)


def _floats(image: Image.Image, size: tuple[int, int]) -> Float32[np.ndarray, "H W *C"]:
    """Return an image as floats in [0, 1], averaged down to a size."""
    if image.size != size:
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image, np.float32) / 255
