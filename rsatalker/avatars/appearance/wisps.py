"""The finest hairs of a hairline: short, thin, sparse; they take the edge off it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import cloud_noise, mix, smooth_step
from rsatalker.avatars.appearance.strands import spread_out, strand_gaussians
from rsatalker.avatars.appearance.styles.style import on_surface
from rsatalker.avatars.binding import Cloud, Material

COUNT = 1100
SEGMENTS = 2
LOWEST, HIGHEST = -0.85, 0.75  # centimetres above the hairline
LENGTH, WIDTH = 1.0, 0.0115  # centimetres
NAPE_LOWEST, NAPE_LENGTH, NAPE_WIDTH = -1.7, 0.34, 0.8  # as above; shares of length and width at the nape
UNRULY, NAPE_UNRULY = 0.35, 0.12  # spread of directions: at the nape hairs that cross look like scribble


def add_wisps(
    cloud: Cloud,
    anatomy: Anatomy,
    look: HairLook,
    ground: Ground,
    skull: int,
    detail: float,
    random: np.random.Generator,
) -> None:
    """Add hairs along the hairline; `skull` is the helper frame that carries them."""
    above = ground.above_hairline
    tufts = 0.25 + smooth_step(-0.35, 0.55, cloud_noise(ground.cells.position, 1.1, 2, 33))
    lowest = LOWEST + (NAPE_LOWEST - LOWEST) * _nape(anatomy, ground.cells.position)
    weight = ground.cells.area * smooth_step(0, 1, (above - lowest) / (0.1 - lowest)) * (above < HIGHEST) * tufts
    count = int(COUNT * detail)
    picked = random.choice(len(above), count * 3, p=weight / weight.sum())
    point = ground.cells.position[picked] + 0.15 * random.normal(size=(count * 3, 3))
    root, normal, index = ground.settle(point[spread_out(point, count, random)])
    nape = _nape(anatomy, root)
    unruly = UNRULY + (NAPE_UNRULY - UNRULY) * nape
    direction = _leaning(anatomy, look, root, normal) + unruly[:, None] * random.normal(size=root.shape)
    direction = on_surface(direction, normal)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
    lowest = LOWEST + (NAPE_LOWEST - LOWEST) * nape
    inside = smooth_step(0, 1, (above[index] - lowest) / (0.4 - lowest))
    length = (
        LENGTH * (1 - (1 - NAPE_LENGTH) * nape) * (0.4 + 0.8 * random.uniform(size=len(root))) * (0.45 + 0.55 * inside)
    )
    grown = np.linspace(0, 1, SEGMENTS + 1)[None, :, None]
    rise = 0.02 + 0.16 * length[:, None, None] * grown
    path = root[:, None] + direction[:, None] * length[:, None, None] * grown + normal[:, None] * rise
    width = WIDTH * np.array([1.0, 0.65]) * (0.7 + 0.6 * random.uniform(size=(len(root), 1)))
    width = width * (1 - (1 - NAPE_WIDTH) * nape)[:, None]
    center, factor, along = strand_gaussians(path, width)
    anchor = ground.anchor(np.repeat(index, SEGMENTS)) | {"frame": np.full(len(center), skull)}
    opacity = (0.30 * (1 - nape) + (0.45 + 0.15 * nape) * inside)[:, None] * np.array([1.0, 0.6])
    color = mix(np.tile(look.dark, (len(root), 1)), look.light, random.uniform(0.1, 0.7, len(root)))
    cloud.add(
        center=center, factor=factor, direction=along, albedo=np.repeat(color, SEGMENTS, 0), opacity=opacity.ravel(),
        specular=0.12, roughness=0.08, occlusion=0.8, material=Material.STRAND, antialiased=1, culled=1, **anchor,
    )  # fmt: skip


def _nape(anatomy: Anatomy, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, " N"]:
    """Return 1 where points lie at the back of the neck, 0 from the ears forward."""
    away = points - anatomy.center
    return smooth_step(1.75, 2.25, np.abs(np.arctan2(away[:, 0], away[:, 2])))


def _leaning(
    anatomy: Anatomy, look: HairLook, root: Float[np.ndarray, "N 3"], normal: Float[np.ndarray, "N 3"]
) -> Float[np.ndarray, "N 3"]:
    """Return which way the hairs lean.

    With a cut that falls forward they do so too, else back from the face; at sides and nape down, or up to a bun.
    """
    away = root - anatomy.center
    azimuth = np.abs(np.arctan2(away[:, 0], away[:, 2]))
    front = smooth_step(1.15, 0.6, azimuth)[:, None]
    forward = np.cos(np.radians(look.comb)) if look.style == "short" else -1.0
    combed = np.array([np.sin(np.radians(look.comb)) * (look.style == "short"), -0.5 * forward, forward])
    falling = np.array([0, 0.7, -1.0] if look.style == "bun" else [0, -0.8, -0.5])
    return front * combed + (1 - front) * (falling + 0.2 * normal)
