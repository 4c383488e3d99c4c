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
PROUD_M = 0.0015  # hairs lie on the skin, but not in its Gaussians
TAIL = 0.16  # the outermost landmark lies beyond the hairs
TINT_BLOBS = 70  # soft patches below the hairs of one brow
SMOOTH_DEGREE = 3  # of the curve through the landmarks: brows do not waver


def add_brows(
    cloud: Cloud, face: FaceMap, look: BrowLook, skin: Color, ground: Ground, detail: float, random: np.random.Generator
) -> None:
    """Add both brows."""
    for line in face.brows:
        smooth = _smooth(line)
        _add_tint(cloud, smooth, look, skin, ground, random)
        _add_hairs(cloud, smooth, look, ground, int(look.hairs * detail), random)


def _smooth(line: Float[np.ndarray, "K 3"]) -> Float[np.ndarray, "K 3"]:
    """Return a line of the same length without wiggles."""
    place = np.linspace(-1, 1, len(line))
    return np.polynomial.polynomial.polyval(
        place, np.polynomial.polynomial.polyfit(place, line, SMOOTH_DEGREE)
    ).T  # fmt: skip


def _band(
    line: Float[np.ndarray, "K 3"], look: BrowLook, place: Float[np.ndarray, " N"], across: Float[np.ndarray, " N"]
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]:
    """Return points of the brow's band (place 0 outer to 1 inner end, across -1..1) and its direction there."""
    step = (TAIL + (1 - TAIL) * place) * (len(line) - 1)
    index = np.minimum(step.astype(int), len(line) - 2)
    part = (step - index)[:, None]
    tangent = line[index + 1] - line[index]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    half = look.thickness * (0.20 + 0.80 * smooth_step(0.0, 0.62, place)) * (1 - 0.30 * smooth_step(0.86, 1, place))
    arch = look.arch * np.sin(np.pi * np.clip(place * 1.15, 0, 1)) * 0.3
    rise = across * half + look.raise_by - 0.14 + arch
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
    place = 0.05 + 0.88 * (np.arange(TINT_BLOBS) + 0.5) / TINT_BLOBS
    across = random.uniform(-0.5, 0.5, TINT_BLOBS)
    point, _ = _band(line, look, place, across)
    point, normal, index = ground.settle(point, 0.012)
    side = np.cross(normal, random.normal(size=normal.shape))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    size = 0.13 * (0.45 + 0.55 * smooth_step(0.0, 0.5, place))[:, None]
    factor = np.stack([side * size, np.cross(normal, side) * size, normal * 0.01], 2)
    opacity = 0.11 * smooth_step(0.0, 0.25, place) * smooth_step(1.0, 0.55, place)
    cloud.add(
        center=point, factor=factor, albedo=np.array(look.color) * 0.7 + np.array(skin) * 0.14, opacity=opacity,
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
    """Add hairs: upright and sparse at the inner end; further on they lean outwards and to each other."""
    place = 0.02 + 0.98 * random.uniform(size=count)
    place = place - 0.12 * smooth_step(0.80, 1.0, place) * random.uniform(size=count)  # no straight inner edge
    across = np.clip(0.50 * random.normal(size=count), -1.35, 1.35)
    root, tangent = _band(line, look, place, across)
    root, normal, index = ground.settle(root)
    inner = smooth_step(0.78, 1, place)[:, None]
    rise = 0.25 - 0.55 * across[:, None] * (1 - inner) + 1.1 * inner
    outwards = 1 - 0.75 * inner * (0.6 + 0.6 * random.uniform(size=(count, 1)))
    direction = -tangent * outwards + np.array([0, 1.0, 0]) * rise + 0.20 * random.normal(size=(count, 3))
    direction -= (direction * normal).sum(1, keepdims=True) * normal
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    edge = smooth_step(1.3, 0.35, np.abs(across))
    length = look.length * (0.55 + 0.6 * random.uniform(size=count)) * (0.60 + 0.40 * smooth_step(0, 0.35, place))
    length = length * (0.70 + 0.30 * edge)
    grown = np.linspace(0, 1, SEGMENTS + 1)[None, :, None]
    bow = -tangent[:, None] * 0.14 * length[:, None, None] * grown**2
    height = 0.015 + 0.10 * grown - 0.07 * grown**2
    path = root[:, None] + direction[:, None] * length[:, None, None] * grown + bow + normal[:, None] * height
    width = np.tile([0.0105, 0.0062], (count, 1)) * (0.7 + 0.6 * random.uniform(size=(count, 1)))
    center, factor, along = strand_gaussians(path, width)
    shown = (
        (0.45 + 0.55 * edge) * (1 - 0.75 * smooth_step(0.62, 1, place)) * (0.55 + 0.45 * smooth_step(0, 0.35, place))
    )
    opacity = (shown * (0.7 + 0.3 * random.uniform(size=count)))[:, None] * np.array([0.72, 0.46])
    shade = (1 + 0.30 * random.normal(size=(count, 1, 1))).clip(0.5, 2.0) * np.array([[[0.92], [1.2]]])
    cloud.add(
        center=center, factor=factor, direction=along, albedo=(np.array(look.color) * shade).reshape(-1, 3),
        opacity=opacity.ravel(), specular=0.10, roughness=0.1, occlusion=0.85, material=Material.STRAND,
        proud=PROUD_M, antialiased=1, culled=0, **ground.anchor(np.repeat(index, SEGMENTS)),
    )  # fmt: skip
