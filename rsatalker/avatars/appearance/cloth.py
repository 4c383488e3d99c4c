"""Cloth: the surfels of a garment, and the seams and buttons on it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.anatomy import CLOTH, Anatomy
from rsatalker.avatars.appearance.collar import LEAF_ROWS
from rsatalker.avatars.appearance.garment import COLUMNS, Garment, Part, neck_ring
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.seams import add_seams
from rsatalker.avatars.appearance.surfels import tile
from rsatalker.avatars.appearance.weave import WOVEN, band_threads, threads
from rsatalker.avatars.binding import Cloud, frame_of_quad

SPACING, UNDERSIDE_SPACING = 0.62, 1.4  # centimetres between surfels down the cloth
# Surfels side by side in a column of quads: patterns follow them (see `weave`).
ACROSS = {Part.BAND: 3, Part.BODY: 2, Part.HEM: 2, Part.UNDERSIDE: 1, Part.LEAF: 2}
SEEN_SELDOM_DEG = 100.0  # azimuth from which the back begins, where one surfel a column does
WIDER = np.array([1.0, 2.0, 1.0])  # where only every second column has surfels
STANDS_OUT = 0.045  # centimetres by which the rim of a flat surfel may stand out from a round silhouette
RIM = 1.5  # cells from its middle to there, where one still sees it
NARROWER = 0.96  # than a surfel of skin: edges are crisper
LEAF_STEP = 0.7  # centimetres of cloth that a row of a collar's quads counts as
INSIDE_DARK = 0.30  # albedo of the underside, which no light is baked for


def add_garment(
    cloud: Cloud,
    anatomy: Anatomy,
    garment: Garment,
    look: ClothLook,
    torso: int,
    detail: float,
    random: np.random.Generator,
) -> None:
    """Add the cloth to a head whose anatomy wears the garment's mesh; `torso` is the helper frame that carries it."""
    first_quad = int(np.flatnonzero(anatomy.quad_region == CLOTH)[0])
    _, _, axis_z = neck_ring(anatomy, look)
    tiled = _tiled(garment)
    spacing = _spacing(anatomy, garment, look, first_quad, axis_z)
    spacing[garment.part != Part.UNDERSIDE] /= detail  # larger ones there would stick out over the hem
    cells = tile(anatomy.vertices, anatomy.normals, anatomy.quads, first_quad + tiled, spacing[tiled], random)
    part = garment.part[cells.quad - first_quad]
    p = cells.position
    azimuth = np.arctan2(p[:, 0], p[:, 2] - axis_z)
    length = _length_at(garment, cells.quad - first_quad, cells.u)
    color, slope = threads(p, azimuth, length, look, random)
    banded = part == Part.BAND
    color[banded], slope[banded] = band_threads(azimuth[banded], look, random)
    color *= np.where(part == Part.UNDERSIDE, INSIDE_DARK, np.where(part == Part.HEM, 0.85, 1.0))[:, None]
    slope *= np.isin(part, (Part.BAND, Part.BODY))
    around = np.stack([np.cos(azimuth), 0 * azimuth, -np.sin(azimuth)], 1)
    cloud.add(
        center=p,
        factor=cells.factor * (NARROWER * np.where(_sparse(garment)[cells.quad - first_quad, None, None], WIDER, 1.0)),
        frame=np.where(  # the triangles of the underside meet in a point, and are no frames to measure in
            part == Part.UNDERSIDE, torso, frame_of_quad(cells.quad, cells.u, cells.v, len(anatomy.quads))
        ),
        quad=cells.quad, u=cells.u, v=cells.v, albedo=color, opacity=0.995, specular=look.shine, roughness=0.62,
        sheen=0.30, bend=around * slope[:, None],
    )  # fmt: skip
    add_seams(cloud, anatomy, garment, look, first_quad, random)


def _tiled(garment: Garment) -> np.ndarray:
    """Return the quads that get surfels: not those deep inside the neckline, nor every second one below the bust."""
    column, row = np.divmod(np.arange(len(garment.quads)), garment.rows - 1)
    inside = (garment.part == Part.BAND) & (row == 0)
    return np.flatnonzero(~inside & ~(_sparse(garment) & (column % 2 == 1)))


def _sparse(garment: Garment) -> np.ndarray:
    """Return the quads of the underside, but for those at the hem: there wide surfels would stick out at the arms."""
    first = int(np.flatnonzero(garment.part == Part.UNDERSIDE)[0])
    return (garment.part == Part.UNDERSIDE) & (np.arange(len(garment.quads)) % (garment.rows - 1) > first)


def _spacing(
    anatomy: Anatomy, garment: Garment, look: ClothLook, first_quad: int, axis_z: float
) -> Float[np.ndarray, "K 2"]:
    """Return the distance between surfels down and across every quad, centimetres."""
    corners = anatomy.vertices[anatomy.quads[first_quad:]]
    across = np.linalg.norm(corners[:, [3, 2]] - corners[:, [0, 1]], axis=2).mean(1)
    middle = corners.mean(1)
    behind = np.abs(np.degrees(np.arctan2(middle[:, 0], middle[:, 2] - axis_z))) > SEEN_SELDOM_DEG
    count = np.array([ACROSS[kind] for kind in Part])[garment.part].astype(float)
    row = np.arange(len(corners)) % (garment.rows - 1)
    plain_band = (garment.part == Part.BAND) & ((row < garment.first_row) | (look.weave in WOVEN))
    count = np.where(behind & (garment.part != Part.LEAF) | plain_band, 1.0, count)
    down = np.where(garment.part == Part.UNDERSIDE, UNDERSIDE_SPACING, SPACING)
    along = np.linalg.norm(corners[:, [1, 2]] - corners[:, [0, 3]], axis=2).mean(1)
    normals = anatomy.normals[anatomy.quads[first_quad:]]
    finer = np.isin(garment.part, (Part.BODY, Part.HEM)) & ~behind
    spacing = np.stack([down, across / count], 1)
    for axis, (side, pair) in enumerate(((along, ((0, 1), (3, 2))), (across, ((0, 3), (1, 2))))):
        cosine = np.min([(normals[:, i] * normals[:, j]).sum(1) for i, j in pair], axis=0)
        radius = side / np.maximum(np.arccos(np.clip(cosine, -1, 1)), 1e-3)
        most = np.sqrt(2 * STANDS_OUT * radius) / RIM
        spacing[:, axis] = np.where(finer, np.minimum(spacing[:, axis], most), spacing[:, axis])
    return spacing


def _length_at(garment: Garment, quad: np.ndarray, u: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return the length below the neckline of places on the quads; that of a leaf counts from its fold."""
    rows = garment.rows - 1
    on_grid = quad < COLUMNS * rows
    column, row = np.minimum(quad // rows, COLUMNS - 1), quad % rows - garment.first_row
    last = garment.lengths.shape[1] - 1
    row = np.clip(row + u, 0, last)
    low = np.minimum(row.astype(int), last - 1)
    share = row - low
    on_body = garment.lengths[column, low] * (1 - share) + garment.lengths[column, low + 1] * share
    return np.where(on_grid, on_body, LEAF_STEP * ((quad - COLUMNS * rows) % LEAF_ROWS))
