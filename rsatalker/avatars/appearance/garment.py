"""The mesh of a garment's upper part: shoulders and chest lofted around the neck, a neckband or collar, a rolled hem.

The bust is cut along a curve that hangs lower in the middle than at the arms, as busts of sculptors are, and closed
below: it ends by a made edge from every side and before every background.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float, Int

from rsatalker.avatars.appearance.anatomy import Anatomy, PushOut
from rsatalker.avatars.appearance.collar import collar_leaves
from rsatalker.avatars.appearance.curves import spline
from rsatalker.avatars.appearance.drape import drape
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.noise import smooth_step

COLUMNS = 96  # around the neck
CLEARANCE, ROLL_CLEARANCE = 0.28, 0.60  # centimetres between skin and cloth: the skin moves under a roll neck
NEAR_SKIN = (6.5, 13.0)  # centimetres below the neckline within which there is skin below the cloth
SMOOTHED_OFF = 0.10  # centimetres of that which smoothing may take
SKIN_END = 2.5  # centimetres above its end within which the mesh of a head no longer counts
DEEPEST = -0.10  # centimetres that folds sink there
# Places across the band, as parts of its width: fine over its edges.
BAND_STEPS = np.array([0.0, 0.08, 0.35, 0.65, 0.92, 1.0])
BELOW_CHIN = 3.4  # centimetres below the chin from which there is no jaw around the neck
BODY_ROWS = 18
CUT_MIDDLE, CUT_ARMS = 12.8, 10.8  # centimetres below the neckline at which the bust ends
# The hem: (inwards, down) from the last row of the cloth, centimetres; rolled, then the closed underside.
HEM = np.array([(-0.16, 0.15), (0.0, 0.62), (0.48, 0.72), (0.95, 0.30)])
UNDERSIDE = (0.08, 0.26, 0.56, 0.97)  # shares of the way to the middle
UNDERSIDE_RISE = 2.0  # centimetres by which the middle of the underside lies higher
ROLL_HEIGHT, ROLL_LEAN = 2.6, 0.55  # centimetres: a roll neck stands so high, and leans outwards by that
# Outlines from the neckline outwards: (distance from the neck's axis, height below the neckline at the sides).
# Sculpted by eye on a shoulder width (bideltoid, cut at the arms) of 34 cm; below the shoulders it narrows to the hem.
SIDE = np.array(
    [(0, 0), (1.0, -0.25), (3.4, -1.4), (6.4, -2.6), (8.8, -4.1), (10.2, -6.1), (10.4, -8.1), (9.7, -10.2),
     (8.4, -12.2), (6.8, -14.0)]
)  # fmt: skip
FRONT = np.array(
    [(0, 0), (0.5, -0.6), (2.0, -2.4), (3.3, -4.4), (4.1, -6.2), (4.4, -8.0),
     (4.4, -9.8), (4.2, -11.4), (3.9, -13.0), (3.6, -15.0)]
)  # fmt: skip
BACK = np.array(
    [(0, 0), (0.5, -0.5), (1.9, -1.6), (3.3, -3.3), (4.1, -5.3), (4.3, -7.4),
     (4.2, -9.6), (4.0, -11.3), (3.7, -13.0), (3.3, -15.0)]
)  # fmt: skip


class Part(IntEnum):
    """What a quad of a garment belongs to."""

    BAND = 0
    BODY = 1
    HEM = 2
    UNDERSIDE = 3
    LEAF = 4


@dataclass(frozen=True, slots=True)
class Garment:
    """A garment's mesh at rest, face space.

    Attributes:
        vertices: Of the grid around the neck, column by column from the front to the left; then of the collar's leaves.
        quads: In the same order.
        part: Of each quad.
        rows: Of vertices in each column of the grid.
        lengths: Below the neckline of each row of the grid, centimetres: of the band and the body.
        first_row: Of the grid that lies on the neckline.
    """

    vertices: Float[np.ndarray, "G 3"]
    quads: Int[np.ndarray, "K 4"]
    part: Int[np.ndarray, " K"]
    rows: int
    lengths: Float[np.ndarray, "A S"]
    first_row: int

    @property
    def grid(self) -> Float[np.ndarray, "A R 3"]:
        """Vertices of the grid around the neck."""
        return self.vertices[: COLUMNS * self.rows].reshape(COLUMNS, self.rows, 3)


def neck_ring(anatomy: Anatomy, look: ClothLook) -> tuple[Float[np.ndarray, " A"], Float[np.ndarray, " A"], float]:
    """Return azimuths, the neck's radius there at the neckline's height or below the jaw, and the z of its axis."""
    azimuth = np.arange(COLUMNS) / COLUMNS * 2 * np.pi
    skin = anatomy.vertices[anatomy.outer_vertices()]
    height = min(level_of(anatomy, look), anatomy.landmarks[8, 1] - BELOW_CHIN)
    ring = skin[np.abs(skin[:, 1] - height) < 1.5]
    ring = ring[np.hypot(ring[:, 0], ring[:, 2] - np.median(ring[:, 2])) < 9.5]
    axis_z = float((ring[:, 2].min() + ring[:, 2].max()) / 2)
    angle = np.arctan2(ring[:, 0], ring[:, 2] - axis_z)
    distance = np.hypot(ring[:, 0], ring[:, 2] - axis_z)
    closeness = np.exp(20.0 * (np.cos(azimuth[:, None] - angle[None]) - 1))
    return azimuth, (closeness * distance).sum(1) / np.maximum(closeness.sum(1), 1e-9), axis_z


def level_of(anatomy: Anatomy, look: ClothLook) -> float:
    """Return the height of the neckline at the sides, face space."""
    return float(anatomy.from_style(np.array([0, look.collar_height, 0.0]))[1])


def neckline(azimuth: Float[np.ndarray, " A"], look: ClothLook) -> Float[np.ndarray, " A"]:
    """Return the height of the neckline over its height at the sides; azimuth 0 is the front."""
    front = np.maximum(0, np.cos(azimuth))
    sharpness = {"crew": 1.5, "roll": 1.5, "vneck": 4.0, "shirt": 7.0}[look.kind]
    return -look.neckline_depth * front**sharpness + 0.5 * np.maximum(0, -np.cos(azimuth))


def below_neckline(anatomy: Anatomy, look: ClothLook, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, " N"]:
    """Return how far points lie below the neckline, centimetres; what lies deep below is covered."""
    _, _, axis_z = neck_ring(anatomy, look)
    azimuth = np.arctan2(points[:, 0], points[:, 2] - axis_z)
    return level_of(anatomy, look) + neckline(azimuth, look) - points[:, 1]


def sew_garment(anatomy: Anatomy, look: ClothLook) -> Garment:
    """Return the mesh of the cloth, from inside the neckline's edge outwards, down, around the hem and closed."""
    azimuth, radius, axis_z = neck_ring(anatomy, look)
    outward = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)
    level = level_of(anatomy, look)
    lengths = _lengths(azimuth, look)
    outline = _outline(azimuth, lengths, look)
    sinks = neckline(azimuth, look)[:, None] * (1 - np.minimum(1, lengths / lengths[:, -1:]) ** 0.6)
    body = outward[:, None] * (radius[:, None] + outline[..., 0])[..., None]
    body += np.stack([0 * sinks, level + sinks + outline[..., 1], axis_z + 0 * sinks], 2)
    skin = _skin(anatomy)
    body = _outside(skin, body, lengths, ROLL_CLEARANCE if look.kind == "roll" else CLEARANCE)
    up = _normals(body, outward)
    below_band = smooth_step(look.band, look.band + 2.5, lengths) * smooth_step(0.0, 1.5, lengths[:, -1:] - lengths)
    folds = look.folds * below_band * drape(azimuth, lengths, body, look)
    lift = _band_lift(lengths, look) + np.maximum(folds, DEEPEST - (lengths > NEAR_SKIN[0]) * 1.0)
    body = body + up * lift[..., None]
    inner = body[:, :1] - outward[:, None] * 0.16 - [0, 0.35, 0]
    deep = body[:, :1] - outward[:, None] * 0.45 - [0, 1.6, 0]
    grid = np.concatenate([deep, inner, body, _hem(body, outward, axis_z)], 1)
    rows = grid.shape[1]
    part = np.full(rows - 1, Part.BODY)
    part[: 1 + len(BAND_STEPS)] = Part.BAND
    part[1 + lengths.shape[1] :] = Part.HEM
    part[rows - 1 - len(UNDERSIDE) :] = Part.UNDERSIDE
    vertices, quads, parts = grid.reshape(-1, 3), _grid_quads(rows), np.tile(part, COLUMNS)
    if look.kind == "shirt":
        leaves, more = collar_leaves(azimuth, lengths, body, up, skin)
        quads = np.concatenate([quads, more + len(vertices)])
        vertices = np.concatenate([vertices, leaves])
        parts = np.concatenate([parts, np.full(len(more), Part.LEAF)])
    return Garment(vertices, quads, parts, rows, lengths, first_row=2)


def _lengths(azimuth: Float[np.ndarray, " A"], look: ClothLook) -> Float[np.ndarray, "A S"]:
    """Return places along every outline, from the neckline to the cut."""
    fine = np.tile(np.linspace(0, 22, 221), (len(azimuth), 1))
    drop = -_outline(azimuth, fine, look)[..., 1]
    cut = CUT_MIDDLE - (CUT_MIDDLE - CUT_ARMS) * np.sin(azimuth) ** 2 + (ROLL_HEIGHT if look.kind == "roll" else 0.0)
    ends = np.array(
        [np.interp(depth, np.maximum.accumulate(row), fine[0]) for depth, row in zip(cut, drop, strict=True)]
    )
    begin = look.band * 1.03
    below = begin + np.linspace(0, 1, BODY_ROWS)[None] ** 1.1 * (ends[:, None] - begin)
    return np.concatenate([np.tile(BAND_STEPS * look.band, (len(azimuth), 1)), below], 1)


def _outline(
    azimuth: Float[np.ndarray, " A"], lengths: Float[np.ndarray, "A S"], look: ClothLook
) -> Float[np.ndarray, "A S 2"]:
    """Return distance from the neck and height at lengths along the outline of each azimuth."""
    side = (np.sin(azimuth) ** 2)[:, None, None]  # smooth where front and back begin: a cusp would look like a seam
    front = (np.cos(azimuth) > 0)[:, None, None]
    along = [_along(points, lengths, look) for points in (SIDE * [look.shoulder_width, 1], FRONT, BACK)]
    return np.where(front, along[1], along[2]) * (1 - side) + along[0] * side


def _along(points: Float[np.ndarray, "K 2"], lengths: Float[np.ndarray, "A S"], look: ClothLook) -> np.ndarray:
    if look.kind == "roll":  # first up the neck
        stands = np.array([(0.0, 0.0), (0.3 * ROLL_LEAN, -0.45 * ROLL_HEIGHT)])
        points = np.concatenate([stands, points + np.array([ROLL_LEAN, -ROLL_HEIGHT])])
    curve = spline(points, 12)
    passed = np.r_[0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    return np.stack([np.interp(lengths, passed, curve[:, k]) for k in (0, 1)], -1)


def _band_lift(lengths: Float[np.ndarray, "A S"], look: ClothLook) -> Float[np.ndarray, "A S"]:
    """Return how far the band at the neck stands over the cloth below it, its edges rounded."""
    across = np.clip(lengths / look.band, 0, 1)
    rounding = np.sqrt(np.clip(1 - np.abs((across - 0.5) / 0.5) ** 6, 0, 1))
    return np.where(lengths <= look.band * 1.001, 0.05 + look.band_lift * rounding, 0.0)


def _hem(body: Float[np.ndarray, "A S 3"], outward: Float[np.ndarray, "A 3"], axis_z: float) -> np.ndarray:
    """Return the rows below the cloth: rolled inwards, then across the underside."""
    last = body[:, -1]
    rolled = last[:, None] - outward[:, None] * HEM[None, :, :1] - [0, 1, 0] * HEM[None, :, 1:]
    middle = np.array([0, rolled[:, -1, 1].mean() + UNDERSIDE_RISE, axis_z])
    shares = np.array(UNDERSIDE)[None, :, None]
    below = rolled[:, -1:] + (middle - rolled[:, -1:]) * shares
    return np.concatenate([rolled, below], 1)


def _skin(anatomy: Anatomy) -> PushOut:
    outer = anatomy.outer_vertices()
    outer = outer[anatomy.vertices[outer, 1] < anatomy.landmarks[8, 1] - 1.0]
    return PushOut(anatomy.vertices[outer], anatomy.normals[outer])


def _outside(
    skin: PushOut, grid: Float[np.ndarray, "A S 3"], lengths: Float[np.ndarray, "A S"], clearance: float
) -> Float[np.ndarray, "A S 3"]:
    """Return the grid pushed out of the skin near the neck, and smoothed where that bent it."""
    least = clearance - 6 * smooth_step(*NEAR_SKIN, lengths)  # farther down no skin is drawn that could come through
    least -= 6 * smooth_step(skin.lowest + SKIN_END, skin.lowest, grid[..., 1])  # nor below the end of the mesh
    for _ in range(3):
        grid = skin.push(grid.reshape(-1, 3), least.ravel())[0].reshape(grid.shape)
        around = (np.roll(grid, 1, 0) + np.roll(grid, -1, 0)) / 2
        grid = 0.5 * grid + 0.5 * around
        body = slice(len(BAND_STEPS), -1)  # rows of even distance: below the band
        grid[:, body] = 0.5 * grid[:, body] + 0.25 * (grid[:, body.start - 1 : -2] + grid[:, body.start + 1 :])
    return skin.push(grid.reshape(-1, 3), least.ravel() - SMOOTHED_OFF)[0].reshape(grid.shape)


def _normals(grid: Float[np.ndarray, "A S 3"], outward: Float[np.ndarray, "A 3"]) -> Float[np.ndarray, "A S 3"]:
    up = np.cross(np.gradient(grid, axis=1), np.roll(grid, -1, 0) - np.roll(grid, 1, 0))
    up /= np.maximum(np.linalg.norm(up, axis=2, keepdims=True), 1e-9)
    return up * np.sign((up * (outward[:, None] + [0, 0.5, 0])).sum(2, keepdims=True))


def _grid_quads(rows: int) -> Int[np.ndarray, "K 4"]:
    first = np.arange(COLUMNS)[:, None] * rows + np.arange(rows - 1)[None]
    beside = (np.arange(COLUMNS)[:, None] + 1) % COLUMNS * rows + np.arange(rows - 1)[None]
    return np.stack([first, first + 1, beside + 1, beside], 2).reshape(-1, 4)
