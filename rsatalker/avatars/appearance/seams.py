"""Seams, stitches and buttons: small flat marks along lines on the cloth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import Anatomy
from rsatalker.avatars.appearance.garment import BAND_STEPS, COLUMNS, Garment
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.binding import Cloud, frame_of_quad

ARMHOLE = 12.4  # centimetres from the middle at which sleeves are set in
PLACKET = 1.35  # half its width
STITCH_WIDTH = 0.030  # half width of a mark along a seam, centimetres
LIFT, BUTTON_LIFT = 0.10, 0.24  # centimetres that marks lie over the cloth: less, and what is nearer below covers them
BUTTON, BUTTON_STEP, FIRST_BUTTON = 0.52, 4.2, 2.6  # radius; from one to the next; below the band
RINGS = ((0.0, 1), (0.45, 6), (0.85, 11))  # a button's Gaussians: part of its radius, how many


def add_seams(
    cloud: Cloud, anatomy: Anatomy, garment: Garment, look: ClothLook, first_quad: int, random: np.random.Generator
) -> None:
    """Add what is sewn on the grid around the neck; `first_quad` is its first one in the anatomy."""
    dark = np.array(look.color) * 0.40
    armhole = ARMHOLE * look.shoulder_width
    for side in (1.0, -1.0):
        line = _where_aside(garment, side * armhole)
        _stitch(cloud, anatomy, garment, first_quad, line, dark, random)
    if look.buttons:
        for side in (1.0, -1.0):
            line = _where_aside(garment, side * PLACKET)
            _stitch(cloud, anatomy, garment, first_quad, line, dark, random)
        _buttons(cloud, anatomy, garment, look, first_quad)


def _where_aside(garment: Garment, x: float) -> Float[np.ndarray, "M 2"]:
    """Return (column, row) places in front, below the band, at a distance to the left of the middle."""
    first = garment.first_row
    rows = np.arange(first + len(BAND_STEPS) + 1, first + garment.lengths.shape[1] - 1)
    value = garment.grid[:, rows, 0] - x
    value[COLUMNS // 4 : -COLUMNS // 4] = np.nan  # at the back, cloth is drawn too coarsely for seams
    after = np.roll(value, -1, 0)
    column, row = np.nonzero(value * after < 0)
    share = value[column, row] / (value[column, row] - after[column, row])
    crossings = np.stack([column + share, rows[row].astype(float)], 1)
    down, row_end = value[:, :-1], value[:, 1:]
    column, row = np.nonzero(down * row_end < 0)
    share = down[column, row] / (down[column, row] - row_end[column, row])
    return np.concatenate([crossings, np.stack([column.astype(float), rows[row] + share], 1)])


def _stitch(
    cloud: Cloud,
    anatomy: Anatomy,
    garment: Garment,
    first_quad: int,
    line: Float[np.ndarray, "M 2"],
    color: Float[np.ndarray, "3"],
    random: np.random.Generator,
) -> None:
    """Add marks along a line, each from one crossing to the next."""
    if len(line) < 4:
        return
    point, normal, quad, u, v = _on_grid(anatomy, garment, first_quad, line)
    near = np.linalg.norm(point[:, None] - point[None], axis=2)
    near[near < 1e-6] = np.inf
    two = np.argsort(near, axis=1)[:, :2]
    along = point[two[:, 0]] - point[two[:, 1]]
    opposite = ((point[two[:, 0]] - point) * (point[two[:, 1]] - point)).sum(1) < 0
    along = np.where(opposite[:, None], along, 2 * (point[two[:, 0]] - point))
    half = np.linalg.norm(along, axis=1, keepdims=True) / 4
    along /= np.maximum(4 * half, 1e-6)
    across = np.cross(normal, along)
    factor = np.stack([along * (half + 0.08), across * STITCH_WIDTH, normal * 0.012], 2)
    cloud.add(
        center=point + LIFT * normal, factor=factor, frame=frame_of_quad(quad, u, v, len(anatomy.quads)), quad=quad,
        u=u, v=v, albedo=color * (1 + 0.1 * random.normal(size=(len(point), 1))), opacity=0.85, specular=0.03,
        roughness=0.7, antialiased=1,
    )  # fmt: skip


def _buttons(cloud: Cloud, anatomy: Anatomy, garment: Garment, look: ClothLook, first_quad: int) -> None:
    """Add buttons down the front."""
    lengths = garment.lengths[0]
    for length in np.arange(look.band + FIRST_BUTTON, lengths[-1] - 0.8, BUTTON_STEP):
        row = garment.first_row + float(np.interp(length, lengths, np.arange(len(lengths))))
        point, normal, quad, u, v = _on_grid(anatomy, garment, first_quad, np.array([[0.02, row]]))
        side = np.cross([0.0, 1.0, 0.0], normal[0])
        side /= np.linalg.norm(side)
        rise = np.cross(normal[0], side)
        for share, count in RINGS:
            turn = np.arange(count) / count * 2 * np.pi
            at = (
                point
                + BUTTON_LIFT * normal
                + BUTTON * share * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * rise)
            )
            size = BUTTON * np.array([0.30, 0.30, 0.05])
            factor = np.tile(np.stack([side * size[0], rise * size[1], normal[0] * size[2]], 1), (count, 1, 1))
            bend = 0.5 * (share > 0.8) * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * rise)
            rim = 1.0 if share > 0.8 else 0.75
            cloud.add(
                center=at, factor=factor, frame=np.repeat(frame_of_quad(quad, u, v, len(anatomy.quads)), count),
                quad=np.repeat(quad, count), u=np.repeat(u, count), v=np.repeat(v, count),
                albedo=np.array(look.button_color) * rim, opacity=0.90, specular=0.6, roughness=0.35, bend=bend,
                antialiased=1,
            )  # fmt: skip


def _on_grid(
    anatomy: Anatomy, garment: Garment, first_quad: int, line: Float[np.ndarray, "M 2"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return points, normals and quads with places in them, of (column, row) places on the grid."""
    column = np.floor(line[:, 0]).astype(int) % COLUMNS
    row = np.minimum(np.floor(line[:, 1]).astype(int), garment.rows - 2)
    v, u = line[:, 0] - np.floor(line[:, 0]), line[:, 1] - row
    quad = first_quad + column * (garment.rows - 1) + row
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)
    point = np.einsum("nw,nwi->ni", weights, anatomy.vertices[anatomy.quads[quad]])
    normal = np.einsum("nw,nwi->ni", weights, anatomy.normals[anatomy.quads[quad]])
    return point, normal / np.linalg.norm(normal, axis=1, keepdims=True), quad, u, v
