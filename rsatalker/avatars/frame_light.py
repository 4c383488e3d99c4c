"""A scene's light as one frame of one head needs it: convolved, turned into the head's parts, with its lamps."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

from rsatalker.avatars.baked_light import WRAP, directions
from rsatalker.avatars.light import Light
from rsatalker.avatars.lighting import CELLS, LAMPS
from rsatalker.avatars.rotated_probe import rotated
from rsatalker.avatars.shading import F
from rsatalker.avatars.spherical_harmonics import diffuse_bands, peaks
from rsatalker.kernels import njit

SOFTNESS = F(22.0)  # sharpness of a lamp's soft shadow: a lamp about 25 degrees wide
DIRECTIONS = directions()
SKIN_BANDS = np.stack([diffuse_bands(wrap) for wrap in WRAP])  # (3, 9) the skin's kernel for red, green, blue


@dataclass(frozen=True, slots=True)
class SceneLight:
    """What follows from a light alone.

    Attributes:
        probe: As given.
        bands: Probe convolved with Lambert's cosine, channels first.
        lamp_directions: Towards the key light and the probe's two brightest directions.
        lamp_colors: Irradiance / pi.
        mean_irradiance: `Light.mean_irradiance`.
    """

    probe: Float32[np.ndarray, "9 3"]
    bands: Float32[np.ndarray, "3 9"]
    lamp_directions: Float32[np.ndarray, "L 3"]
    lamp_colors: Float32[np.ndarray, "L 3"]
    mean_irradiance: Float32[np.ndarray, "3"]


def scene_light(light: Light) -> SceneLight:
    """Return what one light means for every head in the scene."""
    lamps, colors = peaks(light.probe, LAMPS - 1)
    return SceneLight(
        probe=light.probe,
        bands=np.ascontiguousarray((light.probe * diffuse_bands(0.0)[:, None]).T, np.float32),
        lamp_directions=np.concatenate([light.key_direction[None], lamps]).astype(np.float32),
        lamp_colors=np.concatenate([light.key_color[None], colors]).astype(np.float32),
        mean_irradiance=light.mean_irradiance,
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
    probes = np.stack([rotated(scene.probe, rotation).T for rotation in rotations])
    cells = np.empty((2, LAMPS, CELLS), np.int64)
    weights = np.empty((2, LAMPS, CELLS), np.float32)
    for part, rotation in enumerate(rotations):
        _find_cells(scene.lamp_directions @ rotation, DIRECTIONS, cells[part], weights[part])
    return PartLight(probes, (probes * SKIN_BANDS).astype(np.float32), cells, weights)


@njit(nogil=True, error_model="numpy")
def _find_cells(lamps, directions, cells, weights):
    """Write the directions nearest to each lamp and their weights, which sum up to 1 / 255."""
    cosines, nearest = np.empty(CELLS + 1, np.float32), np.empty(CELLS + 1, np.int64)
    for lamp in range(len(lamps)):
        cosines[:] = -2  # nothing yet
        for i in range(len(directions)):
            cosine = (
                lamps[lamp, 0] * directions[i, 0]
                + lamps[lamp, 1] * directions[i, 1]
                + lamps[lamp, 2] * directions[i, 2]
            )
            place = CELLS
            while place > 0 and cosines[place - 1] < cosine:  # the last of those kept so far falls out
                cosines[place], nearest[place] = cosines[place - 1], nearest[place - 1]
                place -= 1
            if place < CELLS:
                cosines[place], nearest[place] = cosine, i
        # The least gets almost nothing, so that no direction jumps in or out when a head turns.
        least = F(0.999) * math.exp(SOFTNESS * (cosines[CELLS - 1] - F(1)))
        total = F(0)
        for k in range(CELLS):
            cells[lamp, k] = nearest[k]
            weights[lamp, k] = math.exp(SOFTNESS * (cosines[k] - F(1))) - least
            total += weights[lamp, k]
        for k in range(CELLS):
            weights[lamp, k] /= total * F(255)
