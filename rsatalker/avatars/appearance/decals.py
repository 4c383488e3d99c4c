"""Small flat marks on the skin: freckles, moles, pores and the dots of a shaved beard."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import Look
from rsatalker.avatars.appearance.strands import spread_out
from rsatalker.avatars.binding import Cloud

PORES, BUMPS = 1300, 1700
BUMP_SLOPE = 0.16  # how far a bump between pores leans the normal: highlights break up into grains
DOWNWARDS = np.array([0, -1.0, 0.15])  # how stubble lies


def add_decals(
    cloud: Cloud, look: Look, ground: Ground, lowest: float, detail: float, random: np.random.Generator
) -> None:
    """Add all marks; `lowest` is the chin's height, below which no moles are put."""
    skin, weights = np.array(look.skin.color), ground.weights
    bare = (weights.eye_distance > 0.15) & (weights.lip_distance > 0.15) & (ground.above_hairline < -0.3)
    height = ground.cells.position[:, 1]
    if look.skin.freckles:
        where = weights.cheek + 0.7 * weights.nose + 0.8 * weights.nose_bridge + 0.25 * weights.forehead + 0.06
        _scatter(
            cloud, ground, where * bare, look.skin.freckles, (0.022, 0.058), skin * [0.60, 0.42, 0.33], 0.45, random
        )
    if look.skin.moles:
        _scatter(cloud, ground, bare * (height > lowest), look.skin.moles, (0.05, 0.08), skin * [0.30, 0.22, 0.2], 0.8,
                 random)  # fmt: skip
    if look.stubble:
        color = np.array(look.hair.dark) * 1.2
        count = int(look.stubble.dots * detail)
        _scatter(
            cloud, ground, weights.beard * bare, count, (0.0065, 0.0105), color, 0.40, random, stretch=2.6, lift=0.03
        )
    where = 0.12 + weights.cheek + 1.6 * weights.nose + 0.6 * weights.forehead + 0.4 * weights.chin
    where = where * bare * (height > lowest - 1)
    pores = detail * look.skin.pores
    _scatter(cloud, ground, where, int(PORES * pores), (0.013, 0.030), skin * [0.60, 0.46, 0.40], 0.42, random)
    _scatter(
        cloud, ground, where, int(BUMPS * pores), (0.020, 0.042), None, 0.62, random, slope=BUMP_SLOPE,
        specular=1.15 * look.skin.oil, roughness=0.40,
    )  # fmt: skip


def _scatter(
    cloud: Cloud,
    ground: Ground,
    where: Float[np.ndarray, " N"],
    count: int,
    size: tuple[float, float],
    color: Float[np.ndarray, "3"] | None,
    opacity: float,
    random: np.random.Generator,
    *,
    stretch: float = 1.0,
    lift: float = 0.015,
    slope: float = 0.0,
    specular: float = 0.3,
    roughness: float = 0.5,
) -> None:
    """Add marks spread evenly with the given density.

    Args:
        cloud: Where they are added.
        ground: The skin they lie on.
        where: Density on each of its surfels.
        count: About how many.
        size: Smallest and largest radius, centimetres.
        color: Theirs; None takes that of the skin below.
        opacity: Of the most opaque.
        random: Source of variation.
        stretch: Longer than wide by this: above 1 they are short hairs that lie downwards.
        lift: Centimetres over the skin.
        slope: How far their normals lean out of the skin's, any way.
        specular: Strength of their highlight.
        roughness: Of it.
    """
    density = where * ground.cells.area
    candidates = random.choice(len(density), count * 3, p=density / density.sum())
    point = ground.cells.position[candidates] + 0.08 * random.normal(size=(count * 3, 3))
    point = point[spread_out(point, count, random)]
    point, normal, index = ground.settle(point, lift)
    side = np.cross(normal, random.normal(size=normal.shape))
    if stretch > 1:
        side = side / np.linalg.norm(side, axis=1, keepdims=True) * 0.45 + DOWNWARDS
        side -= (side * normal).sum(1, keepdims=True) * normal
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    radius = (size[0] + (size[1] - size[0]) * random.uniform(size=len(point)) ** 2)[:, None]
    own = ground.albedo[index] if color is None else color
    factor = np.stack([side * radius * stretch, np.cross(normal, side) * radius, normal * 0.012], 2)
    cloud.add(
        center=point, factor=factor, albedo=own * (1 + 0.15 * random.normal(size=(len(point), 1))).clip(0.5, 1.5),
        opacity=opacity * (0.6 + 0.4 * random.uniform(size=len(point))), specular=specular, roughness=roughness,
        subsurface=0.9, bend=slope * random.normal(size=normal.shape), antialiased=1, **ground.anchor(index),
    )  # fmt: skip
