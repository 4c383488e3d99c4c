"""Brows as single hairs over a soft tint."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.face_map import FaceMap
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import BrowLook, Color
from rsatalker.avatars.appearance.noise import smooth_step
from rsatalker.avatars.appearance.strands import strand_gaussians
from rsatalker.avatars.binding import Cloud, Material

SEGMENTS = 2
TAIL = 0.20  # the outermost landmark lies beyond the hairs
TINT_BLOBS = 90  # soft patches below the hairs of one brow


def add_brows(
    cloud: Cloud, face: FaceMap, look: BrowLook, skin: Color, ground: Ground, detail: float, random: np.random.Generator
) -> None:
    """Add both brows."""
    for line in face.brows:
        _add_tint(cloud, line, look, skin, ground, random)
        _add_hairs(cloud, line, look, ground, int(look.hairs * detail), random)


def _band(
    line: Float[np.ndarray, "K 3"], look: BrowLook, place: Float[np.ndarray, " N"], across: Float[np.ndarray, " N"]
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]:
    """Return points of the brow's band (place 0 outer to 1 inner end, across -1..1) and its direction there."""
    step = (TAIL + (1 - TAIL) * place) * (len(line) - 1)
    index = np.minimum(step.astype(int), len(line) - 2)
    part = (step - index)[:, None]
    tangent = line[index + 1] - line[index]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    half = look.thickness * (smooth_step(-0.10, 0.50, place) * 0.8 + 0.2) * (1 - 0.22 * smooth_step(0.8, 1, place))
    arch = look.arch * np.sin(np.pi * np.clip(place * 1.15, 0, 1)) * 0.3
    rise = across * half + look.raise_by - 0.12 - 0.10 * smooth_step(0.55, 1, place) + arch
    return line[index] * (1 - part) + line[index + 1] * part + np.array([0, 1.0, 0]) * rise[:, None], tangent


def _add_tint(
    cloud: Cloud,
    line: Float[np.ndarray, "K 3"],
    look: BrowLook,
    skin: Color,
    ground: Ground,
    random: np.random.Generator,
) -> None:
    """Add faint patches: what lies in shadow between the hairs."""
    place = 0.06 + 0.92 * (np.arange(TINT_BLOBS) + 0.5) / TINT_BLOBS
    across = random.uniform(-0.55, 0.55, TINT_BLOBS)
    point, _ = _band(line, look, place, across)
    point, normal, index = ground.settle(point, 0.012)
    side = np.cross(normal, random.normal(size=normal.shape))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    size = 0.10 * (0.5 + 0.5 * smooth_step(0.0, 0.4, place))[:, None]
    factor = np.stack([side * size, np.cross(normal, side) * size, normal * 0.01], 2)
    opacity = 0.20 * smooth_step(0.0, 0.2, place) * smooth_step(1.05, 0.75, place)
    cloud.add(
        center=point, factor=factor, albedo=np.array(look.color) * 0.6 + np.array(skin) * 0.10, opacity=opacity,
        specular=0.1, subsurface=0.6, antialiased=1, **ground.anchor(index),
    )  # fmt: skip


def _add_hairs(
    cloud: Cloud,
    line: Float[np.ndarray, "K 3"],
    look: BrowLook,
    ground: Ground,
    count: int,
    random: np.random.Generator,
) -> None:
    """Add hairs: upright at the inner end, combed outwards and towards the middle of the band further on."""
    place = 0.04 + 0.96 * random.uniform(0, 1, count) ** 0.85
    across = (random.uniform(-1, 1, count) + random.uniform(-1, 1, count)) / 2
    root, tangent = _band(line, look, place, across)
    root, normal, index = ground.settle(root)
    inner = smooth_step(0.70, 1, place)[:, None]
    rise = 0.22 + 0.62 * inner - 0.9 * across[:, None] * (1 - inner)
    direction = -tangent * (1 - 0.45 * inner) + np.array([0, 1.0, 0]) * rise + 0.17 * random.normal(size=(count, 3))
    direction -= (direction * normal).sum(1, keepdims=True) * normal
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = look.length * (0.65 + 0.6 * random.uniform(size=count)) * (0.65 + 0.35 * smooth_step(0, 0.3, place))
    grown = np.linspace(0, 1, SEGMENTS + 1)[None, :, None]
    bow = -tangent[:, None] * 0.10 * length[:, None, None] * grown**2
    height = 0.02 + 0.10 * grown - 0.07 * grown**2
    path = root[:, None] + direction[:, None] * length[:, None, None] * grown + bow + normal[:, None] * height
    width = np.tile([0.0130, 0.0090], (count, 1)) * (0.8 + 0.4 * random.uniform(size=(count, 1)))
    center, factor, along = strand_gaussians(path, width)
    edge = 1 - 0.5 * smooth_step(0.74, 1, place) - 0.35 * smooth_step(0.5, 1.0, np.abs(across))
    edge = edge * (0.45 + 0.55 * smooth_step(0.0, 0.30, place))
    opacity = edge[:, None] * np.array([0.78, 0.58])
    shade = (1 + 0.25 * random.normal(size=(count, 1, 1))).clip(0.5, 1.9) * np.array([[[0.92], [1.15]]])
    cloud.add(
        center=center, factor=factor, direction=along, albedo=(np.array(look.color) * shade).reshape(-1, 3),
        opacity=opacity.ravel(), specular=0.25, roughness=0.1, occlusion=0.85, material=Material.STRAND,
        antialiased=1, culled=0, **ground.anchor(np.repeat(index, SEGMENTS)),
    )  # fmt: skip
