"""Hair tied back."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step
from rsatalker.avatars.appearance.strands import grow
from rsatalker.avatars.appearance.styles.style import Grown, Roots, Style

SEGMENTS = 10


def bun_hair(roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return hair pulled back over the scalp, strands that end in a bun behind the crown."""
    position = roots.position
    knot = np.array([0, 7.5, -11.0])
    length = np.linalg.norm(knot - position, axis=1) * 1.12
    height = 0.10 + 0.45 * random.uniform(size=len(position)) * smooth_step(0, 2, roots.above_hairline)

    def comb(p: np.ndarray, normal: np.ndarray, grown: float, last: np.ndarray) -> np.ndarray:
        wanted = knot - p
        wanted = wanted / np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 0.3)
        wanted = wanted - (wanted * normal).sum(1, keepdims=True) * normal * 0.8
        return wanted + (0.35 * normal if grown < 0.12 else 0) + 0.2 * last

    paths = grow(position, roots.normal, comb, length, SEGMENTS, skin, height)
    coils = _coil(knot + np.array([0, 0.5, -0.6]), 3.0, len(position) // 3, SEGMENTS, random)
    fullness = 0.30 + 0.70 * smooth_step(-0.1, 1.6, roots.above_hairline)
    return Grown(np.concatenate([paths, coils]), np.concatenate([fullness, np.ones(len(coils))]))


def _coil(
    center: Float[np.ndarray, "3"], radius: float, count: int, segments: int, random: np.random.Generator
) -> Float[np.ndarray, "S K 3"]:
    """Return loops wound to a ball, as dense at its pole, which one sees from behind, as elsewhere."""
    start, tilt = random.uniform(0, 6.28, count)[:, None], random.uniform(-0.9, 1.0, count)[:, None]
    turn = start + np.linspace(0, 1, segments + 1)[None] * 2.6
    latitude = np.arcsin(tilt) + 0.22 * np.sin(turn + tilt * 3)
    reach = radius * (0.80 + 0.22 * random.uniform(0.55, 0.9, count)[:, None])
    return center + np.stack(
        [
            reach * np.cos(latitude) * np.cos(turn),
            reach * np.cos(latitude) * np.sin(turn),
            -reach * 0.8 * np.sin(latitude),
        ],
        2,
    )


def _wanted(roots: Roots, look: HairLook) -> np.ndarray:
    return roots.above_hairline > -0.1


def _density(position: Float[np.ndarray, "N 3"], look: HairLook) -> Float[np.ndarray, " N"]:
    return np.ones(len(position))


BUN = Style(bun_hair, _wanted, _density, edge=2.4, edge_width=1.5, scalp_light=1.0)
