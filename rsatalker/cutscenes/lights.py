"""Light for a scene: presets that a gaffer would set up, and what a script changes about them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rsatalker.avatars.light import Lamp, Light, light_from_lamps, studio_light
from rsatalker.cutscenes.script import Lighting

CONSTANT_PROBE = 2 * np.sqrt(np.pi)  # first row of a probe whose radiance is 1 everywhere


def _daylight() -> Light:
    """High sun from the right, a wide blue sky, warm bounce from the ground."""
    return light_from_lamps(
        (Lamp((-0.5, 0.7, 0.5), 2.0, (0.21, 0.245, 0.30)), Lamp((0.6, 0.3, -0.8), 8.0, (2.0, 1.9, 1.7))),
        sky=(0.235, 0.275, 0.335),
        ground=(0.15, 0.13, 0.105),
        key_direction=(0.58, 0.66, 0.60),
        key_color=(1.22, 1.125, 0.98),
    )


def _evening() -> Light:
    """A low warm lamp from the left, blue dusk from behind and above."""
    return light_from_lamps(
        (Lamp((0.7, 0.5, -0.6), 6.0, (0.72, 0.84, 1.08)), Lamp((-0.2, -0.3, 0.9), 4.0, (0.30, 0.17, 0.08))),
        sky=(0.145, 0.155, 0.19),
        ground=(0.12, 0.085, 0.06),
        key_direction=(-0.55, 0.25, 0.80),
        key_color=(1.32, 0.93, 0.60),
    )


def _night() -> Light:
    """Moonlight from high in front, a cold rim, and little else."""
    return light_from_lamps(
        (Lamp((-0.5, 0.7, -0.6), 8.0, (1.45, 2.1, 2.9)), Lamp((0.8, 0.1, 0.5), 4.0, (0.13, 0.12, 0.10))),
        sky=(0.091, 0.138, 0.200),
        ground=(0.045, 0.057, 0.071),
        key_direction=(-0.40, 0.62, 0.67),
        key_color=(0.38, 0.545, 0.73),
    )


def _noir() -> Light:
    """One hard lamp from the side, almost no fill, a thin rim."""
    return light_from_lamps(
        (Lamp((0.8, 0.35, -0.7), 14.0, (2.6, 2.6, 2.6)),),
        sky=(0.085, 0.085, 0.09),
        ground=(0.045, 0.045, 0.045),
        key_direction=(-0.62, 0.42, 0.66),
        key_color=(1.30, 1.24, 1.15),
    )


def _overcast() -> Light:
    """An even grey sky: soft, no shadows to speak of."""
    return light_from_lamps(
        (Lamp((0.15, 1.0, 0.35), 3.0, (1.75, 1.77, 1.80)),),
        sky=(0.27, 0.28, 0.295),
        ground=(0.055, 0.052, 0.048),
        key_direction=(0.1, 0.9, 0.5),
        key_color=(0.34, 0.34, 0.35),
    )


PRESETS: dict[str, Callable[[], Light]] = {
    "studio": studio_light,
    "daylight": _daylight,
    "evening": _evening,
    "night": _night,
    "noir": _noir,
    "overcast": _overcast,
}


def light_of(lighting: Lighting, preset: str | None = None) -> Light:
    """Return a scene's light.

    Args:
        lighting: Of the scene.
        preset: Of a shot that has its own; the scene's changes of key and ambient do not apply to it then.
    """
    if preset is not None and preset != lighting.preset:
        return PRESETS[preset]().scaled(2**lighting.exposure)
    light, key = PRESETS[lighting.preset](), lighting.key
    direction = light.key_direction.astype(float)
    azimuth = np.degrees(np.arctan2(direction[0], direction[2])) if key.azimuth_deg is None else key.azimuth_deg
    elevation = np.degrees(np.arcsin(direction[1])) if key.elevation_deg is None else key.elevation_deg
    a, e = np.radians(azimuth), np.radians(elevation)
    direction = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    color = np.array(light.key_color if key.color is None else key.color) * key.strength
    probe = light.probe.copy()
    probe[0] += np.float32(CONSTANT_PROBE) * np.array(lighting.ambient, np.float32)
    return Light(probe, direction.astype(np.float32), color.astype(np.float32)).scaled(2**lighting.exposure)
