"""Hair styles: which way strands grow. Style space: centimetres, eyes' bridge at y = 3.7, crown at y = 14.5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.appearance.strands import grow, spread_out

FOREHEAD_AZIMUTH = 46.0  # degrees from the front; further round, hair may fall over the temples


@dataclass(frozen=True, slots=True)
class Roots:
    """Where strands start.

    Attributes:
        position: On the scalp.
        normal: Of the scalp there.
        above_hairline: Centimetres.
        center: Inside the cranium, between the ears.
    """

    position: Float[np.ndarray, "S 3"]
    normal: Float[np.ndarray, "S 3"]
    above_hairline: Float[np.ndarray, " S"]
    center: Float[np.ndarray, "3"]

    def __getitem__(self, choice: np.ndarray) -> Roots:
        return Roots(self.position[choice], self.normal[choice], self.above_hairline[choice], self.center)


@dataclass(frozen=True, slots=True)
class Grown:
    """Strands of one style: paths, how full each is (0 thin .. 1), and the root each belongs to."""

    paths: Float[np.ndarray, "S K+1 3"]
    fullness: Float[np.ndarray, " S"]


def _on_surface(vectors: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    return vectors - (vectors * normals).sum(1, keepdims=True) * normals


def short_hair(roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return a short cut: long and swept up in front, faded at the sides."""
    position, above = roots.position, roots.above_hairline
    count = len(position)
    upright = 0.12 + 0.88 * smooth_step(0.22, 0.85, roots.normal[:, 1])  # on the temples hair lies, or it flares
    top = smooth_step(7.0, 11.5, position[:, 1]) * upright
    inwards = smooth_step(0, 1.6, above)
    graduated = 0.22 + 0.78 * smooth_step(0, 2.6, above) + 0.9 * smooth_step(3, 9, above)
    length = look.side_length * graduated * (1 - top) + look.length * top
    length = length * (0.75 + 0.5 * random.uniform(size=count)) * (0.50 + 0.50 * inwards)
    clumps = np.stack([value_noise(position, 0.8, seed) for seed in (3, 4, 5)], 1)
    clumps = clumps + 0.5 * np.stack([value_noise(position, 2.1, seed) for seed in (13, 14, 15)], 1)
    height = 0.08 + 0.9 * random.uniform(size=count) ** 1.3 * top * (0.4 + 0.6 * inwards)
    height = (height + 0.10 * random.uniform(size=count)) * (0.45 + 0.55 * inwards)
    stray = (0.07 + 0.07 * top)[:, None] * random.normal(size=(count, 3))
    sweep = 0.40

    def comb(p: np.ndarray, normal: np.ndarray, grown: float, last: np.ndarray) -> np.ndarray:
        front = (smooth_step(2, 8, p[:, 2]) * top)[:, None]
        wanted = np.array([sweep, -0.15, 0.35]) * top[:, None]
        wanted = wanted * (1 - 0.7 * front) + front * np.array([0.75, 0.55, -0.30])
        wanted = wanted + (1 - top[:, None]) * np.array([0, -1.0, -0.45])
        wanted = _on_surface(wanted, normal)
        lift = (1.15 * max(0.0, 1 - grown) ** 1.2 * (0.12 + 0.88 * top) + 0.08)[:, None]
        return (
            lift * normal
            + wanted * (0.4 + 0.9 * grown)
            + (0.12 + 0.26 * top[:, None]) * clumps
            + stray
            + 0.45 * last
            - [0, 0.15 * grown, 0]
        )

    paths = grow(position, roots.normal, comb, length, 5, skin, height)
    paths = _clumped(paths, max(20, count // 6), 0.45, random)
    return Grown(paths, (0.62 + 0.38 * top) * (0.30 + 0.70 * smooth_step(-0.3, 1.9, above)))


def long_hair(roots: Roots, look: HairLook, skin: PushOut, random: np.random.Generator) -> Grown:
    """Return shoulder-length hair with a side part and loose waves, in clumps."""
    position = roots.position
    count, segments = len(position), 15
    from_part = position[:, 0] - look.part + 0.35 * value_noise(position, 1.3, 31)
    from_part = from_part + 0.22 * random.normal(size=count) * smooth_step(7, 10, position[:, 1])
    side = np.where(from_part >= 0, 1.0, -1.0)
    lowest = 13.0 - look.length + 1.2 * value_noise(position, 0.7, 9)
    length = position[:, 1] - lowest + np.abs(7.5 - np.abs(position[:, 0])) * 0.35 + 3.0
    length = np.clip(length, 6, look.length + 4) * (0.92 + 0.14 * random.uniform(size=count))
    layer = random.uniform(size=count)
    height = 0.12 + 0.50 * layer + 0.75 * smooth_step(2, 12, position[:, 1]) * (0.35 + 0.65 * layer)
    phase = 6.28 * value_noise(position, 0.35, 11) + side * 1.2
    away = position - roots.center
    azimuth = np.arctan2(away[:, 0], away[:, 2])
    from_front = np.degrees(np.abs(azimuth))
    behind_part = smooth_step(80, 135, from_front)  # the parting ends at the crown
    front = smooth_step(50, 15, from_front)[:, None]
    sideways = np.stack([side, 0 * side, 0 * side], 1)

    def comb(p: np.ndarray, normal: np.ndarray, grown: float, last: np.ndarray) -> np.ndarray:
        spread = 1.1 - 1.12 * smooth_step(0.0, 0.34, np.array(grown))
        wanted = np.stack([side * spread, np.full(count, -0.55), np.full(count, -0.12 + 0.2 * grown)], 1)
        wanted[:, 0] *= 1 - 0.96 * behind_part
        wanted[:, 2] -= 0.9 * behind_part * smooth_step(0.5, 0.1, np.array(grown)) * smooth_step(9, 12, p[:, 1])
        wanted = (
            wanted + front * np.array([0, 0, -0.95]) * smooth_step(0.55, 0.0, np.array(grown)) + front * sideways * 0.5
        )
        wanted = wanted + np.array([0, -1.0, 0]) * min(1.0, 0.2 + grown * 2.2)
        here, distance = skin.probe(p)
        inwards = (wanted * here).sum(1, keepdims=True)
        cling = smooth_step(1.6, 0.5, distance)[:, None] * np.where(inwards < 0, 1, 0.55)
        wanted = wanted - inwards * here * cling
        wave = look.wave * smooth_step(0.3, 0.65, np.array(grown))
        turn = phase + grown * 15.0
        around = np.stack([np.sin(turn) * np.cos(azimuth), 0 * turn, -np.sin(turn) * np.sin(azimuth)], 1)
        wanted = wanted + wave * around + wave * 0.8 * np.cos(turn)[:, None] * here * [1, 0, 1]
        before_face = smooth_step(4.5, 7.5, p[:, 2]) * smooth_step(8.5, 5, p[:, 1]) * smooth_step(-13, -8, p[:, 1])
        wanted = wanted + before_face[:, None] * (sideways * 0.75 - [0, 0, 1.0])
        return wanted + 0.45 * last

    paths = grow(position, roots.normal, comb, length, segments, skin, height)
    paths = _clumped(paths, max(20, count // 8), 0.66, random)
    return Grown(paths, 0.55 + 0.45 * smooth_step(-0.2, 0.9, roots.above_hairline))


def _clumped(
    paths: Float[np.ndarray, "S K 3"], clumps: int, strength: float, random: np.random.Generator
) -> Float[np.ndarray, "S K 3"]:
    """Return strands that draw together towards a guide as they run down."""
    roots = paths[:, 0]
    guides = spread_out(roots, clumps, random)
    nearest = guides[KDTree(roots[guides]).query(roots)[1]]
    count, points = paths.shape[:2]
    pull = (smooth_step(0.25, 0.9, np.linspace(0, 1, points)) * strength)[None, :, None]
    pull = pull * (0.55 + 0.45 * random.uniform(size=(count, 1, 1)))
    return paths * (1 - pull) + paths[nearest] * pull + 0.12 * random.normal(size=(count, 1, 3)) * pull


def crosses_face(paths: Float[np.ndarray, "S K 3"], look: HairLook, center: Float[np.ndarray, "3"]) -> np.ndarray:
    """Return which strands of long hair run over the forehead, the face or the front of the neck."""
    x, y, z = np.abs(paths[..., 0]), paths[..., 1], paths[..., 2]
    before_neck = (z > -0.8) & (x < 6.3) & (y < -4.5)
    before_face = (z > 6.5) & (y < 7.0) & (x < 6.6)
    azimuth = np.degrees(np.arctan2(x, z - center[2]))
    line = np.interp(azimuth, *np.array(look.hairline).T)
    over_forehead = (azimuth < FOREHEAD_AZIMUTH) & (y < line - 0.75) & (z > center[2])
    return np.asarray((before_neck | before_face | over_forehead).any(1))


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

    paths = grow(position, roots.normal, comb, length, 12, skin, height)
    coils = _coil(knot + np.array([0, 0.5, -0.6]), 3.0, len(position) // 3, 12, random)
    return Grown(np.concatenate([paths, coils]), np.ones(len(paths) + len(coils)))


def _coil(
    center: Float[np.ndarray, "3"], radius: float, count: int, segments: int, random: np.random.Generator
) -> Float[np.ndarray, "S K 3"]:
    """Return loops wound to a ball."""
    start, tilt = random.uniform(0, 6.28, count)[:, None], random.uniform(-0.9, 0.9, count)[:, None]
    turn = start + np.linspace(0, 1, segments + 1)[None] * 2.6
    latitude = tilt * 1.2 + 0.5 * np.sin(turn + tilt * 3)
    reach = radius * (0.80 + 0.22 * random.uniform(0.55, 0.9, count)[:, None])
    return center + np.stack(
        [
            reach * np.cos(latitude) * np.cos(turn),
            reach * np.cos(latitude) * np.sin(turn),
            -reach * 0.8 * np.sin(latitude),
        ],
        2,
    )


STYLES = {"short": short_hair, "long": long_hair, "bun": bun_hair}
