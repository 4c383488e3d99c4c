"""Tight curls that stand away from the head: every strand is a helix."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.appearance.styles.style import Grown, Roots, Style

SEGMENTS = 11
TURNS = 2.2
RADIUS = 0.24  # centimetres, of a coil
BEND = 0.9  # centimetres by which a coil's axis strays from a straight line: straight ones look like rings from behind


def curls(roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return coils that grow outwards and droop a little; layers of them end at different heights."""
    position, count = roots.position, len(roots.position)
    outward = roots.normal * 0.8 + (position - roots.center) / 12
    outward += 0.34 * random.normal(size=(count, 3)).clip(-1.6, 1.6)  # no single curl far out
    outward += 0.35 * np.stack([value_noise(position, 0.7, seed) for seed in (21, 22, 23)], 1)
    outward[:, 1] += 0.15
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    edge = smooth_step(-0.2, 2.2, roots.above_hairline)
    high = 0.45 + 0.55 * smooth_step(0, 9, position[:, 1])
    length = look.length * (0.35 + 0.65 * edge) * high * (0.45 + 0.55 * random.uniform(size=count) ** 0.6)
    helper = np.where(np.abs(outward[:, :1]) < 0.8, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    side = np.cross(outward, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    across = np.cross(outward, side)
    grown = np.linspace(0, 1, SEGMENTS + 1)
    hand = np.sign(random.uniform(-1, 1, count))[:, None]
    turns = TURNS * random.uniform(0.75, 1.35, (count, 1))
    turn = random.uniform(0, 6.28, count)[:, None] + hand * grown[None] * turns * 6.28
    reach = RADIUS * (0.6 + 0.8 * random.uniform(size=(count, 1))) * smooth_step(0.0, 0.25, grown)[None]
    reach = reach * (0.45 + 0.55 * edge[:, None])
    paths = position[:, None] + outward[:, None] * (length[:, None] * grown[None])[..., None]
    paths = (
        paths + side[:, None] * (reach * np.cos(turn))[..., None] + across[:, None] * (reach * np.sin(turn))[..., None]
    )
    bend = BEND * random.normal(size=(count, 2)).clip(-1.5, 1.5) * (length / look.length)[:, None]
    bent = side * bend[:, :1] + across * bend[:, 1:]
    paths = paths + bent[:, None] * (grown**2)[None, :, None]
    paths[..., 1] -= 0.5 * look.length * 0.25 * grown[None] ** 2
    flat, _ = skin.push(paths.reshape(-1, 3), np.full(paths.shape[0] * paths.shape[1], 0.06))
    return Grown(flat.reshape(paths.shape), 0.6 + 0.4 * edge)


def _wanted(roots: Roots, look: HairLook) -> np.ndarray:
    return roots.above_hairline > -0.15


def _density(position: Float[np.ndarray, "N 3"], look: HairLook) -> Float[np.ndarray, " N"]:
    return np.ones(len(position)) + 0.3 * smooth_step(6, 11, position[:, 1]) * look.volume


CURLS = Style(curls, _wanted, _density, springiness=0.22)
