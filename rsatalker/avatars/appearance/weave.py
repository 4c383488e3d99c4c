"""What cloth is made of: its colour from thread to thread, and how ribs and threads lean its normals.

Surfels of cloth are half a centimetre wide. Patterns are either wide enough for them, or follow their columns: ribs are
three columns of surfels each, so that none is cut unevenly.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.noise import cloud_noise, mix, smooth_step, value_noise

WOVEN = ("linen", "check")  # the others are knitted
RIBS, BAND_RIBS = 64, 96  # around the neck
CABLES = 16  # around the neck; each two ropes that cross
CABLE_TURN = 2.3  # centimetres from one crossing to the next, times pi
CHECK = 4.4  # centimetres from one stripe of a check to the next
WARP_RADIUS = 11.0  # centimetres: turns azimuth into a length across the cloth


def threads(
    points: Float[np.ndarray, "N 3"],
    azimuth: Float[np.ndarray, " N"],
    length: Float[np.ndarray, " N"],
    look: ClothLook,
    random: np.random.Generator,
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, " N"]]:
    """Return the colours of surfels, and how far each leans around the neck (the slope across ribs).

    Args:
        points: Centres, face space.
        azimuth: Around the neck, from the front to the left.
        length: Below the neckline, centimetres.
        look: Recipe.
        random: Source of variation.
    """
    count = len(points)
    shade = 1 + 0.05 * cloud_noise(points, 0.9, 3, 6) + look.fleck * random.normal(size=count)
    slope = np.zeros(count)
    second = np.zeros(count)
    if look.weave == "rib":
        shade = shade * (0.93 + 0.11 * np.cos(RIBS * azimuth))
        slope = -0.42 * np.sin(RIBS * azimuth)
    elif look.weave == "cable":
        shade, slope = _cables(azimuth, length, shade)
    elif look.weave == "linen":
        slubs = value_noise(np.stack([azimuth * 26, 0 * azimuth, length * 0.35], 1), 1.0, 41)
        slubs = slubs + value_noise(np.stack([azimuth * 3, 0 * azimuth, length * 3.1], 1), 1.0, 42)
        shade = shade * (1 + 0.13 * slubs)
    elif look.weave == "check":
        across = _stripe(azimuth * WARP_RADIUS / CHECK)
        along = _stripe(length / CHECK)
        second = 0.5 * across + 0.5 * along
        shade = shade * (1 + 0.05 * value_noise(np.stack([azimuth * 20, 0 * azimuth, length * 2], 1), 1.0, 43))
    color = np.array(look.color) * shade[:, None]
    if look.second_color is not None:
        flecks = random.uniform(size=count) < 0.10 if look.weave != "check" else np.zeros(count, bool)
        color = mix(color, np.array(look.second_color) * shade[:, None], np.maximum(second, 0.35 * flecks))
    return np.clip(color, 0.002, 0.9), slope


def _cables(
    azimuth: Float[np.ndarray, " N"], length: Float[np.ndarray, " N"], shade: Float[np.ndarray, " N"]
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Return shade and slope of ropes that cross, with a rib between one pair and the next."""
    across = (azimuth * CABLES / (2 * np.pi) + 0.5) % 1.0 - 0.5  # of a cable, its middle at 0
    turn = 0.17 * np.sin(length / CABLE_TURN * 2)
    ropes = [np.exp(-(((across - sign * turn) / 0.13) ** 2)) for sign in (1, -1)]
    over = np.cos(length / CABLE_TURN * 2) > 0  # which one is in front
    front = np.where(over, ropes[0], ropes[1])
    middle = np.where(over, turn, -turn)
    rib = np.exp(-(((np.abs(across) - 0.5) / 0.07) ** 2))
    height = np.maximum(np.maximum(front, 0.8 * np.minimum(ropes[0] + ropes[1], 1)), rib)
    slope = -2.6 * front * (across - middle) / 0.13 * 0.4 - 1.0 * rib * (np.abs(across) - 0.5) * np.sign(across) * 6
    return shade * (0.68 + 0.36 * height), np.clip(slope, -0.7, 0.7)


def _stripe(place: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return a wide stripe and a narrow one beside it for every whole number of a place."""
    part = place % 1.0
    wide = smooth_step(0.02, 0.10, part) * smooth_step(0.50, 0.42, part)
    return np.maximum(wide, 0.8 * np.exp(-(((part - 0.76) / 0.05) ** 2)))


def band_threads(
    azimuth: Float[np.ndarray, " N"], look: ClothLook, random: np.random.Generator
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, " N"]]:
    """Return colours and slopes of the band at the neck: ribbed where the cloth is knitted."""
    count = len(azimuth)
    if look.weave in WOVEN:
        return np.clip(np.array(look.color) * (0.96 + 0.04 * random.normal(size=(count, 1))), 0.002, 0.9), np.zeros(
            count
        )
    rib = np.cos(azimuth * BAND_RIBS)
    shade = 0.86 + 0.16 * rib + look.fleck * random.normal(size=count)
    return np.clip(np.array(look.color) * shade[:, None], 0.002, 0.9), -0.40 * np.sin(azimuth * BAND_RIBS)
