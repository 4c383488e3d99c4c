"""Skin and lips: the colour, shine and fine relief of every surfel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.face_map import FaceWeights
from rsatalker.avatars.appearance.look import Look
from rsatalker.avatars.appearance.noise import cloud_noise, mix, smooth_step, value_noise
from rsatalker.avatars.appearance.styles import STYLES

REFERENCE_BRIGHTNESS = 0.40  # mean albedo of the skin that the pinks below were mixed for
LASH_LINE_PINK = (0.50, 0.23, 0.19)
NOSTRIL_RED = (0.16, 0.05, 0.04)
LIP_EDGE = (0.10, -0.15)  # centimetres outside and inside the outline between which lips take on their colour
NAPE_FADE = 1.8  # centimetres by which the scalp's tint sets in more slowly at the nape, where hair is tapered
SOCKET_SHADE, SOCKET_TINT = 0.32, np.array([0.86, 0.92, 1.04])  # between eye and nose veins shine through thin skin
ROOTS_COVER = np.array([0.75, 1.0, 1.2])  # exponents per channel: thin hair over skin looks grey, a plain mix looks red
LIP_FURROWS = 26.0  # per 2 pi centimetres, across the lips


@dataclass(slots=True)
class Paint:
    """Fields of `binding.BOUND` that painting decides, per surfel."""

    albedo: Float[np.ndarray, "N 3"]
    specular: Float[np.ndarray, " N"]
    roughness: Float[np.ndarray, " N"]
    occlusion: Float[np.ndarray, " N"]
    subsurface: Float[np.ndarray, " N"]
    sheen: Float[np.ndarray, " N"]
    bend: Float[np.ndarray, "N 3"]

    def put(self, where: np.ndarray, other: Paint) -> None:
        """Take over another paint where a mask holds; `other` has the full length."""
        for name in self.__slots__:
            getattr(self, name)[where] = getattr(other, name)[where]


def paint_skin(
    points: Float[np.ndarray, "N 3"],
    weights: FaceWeights,
    above_hairline: Float[np.ndarray, " N"],
    from_nostril: Float[np.ndarray, " N"],
    look: Look,
    random: np.random.Generator,
) -> Paint:
    """Return the paint of skin and lips at points in face space.

    Args:
        points: Centimetres.
        weights: Where on the face each point lies.
        above_hairline: Centimetres, negative on bare skin.
        from_nostril: Distance to the inside of a nostril, centimetres.
        look: Recipe.
        random: Source of variation.
    """
    skin, count = look.skin, len(points)
    furrows = 0.06 * np.sin(points[:, 0] * LIP_FURROWS + 3 * value_noise(points, 1.5, 2))
    furrows = furrows + 0.08 * value_noise(points * [3, 0.7, 1], 4, 6)
    color = _complexion(points, weights, look)
    color = _lips(points, color, weights, look, furrows, random)
    color = mix(color, NOSTRIL_RED, 0.2 * smooth_step(0.12, 0.0, from_nostril))
    scalp_light = STYLES[look.hair.style].scalp_light
    grown_over = 1.65 + NAPE_FADE * smooth_step(0.0, -6.0, points[:, 2])
    density = smooth_step(0.0, 1.0, (above_hairline + 0.40 + 0.40 * cloud_noise(points, 2.2, 3, 40)) / grown_over)
    root_color = np.array(look.hair.dark) * 0.62 + np.array(look.hair.light) * 0.22 + np.array(skin.color) * 0.03
    color = color + (root_color - color) * 0.93 * density[:, None] ** ROOTS_COVER
    lip = weights.lip
    shine = 0.50 + 0.65 * weights.nose + 0.50 * weights.forehead + 0.40 * weights.nose_bridge  # oily, dry beside it
    shine = shine + 0.25 * weights.cheek + 0.35 * weights.chin + 0.3 * weights.lid
    shine = shine * skin.oil * (1 + 0.12 * cloud_noise(points, 1.7, 2, 12))
    shine = shine * (1 - lip) + lip * look.lips.gloss * (1 + 0.6 * furrows)
    roughness = 0.52 - 0.12 * weights.nose - 0.10 * weights.forehead - 0.06 * weights.chin - 0.05 * weights.lid
    roughness = roughness + 0.04 * cloud_noise(points, 1.3, 2, 19)
    occlusion = 1 - 0.35 * weights.lip_line * lip - 0.18 * smooth_step(0.16, 0.0, from_nostril)
    occlusion = occlusion * (1 - 0.22 * weights.lip_corner)  # the skin tucks in where the lips end
    occlusion = occlusion * (1 - 0.08 * weights.crease) * (1 - 0.20 * skin.age * weights.laugh_line)
    return Paint(
        albedo=np.clip(color, 0.002, 0.95),
        specular=np.clip(shine * (1 - 0.9 * density), 0.05, 3),
        roughness=np.clip(roughness * (1 - lip) + lip * look.lips.roughness, 0.2, 0.8),
        occlusion=np.clip(occlusion * (1 + (scalp_light - 1) * density), 0.15, max(1.0, scalp_light)),
        subsurface=np.full(count, 0.9),
        sheen=0.30 * (1 - density),
        bend=_relief(points, weights, skin.pores),
    )


def _complexion(points: Float[np.ndarray, "N 3"], weights: FaceWeights, look: Look) -> Float[np.ndarray, "N 3"]:
    """Return skin without lips: blood, shade, make-up, stubble, the pink of the lash line."""
    skin = look.skin
    base, blood, shade = np.array(skin.color), np.array(skin.blood), np.array(skin.shade)
    color = np.tile(base, (len(points), 1))
    red = 0.50 * weights.cheek + 0.75 * weights.nose + 0.80 * weights.ear + 0.35 * weights.chin
    red = red + 0.30 * weights.lid + 0.9 * weights.nostril + 0.1 * weights.crease
    red = red * (1 + 0.35 * cloud_noise(points, 1.1, 3, 2)) + 0.24 * cloud_noise(points, 0.8, 4, 1)
    color = mix(color, blood, np.clip(red * skin.redness, 0, 0.9))
    color = mix(color, base * [1.06, 1.04, 0.92], 0.35 * weights.forehead)
    color = mix(color, shade, np.clip(0.42 * weights.under_eye * skin.under_eyes + 0.22 * weights.lid, 0, 0.8))
    beside_nose = smooth_step(1.3, 0.4, weights.eye_distance) * smooth_step(2.5, 1.3, np.abs(points[:, 0]))
    color = mix(color, shade * SOCKET_TINT, SOCKET_SHADE * beside_nose * (1 - weights.nose_bridge))
    color = mix(color, shade * 0.8, np.clip(0.10 * weights.crease + 0.25 * skin.age * weights.laugh_line, 0, 0.6))
    mottled = 0.06 * cloud_noise(points, 2.2, 2, 51)[:, None]
    color = color * (1 + mottled * [0.55, 1.0, 1.1])
    if look.stubble:
        patch = weights.beard * look.stubble.amount * (0.85 + 0.10 * cloud_noise(points, 0.9, 2, 8))
        color = mix(color, look.stubble.color, patch)
    if skin.blush:
        color = mix(color, blood * [1.08, 0.86, 0.92], np.clip(weights.cheek * skin.blush, 0, 1))
    if skin.eye_shadow:
        lid = smooth_step(0.62, 0.12, weights.eye_distance) * smooth_step(0.0, 0.7, weights.above_eye)
        color = mix(color, skin.eye_shadow, lid * 0.5)
    pink = np.array(LASH_LINE_PINK) * base.mean() / REFERENCE_BRIGHTNESS
    return mix(color, pink, smooth_step(0.11, 0.0, weights.eye_distance) * 0.45)


def _lips(
    points: Float[np.ndarray, "N 3"],
    color: Float[np.ndarray, "N 3"],
    weights: FaceWeights,
    look: Look,
    furrows: Float[np.ndarray, " N"],
    random: np.random.Generator,
) -> Float[np.ndarray, "N 3"]:
    """Return the colour with lips painted in: darker where they meet, softly and unevenly edged."""
    red = np.array(look.lips.color)
    lip_color = red * (1 + furrows[:, None] * 0.8 + 0.03 * random.normal(size=(len(color), 1)))
    lip_color = mix(lip_color, red * [0.62, 0.50, 0.50], weights.lip_line * 0.8)
    lip_color = mix(lip_color, red * [0.85, 0.75, 0.75], smooth_step(-0.22, -0.02, weights.lip_distance) * 0.5)
    wandering = weights.lip_distance + 0.035 * cloud_noise(points, 3.0, 2, 61)
    painted = smooth_step(*LIP_EDGE, wandering) * np.minimum(1, weights.lip * 4) * (1 - 0.75 * weights.lip_corner)
    return mix(color, lip_color, painted * look.lips.amount)


def _relief(points: Float[np.ndarray, "N 3"], weights: FaceWeights, pores: float) -> Float[np.ndarray, "N 3"]:
    """Return what pores, furrows of the lips and soft bumps add to the normals.

    Little: where light grazes the skin, bumps as coarse as surfels look like blotches. Fine relief lies in `decals`.
    """
    bend = np.zeros(points.shape)
    bend[:, 0] += weights.lip * 0.10 * np.cos(points[:, 0] * LIP_FURROWS + 3 * value_noise(points, 1.5, 2))
    bumps = np.stack([cloud_noise(points, 1.6, 2, 31 + axis) for axis in range(3)], 1)
    return bend + 0.012 * pores * bumps
