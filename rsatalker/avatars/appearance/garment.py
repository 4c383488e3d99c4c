"""The upper part of a garment: shoulders, chest and a collar, lofted around the neck."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.avatars.appearance.anatomy import CLOTH, Anatomy, PushOut
from rsatalker.avatars.appearance.curves import spline
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.noise import cloud_noise, smooth_step, value_noise
from rsatalker.avatars.appearance.surfels import tile
from rsatalker.avatars.binding import Cloud, frame_of_quad

COLUMNS = 96  # around the neck
CLEARANCE = 0.28  # centimetres between skin and cloth
SPACING, BAND_SPACING = 0.74, 0.22  # centimetres between surfels
# Centimetres over the neckline at the sides between which the bust fades in, so that a card of it ends softly; towards
# the arms it fades the earlier, like a vignette, rather than along a straight cut.
FADE = (-11.9, -6.3)
FADE_AT_ARMS, ARMS = 3.8, 16.0  # centimetres higher at that distance from the middle
RIBS = 150  # of the knitted band, around the neck
BAND_LIFT = 0.20  # how far the band stands above the cloth
# Places along the outlines below, centimetres from the neckline: fine over the band's edges, coarse on the body.
BAND_STEPS = np.array([0.0, 0.06, 0.18, 0.38, 0.62, 0.84, 0.94, 1.0])
BODY_ROWS = 24
# Outlines from the neckline outwards: (distance from the neck's axis, height below the neckline at the sides).
# Sculpted by eye on a shoulder width (bideltoid, cut at the arms) of 34 cm.
SIDE = np.array(
    [
        (0, 0),
        (1.0, -0.25),
        (3.4, -1.5),
        (6.4, -2.9),
        (8.8, -4.4),
        (10.3, -6.4),
        (10.9, -8.8),
        (10.7, -10.9),
        (10.5, -13.0),
    ]
)
FRONT = np.array(
    [(0, 0), (0.5, -0.6), (2.0, -2.4), (3.3, -4.4), (4.1, -6.2), (4.4, -8.0), (4.4, -9.8), (4.2, -11.4), (3.9, -13.0)]
)
BACK = np.array(
    [(0, 0), (0.5, -0.5), (1.9, -1.6), (3.3, -3.3), (4.1, -5.3), (4.3, -7.4), (4.2, -9.6), (4.0, -11.3), (3.7, -13.0)]
)


def neck_ring(anatomy: Anatomy, look: ClothLook) -> tuple[Float[np.ndarray, " A"], Float[np.ndarray, " A"], float]:
    """Return azimuths, the neck's radius there at the neckline's height, and the z of its axis."""
    azimuth = np.arange(COLUMNS) / COLUMNS * 2 * np.pi
    skin = anatomy.vertices[anatomy.outer_vertices()]
    ring = skin[np.abs(skin[:, 1] - level_of(anatomy, look)) < 1.5]
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
    sharpness = 1.5 if look.kind == "crew" else 4.0
    return -look.neckline_depth * front**sharpness + 0.5 * np.maximum(0, -np.cos(azimuth))


def below_neckline(anatomy: Anatomy, look: ClothLook, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, " N"]:
    """Return how far points lie below the neckline, centimetres; what lies deep below is covered."""
    _, _, axis_z = neck_ring(anatomy, look)
    azimuth = np.arctan2(points[:, 0], points[:, 2] - axis_z)
    return level_of(anatomy, look) + neckline(azimuth, look) - points[:, 1]


def garment_mesh(anatomy: Anatomy, look: ClothLook) -> tuple[Float[np.ndarray, "G 3"], Int[np.ndarray, "K 4"]]:
    """Return vertices (face space) and quads of the cloth, from inside the neckline's edge outwards and down.

    A knitted band ends the cloth at the neck: its first rows stand `BAND_LIFT` above the body of the cloth.
    """
    azimuth, radius, axis_z = neck_ring(anatomy, look)
    outward = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)
    level = level_of(anatomy, look)
    side = (np.sin(azimuth) ** 2)[
        :, None, None
    ]  # smooth where front and back begin: a cusp there would look like a seam
    front = (np.cos(azimuth) > 0)[:, None, None]
    length = 17.2
    steps = np.concatenate([BAND_STEPS * look.band, look.band * 1.02 + np.linspace(0, 1, BODY_ROWS) ** 1.2 * length])
    outlines = [_outline(points, steps) for points in (SIDE * [look.shoulder_width, 1], FRONT, BACK)]
    outline = np.where(front, outlines[1], outlines[2]) * (1 - side) + outlines[0] * side
    dip = neckline(azimuth, look)[:, None] * (1 - np.minimum(1, steps / length)[None] ** 0.6)
    body = outward[:, None] * (radius[:, None] + outline[..., 0])[..., None]
    body += np.stack([0 * dip, level + dip + outline[..., 1], axis_z + 0 * dip], 2)
    body = _outside(anatomy, body)
    rounding = np.sqrt(np.clip(1 - ((BAND_STEPS - 0.5) / 0.5) ** 8, 0, 1))
    lift = np.concatenate([0.05 + BAND_LIFT * rounding, np.zeros(BODY_ROWS)])
    slope = np.gradient(body, axis=1)
    up = np.cross(slope, np.roll(body, -1, 0) - np.roll(body, 1, 0))
    up /= np.maximum(np.linalg.norm(up, axis=2, keepdims=True), 1e-9)
    up *= np.sign((up * (outward[:, None] + [0, 0.5, 0])).sum(2, keepdims=True))
    body = body + up * lift[None, :, None]
    inner = body[:, :1] - outward[:, None] * 0.16 - [0, 0.35, 0]
    deep = body[:, :1] - outward[:, None] * 0.45 - [0, 1.6, 0]
    grid = np.concatenate([deep, inner, body], 1)
    return grid.reshape(-1, 3), _grid_quads(grid.shape[1])


def _outline(points: Float[np.ndarray, "K 2"], steps: Float[np.ndarray, " S"]) -> Float[np.ndarray, "S 2"]:
    """Return the points of an outline at lengths along it."""
    curve = spline(points, 12)
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    lengths *= steps[-1] / lengths[-1]
    return np.stack([np.interp(steps, lengths, curve[:, k]) for k in (0, 1)], 1)


def _outside(anatomy: Anatomy, grid: Float[np.ndarray, "A S 3"]) -> Float[np.ndarray, "A S 3"]:
    """Return the grid pushed out of the body, and smoothed where that bent it."""
    outer = anatomy.outer_vertices()
    outer = outer[anatomy.vertices[outer, 1] < anatomy.landmarks[8, 1] - 1.0]
    body = PushOut(anatomy.vertices[outer], anatomy.normals[outer])
    for _ in range(3):
        flat = grid.reshape(-1, 3)
        grid = body.push(flat, np.full(len(flat), CLEARANCE))[0].reshape(grid.shape)
        around = (np.roll(grid, 1, 0) + np.roll(grid, -1, 0)) / 2
        grid = 0.5 * grid + 0.5 * around
    return grid


def _grid_quads(rows: int) -> Int[np.ndarray, "K 4"]:
    first = np.arange(COLUMNS)[:, None] * rows + np.arange(rows - 1)[None]
    beside = (np.arange(COLUMNS)[:, None] + 1) % COLUMNS * rows + np.arange(rows - 1)[None]
    return np.stack([first, first + 1, beside + 1, beside], 2).reshape(-1, 4)


def add_garment(cloud: Cloud, anatomy: Anatomy, look: ClothLook, detail: float, random: np.random.Generator) -> None:
    """Add the cloth to a head whose anatomy wears the garment's mesh."""
    chosen = np.flatnonzero(anatomy.quad_region == CLOTH)
    rows_of_band = 1 + len(BAND_STEPS)
    row = np.arange(len(chosen)) % (len(BAND_STEPS) + BODY_ROWS + 1)
    is_band = row <= rows_of_band
    spacing = np.where(is_band, BAND_SPACING, SPACING) / detail
    cells = tile(anatomy.vertices, anatomy.normals, anatomy.quads, chosen, spacing, random)
    height = cells.position[:, 1] - level_of(anatomy, look)
    beside = np.clip(np.abs(cells.position[:, 0]) / ARMS, 0, 1)
    shown = smooth_step(*FADE, height - FADE_AT_ARMS * beside**2) ** 1.5
    cells, shown = cells[shown > 0.01], shown[shown > 0.01]
    on_band = is_band[cells.quad - chosen[0]]
    p = cells.position
    weave = 1 + 0.06 * cloud_noise(p, 1.0, 3, 6) + 0.04 * random.normal(size=len(p))
    bend = _folds(p)
    shade = np.ones(len(p))
    _, _, axis_z = neck_ring(anatomy, look)
    azimuth = np.arctan2(p[:, 0], p[:, 2] - axis_z)
    rib = np.sin(azimuth * RIBS)
    around = np.stack([np.cos(azimuth), 0 * azimuth, -np.sin(azimuth)], 1)
    bend = np.where(on_band[:, None], around * 0.35 * np.cos(azimuth * RIBS)[:, None], bend)
    shade = np.where(on_band, 0.88 + 0.16 * rib, shade * weave)
    cloud.add(
        center=p,
        factor=cells.factor * 1.06,
        frame=frame_of_quad(cells.quad, cells.u, cells.v, len(anatomy.quads)),
        quad=cells.quad, u=cells.u, v=cells.v,
        albedo=np.clip(np.array(look.color) * shade[:, None], 0.002, 0.9),
        opacity=0.995 * shown, specular=0.12, roughness=0.62, sheen=0.30, bend=bend,
    )  # fmt: skip


def _folds(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Return what folds add to the normals: broad ones hang, fine ones run from neck to arms."""
    drape = np.stack([points[:, 0] * 0.62, points[:, 1] * 0.16, points[:, 2] * 0.62], 1)
    pull = np.stack([points[:, 0] * 0.25, points[:, 1] * 0.7, points[:, 2] * 0.5], 1)
    aside, down = np.array([0.12, 0, 0]), np.array([0, 0.12, 0])
    hanging = value_noise(drape + aside, 0.5, 8) - value_noise(drape - aside, 0.5, 8)
    hanging = hanging * smooth_step(-11.0, -16.0, points[:, 1])  # cloth lies flat on the shoulders
    drawn = value_noise(pull + down, 0.45, 3) - value_noise(pull - down, 0.45, 3)
    return np.stack([-0.7 * hanging, -1.0 * drawn, 0.45 * drawn], 1)
