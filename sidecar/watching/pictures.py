"""Frames as pictures that any program can show: JPEG for colour, JPEG or PNG for alpha."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from PIL import Image

DEFAULT_QUALITY = 85  # JPEG: faces show no blocks, and a 512 x 512 head is about 25 kB
LARGEST_QUALITY = 95  # above it, JPEG files only grow


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """How frames are made into pictures.

    Attributes:
        quality: Of JPEG, 1 to 95.
        max_size_px: Longer side of a layer at most; None: as it is.
        alpha: "jpeg", "png" or "none".
    """

    quality: int = DEFAULT_QUALITY
    max_size_px: int | None = None
    alpha: str = "jpeg"


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as files.

    Attributes:
        width: Of one layer, pixels.
        height: Of one layer, pixels.
        color: JPEG, the layers side by side, premultiplied on black.
        alpha: JPEG or PNG of grey levels; empty without.
    """

    width: int
    height: int
    color: bytes
    alpha: bytes


def picture_of(colors: UInt8[np.ndarray, "L H W 4"], form: PictureFormat) -> Picture:
    """Return a frame's layers as one picture."""
    height, width = size_within(colors.shape[1], colors.shape[2], form.max_size_px)
    # Colour and alpha are scaled apart: the colour is premultiplied already.
    color = _joined([Image.fromarray(np.ascontiguousarray(layer[..., :3])) for layer in colors], width, height)
    alpha = b""
    if form.alpha != "none":
        grey = _joined([Image.fromarray(np.ascontiguousarray(layer[..., 3])) for layer in colors], width, height)
        alpha = _encoded(grey, form.alpha, form.quality)
    return Picture(width, height, _encoded(color, "jpeg", form.quality), alpha)


def size_within(height: int, width: int, longest: int | None) -> tuple[int, int]:
    """Return height and width scaled down so that the longer is at most `longest` pixels."""
    if longest is None or max(height, width) <= longest:
        return height, width
    scale = longest / max(height, width)
    return max(round(height * scale), 1), max(round(width * scale), 1)


def _joined(layers: Sequence[Image.Image], width: int, height: int) -> Image.Image:
    """Return layers side by side, each scaled to a size."""
    if layers[0].size != (width, height):
        layers = [layer.resize((width, height), Image.Resampling.BOX) for layer in layers]
    joined = Image.new(layers[0].mode, (width * len(layers), height))
    for index, layer in enumerate(layers):
        joined.paste(layer, (index * width, 0))
    return joined


def _encoded(image: Image.Image, kind: str, quality: int) -> bytes:
    file = io.BytesIO()
    if kind == "png":
        image.save(file, "PNG", compress_level=1)  # alpha is mostly flat: more effort brings little
    else:
        image.save(file, "JPEG", quality=quality)
    return file.getvalue()
