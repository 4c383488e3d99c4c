"""Short cuts: they fall away from a whorl behind the crown; the top may be combed to any side."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.appearance.strands import grow
from rsatalker.avatars.appearance.styles.style import Grown, Roots, Style, clumped, on_surface

WHORL = np.array([0.9, 13.6, -5.5])
SWIRL = 0.45  # rad: hair turns as it leaves the whorl
SEGMENTS = 4
CROWN_LIES = 0.75  # share of its lift that hair loses at the whorl, where it would stand up as a tuft
NAPE_TAPER = 0.5  # towards the neck hair grows longer half as fast as at other edges


def short_hair(roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return a short cut in layers: longest on top, tapered to the neck and before the ears."""
    position, count = roots.position, len(roots.position)
    nape = smooth_step(0.0, -6.0, position[:, 2]) * smooth_step(4.0, -1.0, position[:, 1])
    above = roots.above_hairline * (1 - NAPE_TAPER * nape)
    upright = 0.10 + 0.90 * smooth_step(0.15, 0.75, roots.normal[:, 1])  # on the temples hair lies, or it flares
    top = smooth_step(6.5, 11.0, position[:, 1]) * upright
    tapered = 0.30 + 0.70 * smooth_step(-0.2, 3.5, above)
    length = look.side_length * tapered * (1 - top) + look.length * top
    length = length * (0.55 + 0.75 * random.uniform(size=count)) * (0.50 + 0.50 * smooth_step(-0.2, 1.5, above))
    clumps = np.stack([value_noise(position, 0.9, seed) for seed in (3, 4, 5)], 1)
    clumps = 0.6 * clumps + 0.4 * np.stack([value_noise(position, 2.3, seed) for seed in (13, 14, 15)], 1)
    layer = random.uniform(size=count) ** 1.2
    height = look.volume * (0.10 * layer + 0.85 * layer * top) * (0.35 + 0.65 * smooth_step(0, 2.0, above))
    lies = CROWN_LIES * smooth_step(3.5, 0.8, np.linalg.norm(position - WHORL, axis=1))
    height = height * (1 - lies)
    height = 0.05 + 0.09 * smooth_step(0.3, 2.5, above) + height
    stray = (0.06 + 0.10 * top)[:, None] * random.normal(size=(count, 3))
    azimuth = np.radians(look.comb)
    combed = np.array([np.sin(azimuth), 0.0, np.cos(azimuth)])

    def comb(p: np.ndarray, normal: np.ndarray, grown: float, last: np.ndarray) -> np.ndarray:
        wanted = _from_whorl(p, normal) * (1 - 0.85 * top)[:, None] + 0.85 * top[:, None] * combed
        wanted = on_surface(wanted, normal)
        lift = look.volume * (0.10 + 0.75 * top) * (1 - 0.85 * grown) * (0.4 + 0.6 * layer) * (1 - lies)
        return (
            lift[:, None] * normal
            + wanted
            + (0.10 + 0.30 * top[:, None]) * clumps
            + stray
            + 0.35 * last
            - [0, 0.30 * grown, 0]
        )

    paths = grow(position, roots.normal, comb, length, SEGMENTS, skin, height)
    paths = clumped(paths, max(20, count // 7), 0.40, random, stray=0.05)
    return Grown(paths, (0.62 + 0.38 * top) * (0.40 + 0.60 * smooth_step(-0.3, 1.5, above)))


def _from_whorl(p: Float[np.ndarray, "N 3"], normal: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Return the way that hair falls by itself: away from the whorl, turning about it, and down."""
    away = on_surface(p - WHORL, normal)
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 0.5)
    near = smooth_step(6.0, 0.0, np.linalg.norm(p - WHORL, axis=1))[:, None]
    return away + SWIRL * near * np.cross(normal, away) + np.array([0, -0.5, 0.0]) * (1 - near)


def _wanted(roots: Roots, look: HairLook) -> np.ndarray:
    return ~((roots.position[:, 1] < 6) & (roots.above_hairline < -0.05))


def _density(position: Float[np.ndarray, "N 3"], look: HairLook) -> Float[np.ndarray, " N"]:
    return 1 + 0.8 * smooth_step(8, 11, position[:, 1]) * min(1.0, look.length / 2)


SHORT = Style(short_hair, _wanted, _density, edge=0.20, edge_width=2.0)
