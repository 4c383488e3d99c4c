"""Small flat marks on the skin: its grain and pores, freckles, moles, and the hairs of a shaved beard.

The skin's surfels lie about two millimetres apart and are soft; what the eye takes for skin from half a metre is ten
times finer. So surfels carry colour and form, and marks as small as a pixel lie on them: pores, and between those the
short slopes of the skin's relief, which break a highlight up into grains.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import Look, StubbleLook
from rsatalker.avatars.appearance.noise import smooth_step
from rsatalker.avatars.appearance.strands import spread_out
from rsatalker.avatars.binding import Cloud, Material

PORES, GRAINS = 2400, 8400  # on one face
PROUD_M = 0.0025  # what keeps marks from drowning in the surfels beside them where the skin is seen aslant
JITTER = 0.11  # centimetres: half the distance of surfels
LEAST_FORWARD = -0.1  # cosine to the front from which skin has relief: further round nobody looks from near by
LEAST_UPWARD = -0.55  # cosine upwards: below the nose there is none either
STUBBLE_DIRECTION = np.array([0, -1.0, 0.15])
STUBBLE_RISE = 0.55  # of a hair's length along the skin
STUBBLE_RADIUS = 0.0055  # centimetres


@dataclass(frozen=True, slots=True)
class Mark:
    """How marks of one kind look.

    Attributes:
        size: Smallest and largest radius, centimetres.
        opacity: Of the most opaque.
        tint: Their colour as a factor on that of the skin below.
        uneven: How much their brightness varies.
        stretch: Longer than wide by this.
        slope: How far their normals lean out of the skin's, any way.
        shine: Strength of their highlight as a factor on that of the skin below.
    """

    size: tuple[float, float]
    opacity: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    uneven: float = 0.15
    stretch: float = 1.0
    slope: float = 0.0
    shine: float = 0.6


FRECKLE = Mark((0.022, 0.058), 0.45, (0.60, 0.42, 0.33))
MOLE = Mark((0.026, 0.050), 0.75, (0.40, 0.26, 0.21))
PORE = Mark((0.009, 0.018), 0.48, (0.64, 0.52, 0.48), shine=0.2)
GRAIN = Mark((0.015, 0.036), 0.75, uneven=0.075, stretch=1.5, slope=0.23, shine=1.15)


def add_decals(
    cloud: Cloud, look: Look, ground: Ground, lowest: float, detail: float, random: np.random.Generator
) -> None:
    """Add all marks; `lowest` is the chin's height, below which no moles are put."""
    skin, weights = look.skin, ground.weights
    bare = (weights.eye_distance > 0.15) & (weights.lip_distance > 0.15) & (ground.above_hairline < -0.3)
    height = ground.cells.position[:, 1]
    if skin.freckles:
        where = weights.cheek + 0.7 * weights.nose + 0.8 * weights.nose_bridge + 0.25 * weights.forehead + 0.06
        _scatter(cloud, ground, where * bare, skin.freckles, FRECKLE, random)
    if skin.moles:
        _scatter(cloud, ground, bare * (height > lowest), skin.moles, MOLE, random)
    if look.stubble:
        _add_stubble(cloud, ground, weights.beard * bare, look.stubble, look.hair.dark, detail, random)
    facing = ground.cells.normal
    front = bare * (height > lowest - 1) * (facing[:, 2] > LEAST_FORWARD) * (facing[:, 1] > LEAST_UPWARD)
    front = front * smooth_step(0.25, 0.6, weights.eye_distance) * smooth_step(0.5, 0.1, weights.nostril)
    coarse = 0.12 + weights.cheek + 1.6 * weights.nose + 0.6 * weights.forehead + 0.4 * weights.chin
    _scatter(cloud, ground, coarse * front, int(PORES * detail * skin.pores), PORE, random)
    everywhere = 0.45 + weights.cheek + 1.2 * weights.nose + 0.8 * weights.forehead + 0.8 * weights.chin
    grain = replace(GRAIN, slope=GRAIN.slope * skin.pores**0.5)
    _scatter(cloud, ground, everywhere * front, int(GRAINS * detail), grain, random)


def _places(
    ground: Ground, where: Float[np.ndarray, " N"], count: int, random: np.random.Generator
) -> Float[np.ndarray, "K 3"]:
    """Return about `count` places spread evenly with the given density on the skin's surfels."""
    density = where * ground.cells.area
    candidates = random.choice(len(density), count * 3, p=density / density.sum())
    point = ground.cells.position[candidates] + JITTER * random.normal(size=(count * 3, 3))
    return point[spread_out(point, count, random)]


def _scatter(
    cloud: Cloud,
    ground: Ground,
    where: Float[np.ndarray, " N"],
    count: int,
    mark: Mark,
    random: np.random.Generator,
) -> None:
    """Add marks that lie flat, spread evenly with the given density."""
    point, normal, index = ground.settle(_places(ground, where, count, random), 0.015)
    side = np.cross(normal, random.normal(size=normal.shape))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    low, high = mark.size
    radius = (low + (high - low) * random.uniform(size=len(point)) ** 2)[:, None]
    factor = np.stack([side * radius * mark.stretch, np.cross(normal, side) * radius, normal * 0.012], 2)
    brightness = (1 + mark.uneven * random.normal(size=(len(point), 1))).clip(0.5, 1.5)
    cloud.add(
        center=point, factor=factor, albedo=ground.albedo[index] * mark.tint * brightness,
        opacity=mark.opacity * (0.6 + 0.4 * random.uniform(size=len(point))),
        specular=mark.shine * ground.specular[index], roughness=ground.roughness[index], subsurface=0.9,
        bend=_leaning(normal, mark.slope, random), proud=PROUD_M, antialiased=1, **ground.anchor(index),
    )  # fmt: skip


def _leaning(normal: Float[np.ndarray, "K 3"], slope: float, random: np.random.Generator) -> Float[np.ndarray, "K 3"]:
    """Return vectors of about one length across the normals."""
    across = np.cross(normal, random.normal(size=normal.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return across * slope * random.uniform(0.5, 1.5, (len(normal), 1))


def _add_stubble(
    cloud: Cloud,
    ground: Ground,
    where: Float[np.ndarray, " N"],
    look: StubbleLook,
    color: tuple[float, float, float],
    detail: float,
    random: np.random.Generator,
) -> None:
    """Add short hairs that stand off the skin and lean downwards, one Gaussian each."""
    root, normal, index = ground.settle(_places(ground, where, int(look.dots * detail), random))
    along = STUBBLE_DIRECTION + 0.35 * random.normal(size=root.shape)
    along -= (along * normal).sum(1, keepdims=True) * normal
    along = along / np.linalg.norm(along, axis=1, keepdims=True) + STUBBLE_RISE * normal
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, normal)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    half = look.length / 2 * (0.6 + 0.6 * random.uniform(size=(len(root), 1)))
    factor = np.stack([along * half, side * STUBBLE_RADIUS, np.cross(along, side) * STUBBLE_RADIUS], 2)
    cloud.add(
        center=root + along * half, factor=factor, direction=along,
        albedo=np.array(color) * (1 + 0.3 * random.normal(size=(len(root), 1))).clip(0.4, 2.0),
        opacity=0.75 * (0.6 + 0.4 * random.uniform(size=len(root))), specular=0.08, roughness=0.1, occlusion=0.85,
        material=Material.STRAND, proud=PROUD_M, antialiased=1,
        **ground.anchor(index),
    )  # fmt: skip
