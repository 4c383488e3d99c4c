"""Beards as strands on the skin: they move with the jaw and the lips."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.face_map import FaceMap
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.look import BeardLook
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.appearance.strands import spread_out, strand_gaussians
from rsatalker.avatars.binding import Cloud, Material

SEGMENTS = 3
DOWNWARDS = np.array([0, -1.0, 0.10])
SPARSE = 0.25  # weight of the beard's outline below which nothing grows


def add_beard(
    cloud: Cloud, face: FaceMap, look: BeardLook, ground: Ground, detail: float, random: np.random.Generator
) -> None:
    """Add a beard with a moustache."""
    count = int(look.strands * detail)
    weights = ground.weights
    grows = smooth_step(SPARSE, 0.75, weights.beard) * (weights.lip_distance > 0.02)
    density = grows * ground.cells.area
    candidates = random.choice(len(density), count * 3, p=density / density.sum())
    point = ground.cells.position[candidates] + 0.08 * random.normal(size=(count * 3, 3))
    root, normal, index = ground.settle(point[spread_out(point, count, random)])
    path = _paths(face, look, root, normal, weights.beard[index], weights.lip_distance[index], random)
    grown = np.linspace(0, 1, SEGMENTS)
    width = look.width * (1.0 - 0.45 * grown) * (0.7 + 0.6 * random.uniform(size=(len(root), 1)))
    center, factor, along = strand_gaussians(path, width)
    streaks = 0.45 + 0.35 * value_noise(root, 1.4, 91) + 0.13 * random.normal(size=len(root))
    streaks = streaks.clip(0, 1)[:, None, None]
    color = np.array(look.dark) * (1 - streaks) + np.array(look.light) * streaks
    grey = (random.uniform(size=(len(root), 1, 1)) < look.grey) * 0.6
    color = (color * (1 - grey) + grey * 0.36) * (0.9 + 0.25 * grown[None, :, None])
    cloud.add(
        center=center, factor=factor, direction=along, albedo=np.clip(color, 0.002, 1).reshape(-1, 3),
        opacity=np.tile([0.88, 0.80, 0.55], len(root)), specular=0.35, roughness=0.08,
        occlusion=np.tile([0.55, 0.78, 0.95], len(root)), material=Material.STRAND, antialiased=1,
        **ground.anchor(np.repeat(index, SEGMENTS)),
    )  # fmt: skip


def _paths(
    face: FaceMap,
    look: BeardLook,
    root: Float[np.ndarray, "N 3"],
    normal: Float[np.ndarray, "N 3"],
    beard: Float[np.ndarray, " N"],
    lip_distance: Float[np.ndarray, " N"],
    random: np.random.Generator,
) -> Float[np.ndarray, "N K 3"]:
    """Return strands that lie downwards, on the upper lip outwards too; short at the outline and beside the lips."""
    mouth = face.landmarks[60:68].mean(0)
    moustache = smooth_step(1.6, 0.4, lip_distance) * (root[:, 1] > mouth[1])
    outwards = np.sign(root[:, 0]) * smooth_step(0.0, 1.2, np.abs(root[:, 0]))
    direction = DOWNWARDS + np.stack([outwards * 0.9 * moustache, 0 * moustache, 0 * moustache], 1)
    direction = direction + 0.30 * np.stack([value_noise(root, 1.1, seed) for seed in (81, 82, 83)], 1)
    direction = direction + 0.22 * random.normal(size=root.shape)
    direction -= (direction * normal).sum(1, keepdims=True) * normal
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    full = 0.30 + 0.70 * smooth_step(SPARSE, 1.0, beard)
    length = look.length * full * (0.6 + 0.6 * random.uniform(size=len(root))) * (1 - 0.55 * moustache)
    grown = np.linspace(0, 1, SEGMENTS + 1)[None, :, None]
    rise = (0.03 + 0.34 * length)[:, None, None] * np.sqrt(grown) * (0.4 + 0.6 * random.uniform(size=(len(root), 1, 1)))
    drop = np.array([0, -0.25, 0]) * length[:, None, None] * grown**2
    return root[:, None] + direction[:, None] * length[:, None, None] * grown + normal[:, None] * rise + drop
