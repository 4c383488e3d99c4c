"""Wrinkles that come with an expression: furrows laid over the skin, whose opacity follows what folds them.

The folds are those of Ekman, Friesen and Hager, Facial Action Coding System (2002): AU 1 and 2 line the forehead, AU 4
draws the brows together, AU 6 and 7 make crow's feet, AU 9 wrinkles the nose, AU 12 deepens the fold beside it.
A furrow is a dark line between two slopes that are turned towards it, so that any light shows it as a groove.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.curves import spline
from rsatalker.avatars.appearance.face_map import FaceMap
from rsatalker.avatars.appearance.ground import Ground
from rsatalker.avatars.appearance.noise import smooth_step, value_noise
from rsatalker.avatars.binding import Cloud

Side = str  # "Left" or "Right", as at the end of ARKit's names

# What folds each kind of wrinkle, per weight 1 of the expression; `*` stands for the side, else both count half.
DRIVERS: dict[str, dict[str, float]] = {
    "forehead": {"browInnerUp": 0.55, "browOuterUp*": 0.75},
    "frown": {"browDown*": 1.0, "noseSneer*": 0.25},
    "crows_feet": {"eyeSquint*": 0.45, "cheekSquint*": 0.55, "mouthSmile*": 0.35, "eyeBlink*": 0.12},
    "under_eye": {"cheekSquint*": 0.7, "eyeSquint*": 0.5, "mouthSmile*": 0.25},
    "laugh": {"mouthSmile*": 0.8, "noseSneer*": 0.55, "mouthUpperUp*": 0.35, "cheekSquint*": 0.2},
    "nose": {"noseSneer*": 1.0, "browDown*": 0.25},
    "mouth_corner": {"mouthFrown*": 0.9, "mouthStretch*": 0.35},
}
KINDS = tuple(DRIVERS)
SIDES: tuple[Side, Side] = ("Left", "Right")
GROUPS = 1 + 2 * len(KINDS)  # the first is that of everything else
YOUNG_GAIN = 0.50  # of how deep an old skin folds
LINED_AGE = 0.25  # `SkinLook.age` from which lines stay at rest
STEP = 0.13  # centimetres along a furrow
FURROW = np.array([0.52, 0.40, 0.36])  # of the skin's colour, at the bottom
LIFT = 0.018


@dataclass(frozen=True, slots=True)
class Furrow:
    """One line: points in the plane of the face (centimetres), its group, how wide and how deep it is."""

    line: Float[np.ndarray, "K 2"]
    group: int
    width: float
    depth: float


def group_of(kind: str, side: Side) -> int:
    """Return the index of a group; 0 belongs to no wrinkle."""
    return 1 + 2 * KINDS.index(kind) + SIDES.index(side)


def wrinkle_drivers(
    expression_names: Sequence[str], age: float
) -> tuple[Float32[np.ndarray, "G E"], Float32[np.ndarray, " G"]]:
    """Return how deep each group gets per expression, and how deep it stays at rest; 1 is a deep furrow."""
    index = {name: place for place, name in enumerate(expression_names)}
    drivers = np.zeros((GROUPS, len(index)), np.float32)
    rest = np.zeros(GROUPS, np.float32)
    rest[0] = 1
    for kind, causes in DRIVERS.items():
        for side in SIDES:
            rest[group_of(kind, side)] = 0.75 * max(0.0, age - LINED_AGE)
            for name, weight in causes.items():
                if (place := index.get(name.replace("*", side))) is not None:
                    drivers[group_of(kind, side), place] = weight * (YOUNG_GAIN + (1 - YOUNG_GAIN) * age)
    return drivers, rest


def add_wrinkles(cloud: Cloud, face: FaceMap, ground: Ground, detail: float) -> None:
    """Add the furrows of a face, at full depth."""
    skin = _Skin(ground)
    for furrow in _furrows(face):
        length = np.linalg.norm(np.diff(furrow.line, axis=0), axis=1).sum()
        count = max(4, int(length / STEP * detail))
        line = _resampled(furrow.line, count + 1)
        _add_furrow(cloud, skin, ground, line, furrow)


class _Skin:
    """The front of the face, seen from before it."""

    def __init__(self, ground: Ground):
        self._front = np.flatnonzero(ground.cells.normal[:, 2] > 0.05)
        self._places = ground.cells.position
        self._tree = KDTree(self._places[self._front, :2])

    def __call__(self, plane: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 3"]:
        depth = self._places[self._front[self._tree.query(plane, k=3)[1]], 2].mean(1)
        return np.column_stack([plane, depth])


def _resampled(line: Float[np.ndarray, "K 2"], count: int) -> Float[np.ndarray, "C 2"]:
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, line[:, k]) for k in (0, 1)], 1)


def _add_furrow(cloud: Cloud, skin: _Skin, ground: Ground, line: Float[np.ndarray, "K 2"], furrow: Furrow) -> None:
    """Add one line: its bottom, and a slope on either side."""
    path, normal, _ = ground.settle(skin(line), LIFT)
    middle, normal = (path[1:] + path[:-1]) / 2, normal[1:]
    along = path[1:] - path[:-1]
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = along / np.maximum(length, 1e-6)
    across = np.cross(normal, along)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    place = np.linspace(0, 1, len(middle))
    fade = smooth_step(0.0, 0.22, place) * smooth_step(1.0, 0.78, place) * (0.8 + 0.2 * value_noise(middle, 1.7, 5))
    for side in (0.0, 1.0, -1.0):
        point, facing, index = ground.settle(middle + across * side * furrow.width * 1.25, LIFT + 0.004 * (side == 0))
        bare = smooth_step(-0.2, -0.9, ground.above_hairline[index])
        bottom = side == 0
        width = furrow.width * (0.55 if bottom else 0.80)
        factor = np.stack([along * np.maximum(length * 0.75, 0.05), across * width, facing * 0.01], 2)
        cloud.add(
            center=point, factor=factor, albedo=ground.albedo[index] * (FURROW if bottom else 1.0),
            opacity=furrow.depth * fade * bare * (0.72 if bottom else 0.55), bend=-across * side * 0.55,
            specular=0.25, roughness=0.5, subsurface=0.9, antialiased=1, wrinkle=furrow.group,
            occlusion=0.75 if bottom else 1.0, **ground.anchor(index),
        )  # fmt: skip


def _furrows(face: FaceMap) -> Iterator[Furrow]:
    """Yield the lines of both halves of a face; x of the landmarks' right half is negative."""
    marks, s = face.landmarks, face.scale
    for side, sign, eye, corner, wing, brow in (
        ("Right", -1.0, slice(36, 42), 48, 31, slice(17, 22)), ("Left", 1.0, slice(42, 48), 54, 35, slice(22, 27)),
    ):  # fmt: skip
        lids = marks[eye, :2]
        outer, inner = (lids[0], lids[3]) if sign < 0 else (lids[3], lids[0])
        yield from _forehead(marks[brow, :2], sign, s, side)
        top = marks[21 if sign < 0 else 22, :2]
        x = sign * 0.52 * s
        frown = np.array([(x * 0.75, top[1] - 1.0 * s), (x * 0.95, top[1] - 0.3 * s), (x * 1.1, top[1] + 0.75 * s)])
        yield Furrow(spline(frown, 6), group_of("frown", side), 0.085, 1.0)
        for angle, depth in ((38, 0.7), (8, 1.0), (-24, 0.9)):
            turn = np.radians(angle)
            away = np.array([sign * np.cos(turn), np.sin(turn)])
            bow = np.array([0, 0.12 * np.sign(angle + 1)])
            points = np.stack([outer + away * d * s + bow * k for d, k in ((0.42, 0), (0.95, 1.0), (1.65, 0.4))])
            yield Furrow(spline(points, 5), group_of("crows_feet", side), 0.065, 0.95 * depth)
        low = lids[4:6].mean(0)
        for drop, depth in ((0.42, 0.8), (0.78, 0.6)):
            points = np.stack(
                [_moved(inner, sign * 0.25, -0.25 - 0.5 * drop), low - [0, drop * s], outer - [0, 0.3 + drop]]
            )
            yield Furrow(spline(points, 6), group_of("under_eye", side), 0.070, 0.70 * depth)
        yield Furrow(face.laugh_curve(wing, corner)[:27], group_of("laugh", side), 0.150, 0.85)
        for height, depth in ((0.15, 0.8), (-0.35, 1.0), (-0.85, 0.7)):
            start = marks[27, :2] + np.array([sign * 0.12, height])
            points = np.stack([start, _moved(start, sign * 0.4, 0.12), _moved(start, sign * 0.85, 0.38)])
            yield Furrow(spline(points, 4), group_of("nose", side), 0.055, 0.8 * depth)
        start = marks[corner, :2] + np.array([sign * 0.22, -0.12])
        points = np.stack([start, _moved(start, sign * 0.22, -0.65), _moved(start, sign * 0.20, -1.35)])
        yield Furrow(spline(points, 5), group_of("mouth_corner", side), 0.095, 0.7)


def _moved(point: Float[np.ndarray, "2"], x: float, y: float) -> Float[np.ndarray, "2"]:
    return point + np.array([x, y])


def _forehead(brow: Float[np.ndarray, "5 2"], sign: float, scale: float, side: Side) -> Iterator[Furrow]:
    """Yield lines over one brow; they run on across the middle, where those of the other side meet them."""
    top = brow[:, 1].max()
    for line, (rise, depth) in enumerate(((1.05, 0.8), (1.95, 1.0), (2.80, 0.85), (3.60, 0.6))):
        x = np.linspace(-0.35, 3.7 * scale - 0.35 * line, 9)
        wave = 0.10 * np.sin(x * 1.3 + line * 1.7) - 0.12 * np.exp(-((x / 0.9) ** 2)) - 0.02 * x**2
        points = np.stack([sign * x, top + rise * scale + wave], 1)
        yield Furrow(points, group_of("forehead", side), 0.080, depth)
