"""Light for a scene: presets that a gaffer would set up, and what a script changes about them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rsatalker.avatars.light import Lamp, Light, light_from_lamps, studio_light
from rsatalker.cutscenes.script import Lighting, Vector

CONSTANT_PROBE = 2 * np.sqrt(np.pi)  # first row of a probe whose radiance is 1 everywhere


def _daylight() -> Light:
    """High sun from the left, a wide blue sky, warm bounce from the ground: bright, with short hard shadows."""
    return light_from_lamps(
        (Lamp((0.5, 0.6, -0.7), 3.0, (0.62, 0.76, 1.00)),),
        sky=(0.245, 0.315, 0.435),
        ground=(0.225, 0.185, 0.135),
        key_direction=(-0.38, 0.76, 0.53),
        key_color=(1.56, 1.42, 1.18),
    )


def _evening() -> Light:
    """A low golden sun from the left, blue dusk from behind and above."""
    return light_from_lamps(
        (Lamp((0.7, 0.5, -0.6), 6.0, (0.60, 0.80, 1.20)), Lamp((-0.2, -0.3, 0.9), 4.0, (0.30, 0.16, 0.07))),
        sky=(0.115, 0.125, 0.175),
        ground=(0.12, 0.075, 0.045),
        key_direction=(-0.55, 0.22, 0.80),
        key_color=(1.55, 0.95, 0.50),
    )


def _night() -> Light:
    """Moonlight from the left, a cold rim from behind, and little else; blue enough to stay blue on warm skin."""
    return light_from_lamps(
        (Lamp((0.65, 0.50, -0.75), 9.0, (0.75, 1.60, 3.20)),),
        sky=(0.016, 0.036, 0.078),
        ground=(0.008, 0.015, 0.030),
        key_direction=(-0.74, 0.55, 0.39),
        key_color=(0.235, 0.455, 0.90),
    )


def _noir() -> Light:
    """One hard lamp beside the head, on the right, almost no fill, a thin rim from behind: half the face is dark."""
    return light_from_lamps(
        (Lamp((-0.80, 0.35, -0.70), 14.0, (1.9, 1.9, 1.95)),),
        sky=(0.022, 0.022, 0.024),
        ground=(0.010, 0.010, 0.011),
        key_direction=(0.88, 0.46, 0.06),
        key_color=(1.45, 1.38, 1.28),
    )


def _overcast() -> Light:
    """An even grey sky: soft and cool, light from above and no shadows to speak of."""
    return light_from_lamps(
        (Lamp((0.05, 1.0, 0.30), 2.2, (1.45, 1.56, 1.72)),),
        sky=(0.36, 0.39, 0.43),
        ground=(0.105, 0.105, 0.105),
        key_direction=(0.1, 0.9, 0.5),
        key_color=(0.16, 0.17, 0.18),
    )


PRESETS: dict[str, Callable[[], Light]] = {
    "studio": studio_light,
    "daylight": _daylight,
    "evening": _evening,
    "night": _night,
    "noir": _noir,
    "overcast": _overcast,
}

# Factors on the colour of a backdrop's walls, sRGB: what is behind the heads stands in the same light.
AS_IN_THE_STUDIO: Vector = (1.0, 1.0, 1.0)
ROOMS: dict[str, Vector] = {
    "studio": AS_IN_THE_STUDIO,
    "daylight": (2.05, 2.40, 2.75),
    "evening": (1.35, 0.90, 0.66),
    "night": (0.30, 0.46, 0.74),
    "noir": (0.40, 0.36, 0.31),
    "overcast": (1.95, 2.10, 2.10),
}


def room_of(lighting: Lighting, preset: str | None = None) -> Vector:
    """Return the factors on a backdrop's colour in a scene's light, or in that of a shot that has its own."""
    return ROOMS[preset or lighting.preset]


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
