"""OpenEXR pictures for compositing: premultiplied linear half RGBA, depth in metres, each head in a layer too.

| channels | type | what |
|---|---|---|
| R, G, B, A | half | all heads; linear, Rec. 709 primaries, premultiplied |
| Z | float | depth along the camera's axis, metres; infinite where nothing is |
| NAME.R, NAME.G, NAME.B, NAME.A | half | one head alone, as if the other were not there |
| NAME.Z | float | its depth |

Needs the package OpenEXR, which comes with the extra `cutscenes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import OutputError
from rsatalker.exports.smpte import Timecode
from rsatalker.extras import install_command

HIGHEST_SMPTE_RATE = 30  # the attribute's frame number has no more room


@dataclass(frozen=True, slots=True)
class Layer:
    """What one camera sees.

    Attributes:
        colors: Premultiplied sRGB with alpha, in [0, 1], as renderers give it.
        depths: Metres; 0 where nothing is drawn.
    """

    colors: Float32[np.ndarray, "H W 4"]
    depths: Float32[np.ndarray, "H W"]


def require_openexr() -> Any:
    """Return the package.

    Raises:
        OutputError: It is not installed.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise OutputError(
            f"EXR files need the package OpenEXR; install it with: {install_command('rsatalker[cutscenes]')}"
        ) from error
    return OpenEXR


def write_exr(path: Path, whole: Layer, layers: Mapping[str, Layer], timecode: Timecode) -> None:
    """Write one picture.

    Args:
        path: The `.exr` to write.
        whole: All heads.
        layers: Each head alone, by name.
        timecode: Of this picture; stands in the header, as does its frame rate.

    Raises:
        OutputError: OpenEXR is not installed.
    """
    exr = require_openexr()
    channels: dict[str, Any] = {}
    for prefix, layer in {"": whole, **{f"{name}.": layer for name, layer in layers.items()}}.items():
        linear = linear_premultiplied(layer.colors)
        for index, channel in enumerate("RGBA"):
            channels[prefix + channel] = np.ascontiguousarray(linear[..., index]).astype(np.float16)
        channels[prefix + "Z"] = np.where(layer.depths > 0, layer.depths, np.float32(np.inf)).astype(np.float32)
    header: dict[str, Any] = {
        "compression": exr.ZIP_COMPRESSION,
        "type": exr.scanlineimage,
        "framesPerSecond": timecode.frame_rate,
        "comments": "linear, Rec. 709 primaries, premultiplied alpha; Z in metres",
    }
    if timecode.counted <= HIGHEST_SMPTE_RATE:
        header["timeCode"] = _time_code_attribute(exr, timecode)
    with exr.File(header, channels) as file:
        file.write(str(path))


def _time_code_attribute(exr: Any, timecode: Timecode) -> Any:
    attribute = exr.TimeCode()
    attribute.hours, attribute.minutes, attribute.seconds = timecode.hours, timecode.minutes, timecode.seconds
    attribute.frame, attribute.dropFrame = timecode.frame, timecode.drops
    return attribute


def linear_premultiplied(colors: Float32[np.ndarray, "H W 4"]) -> Float32[np.ndarray, "H W 4"]:
    """Return premultiplied sRGB as premultiplied linear light."""
    alpha = colors[..., 3:]
    straight = np.clip(colors[..., :3] / np.maximum(alpha, 1e-6), 0, 1)
    linear = np.where(straight <= 0.04045, straight / 12.92, ((straight + 0.055) / 1.055) ** 2.4)
    return np.concatenate([linear * alpha, alpha], axis=-1).astype(np.float32)
