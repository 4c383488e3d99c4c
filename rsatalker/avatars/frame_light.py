"""A scene's light as one frame of one head needs it: convolved, turned into the head's parts, with its lamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

from rsatalker.avatars.bake import WRAP, directions
from rsatalker.avatars.light import Light
from rsatalker.avatars.lighting import LAMPS
from rsatalker.avatars.spherical_harmonics import diffuse_bands, peaks, rotated

CELLS = 14  # baked directions around a lamp that make its soft shadow: those within about 30 degrees
SOFTNESS = 22.0  # sharpness of that sum: a lamp about 25 degrees wide
DIRECTIONS = directions()


@dataclass(frozen=True, slots=True)
class SceneLight:
    """What follows from a light alone.

    Attributes:
        probe: As given.
        bands: Probe convolved with Lambert's cosine, channels first.
        wrapped_bands: Probe convolved with the skin's kernel.
        lamp_directions: Towards the key light and the probe's two brightest directions.
        lamp_colors: Irradiance / pi.
    """

    probe: Float32[np.ndarray, "9 3"]
    bands: Float32[np.ndarray, "3 9"]
    wrapped_bands: Float32[np.ndarray, "3 9"]
    lamp_directions: Float32[np.ndarray, "L 3"]
    lamp_colors: Float32[np.ndarray, "L 3"]


def _skin_bands(probe: Float[np.ndarray, "9 3"]) -> Float32[np.ndarray, "3 9"]:
    return np.stack([probe[:, channel] * diffuse_bands(wrap) for channel, wrap in enumerate(WRAP)]).astype(np.float32)


def scene_light(light: Light) -> SceneLight:
    """Return what one light means for every head in the scene."""
    lamps, colors = peaks(light.probe, LAMPS - 1)
    return SceneLight(
        probe=light.probe,
        bands=np.ascontiguousarray((light.probe * diffuse_bands(0.0)[:, None]).T, np.float32),
        wrapped_bands=_skin_bands(light.probe),
        lamp_directions=np.concatenate([light.key_direction[None], lamps]).astype(np.float32),
        lamp_colors=np.concatenate([light.key_color[None], colors]).astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class PartLight:
    """The light seen from torso (0) and skull (1), in the space of the neutral head."""

    bands: Float32[np.ndarray, "2 3 9"]
    skin_bands: Float32[np.ndarray, "2 3 9"]
    lamp_cells: Int64[np.ndarray, "2 L C"]
    lamp_weights: Float32[np.ndarray, "2 L C"]


def part_light(scene: SceneLight, rotations: tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, "3 3"]]) -> PartLight:
    """Return the light in the frames of torso and skull, given their rotations in the world."""
    probes = [rotated(scene.probe, rotation) for rotation in rotations]
    cosines = np.stack([scene.lamp_directions @ rotation @ DIRECTIONS.T for rotation in rotations])
    cells = np.argpartition(-cosines, CELLS, axis=2)[..., :CELLS]
    weights = np.exp(SOFTNESS * (np.take_along_axis(cosines, cells, 2) - 1))
    weights -= weights.min(2, keepdims=True) * 0.999  # so that no direction jumps in or out when a head turns
    weights /= weights.sum(2, keepdims=True) * 255
    return PartLight(
        bands=np.stack([np.ascontiguousarray(probe.T) for probe in probes]),
        skin_bands=np.stack([_skin_bands(probe) for probe in probes]),
        lamp_cells=cells,
        lamp_weights=weights.astype(np.float32),
    )
