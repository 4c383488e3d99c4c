"""The upper part of a garment: shoulders, chest and a collar, lofted around the neck."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.avatars.appearance.anatomy import CLOTH, Anatomy
from rsatalker.avatars.appearance.curves import spline
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.noise import cloud_noise, smooth_step, value_noise
from rsatalker.avatars.appearance.strands import strand_gaussians
from rsatalker.avatars.appearance.surfels import tile
from rsatalker.avatars.binding import Cloud, frame_of_quad

COLUMNS = 80  # around the neck
ROWS = 26  # from the collar to the hem
CLEARANCE = 0.30  # centimetres between neck and neckline
SPACING = 0.52  # centimetres between surfels
# Outlines from the neckline outwards: (distance from the neck's axis, height below the neckline at the sides).
# Sculpted by eye on a shoulder width (bideltoid, cut at the arms) of 34 cm.
SIDE = np.array(
    [(0, 0), (1.0, -0.25), (3.4, -1.5), (6.4, -2.9), (9.2, -4.5), (10.9, -7.0), (11.4, -10.5), (11.0, -13.0)]
)
FRONT = np.array([(0, 0), (0.5, -0.6), (2.0, -2.4), (3.4, -4.6), (4.4, -7.0), (4.8, -9.5), (4.6, -11.5), (3.9, -13.0)])
BACK = np.array([(0, 0), (0.5, -0.5), (1.9, -1.6), (3.4, -3.4), (4.3, -5.8), (4.6, -8.5), (4.4, -11.0), (3.8, -13.0)])


def neck_radius(
    anatomy: Anatomy, height: float, azimuth: Float[np.ndarray, " A"]
) -> tuple[Float[np.ndarray, " A"], float]:
    """Return the neck's radius around its axis at a height (face space), and the axis' z."""
    skin = anatomy.vertices[anatomy.outer_vertices()]
    ring = skin[np.abs(skin[:, 1] - height) < 1.5]
    ring = ring[np.hypot(ring[:, 0], ring[:, 2] - np.median(ring[:, 2])) < 9.5]
    if len(ring) < 12:  # the mesh ends above: take its lowest ring
        ring = skin[skin[:, 1] < np.sort(skin[:, 1])[60]]
    axis_z = float((ring[:, 2].min() + ring[:, 2].max()) / 2)
    angle = np.arctan2(ring[:, 0], ring[:, 2] - axis_z)
    distance = np.hypot(ring[:, 0], ring[:, 2] - axis_z)
    closeness = np.exp(20.0 * (np.cos(azimuth[:, None] - angle[None]) - 1))
    return (closeness * distance).sum(1) / np.maximum(closeness.sum(1), 1e-9), axis_z


def garment_mesh(anatomy: Anatomy, look: ClothLook) -> tuple[Float[np.ndarray, "G 3"], Int[np.ndarray, "K 4"]]:
    """Return vertices (face space) and quads of the cloth, from below the neckline's edge outwards and down."""
    azimuth = np.arange(COLUMNS) / COLUMNS * 2 * np.pi
    level = anatomy.from_style(np.array([0, look.collar_height, 0.0]))[1]
    radius, axis_z = neck_radius(anatomy, level, azimuth)
    edge_y = level + _neckline(azimuth, look)
    side = np.abs(np.sin(azimuth)) ** 1.3
    front = (np.cos(azimuth) > 0)[:, None, None]
    along = np.linspace(0, 1, ROWS)
    outlines = [np.stack([np.interp(along, np.linspace(0, 1, len(line)), line[:, k]) for k in (0, 1)], 1)
                for line in (spline(SIDE, 10), spline(FRONT, 10), spline(BACK, 10))]  # fmt: skip
    flat = np.where(front, outlines[1], outlines[2])
    outline = flat * (1 - side[:, None, None]) + outlines[0] * [look.shoulder_width, 1] * side[:, None, None]
    reach = (radius + CLEARANCE)[:, None] + outline[..., 0]
    drop = along[None] ** 0.6  # the dip of the neckline fades out towards the hem
    height = edge_y[:, None] * (1 - drop) + level * drop + outline[..., 1]
    ring_x, ring_z = np.sin(azimuth)[:, None] * reach, np.cos(azimuth)[:, None] * reach + axis_z
    body = np.stack([ring_x, height, ring_z - 0.10 * (level - height) * 0.35], 2)
    inner = body[:, :1] + [0, -1.2, 0] - np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)[:, None] * 0.55
    grid = np.concatenate([inner, body], 1)
    rows = ROWS + 1
    first = np.arange(COLUMNS)[:, None] * rows + np.arange(rows - 1)[None]
    beside = (np.arange(COLUMNS)[:, None] + 1) % COLUMNS * rows + np.arange(rows - 1)[None]
    quads = np.stack([first, first + 1, beside + 1, beside], 2).reshape(-1, 4)
    return grid.reshape(-1, 3), quads


def _neckline(azimuth: Float[np.ndarray, " A"], look: ClothLook) -> Float[np.ndarray, " A"]:
    """Return the height of the neckline over its height at the sides."""
    dip = look.neckline_depth
    bowl = -dip * np.maximum(0, np.cos(azimuth)) ** 1.5 + 0.5 * np.maximum(0, -np.cos(azimuth))
    if look.kind == "shirt":  # an open collar: a narrow V
        away = np.minimum(azimuth, 2 * np.pi - azimuth)
        bowl = bowl - 3.2 * smooth_step(0.42, 0.0, away)
    return bowl


def add_garment(cloud: Cloud, anatomy: Anatomy, look: ClothLook, detail: float, random: np.random.Generator) -> None:
    """Add cloth and collar to a head whose anatomy wears the garment's mesh."""
    chosen = np.flatnonzero(anatomy.quad_region == CLOTH)
    spacing = np.full(len(chosen), SPACING / detail)
    cells = tile(anatomy.vertices, anatomy.normals, anatomy.quads, chosen, spacing, random)
    color = np.array(look.color)
    p = cells.position
    weave = 1 + 0.16 * cloud_noise(p, 1.0, 3, 6) + 0.05 * random.normal(size=len(p))
    folds = _folds(p)
    cloud.add(
        center=p,
        factor=cells.factor * 1.08,
        frame=frame_of_quad(cells.quad, cells.u, cells.v, len(anatomy.quads)),
        quad=cells.quad, u=cells.u, v=cells.v,
        albedo=np.clip(color * weave[:, None], 0.002, 0.9),
        opacity=0.995, specular=0.12, roughness=0.62, sheen=0.30, bend=folds,
    )  # fmt: skip
    _add_rib(cloud, anatomy, look, random)


def _folds(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Return what soft folds add to the normals: they run from the neck to the arms."""
    across = np.stack([points[:, 0] * 0.25, points[:, 1] * 0.7, points[:, 2] * 0.5], 1)
    step = np.array([0, 0.12, 0])
    slope = value_noise(across + step, 0.45, 3) - value_noise(across - step, 0.45, 3)
    return np.stack([0 * slope, -1.1 * slope, 0.5 * slope], 1)


def _add_rib(cloud: Cloud, anatomy: Anatomy, look: ClothLook, random: np.random.Generator) -> None:
    """Add the knitted band, or the hem, that ends the cloth at the neck."""
    rows = ROWS + 1
    start = len(anatomy.vertices) - COLUMNS * rows
    edge = anatomy.vertices[start:].reshape(COLUMNS, rows, 3)
    normal = anatomy.normals[start:].reshape(COLUMNS, rows, 3)
    first_quad = int(np.flatnonzero(anatomy.quad_region == CLOTH)[0])
    strips = 9 if look.kind == "crew" else 4
    color = np.array(look.color)
    for strip in range(strips):
        place = (strip + 0.5) / strips
        width = 1.15 if look.kind == "crew" else 0.5
        row = 1 + place * width * 1.2
        low, part = int(row), row - int(row)
        path = edge[:, low] * (1 - part) + edge[:, low + 1] * part
        out = normal[:, low] + normal[:, 1]
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        swell = 0.10 + 0.22 * np.sin(np.pi * place)
        path = path + out * swell
        path = spline(path, 3, closed=True)
        path = np.concatenate([path, path[:1]])
        center, factor, along = strand_gaussians(path[None], np.full((1, len(path) - 1), 0.085))
        column = np.arange(len(center)) // 3
        quad = first_quad + column * (rows - 1) + low
        ribs = 0.82 + 0.26 * (np.arange(len(center)) % 2) if look.kind == "crew" else np.ones(len(center))
        shade = 0.78 + 0.36 * np.sin(np.pi * place)
        cloud.add(
            center=center, factor=factor, direction=along, frame=quad, quad=quad, u=0.5, v=0.5,
            albedo=color * (ribs * shade)[:, None] * (1 + 0.05 * random.normal(size=(len(center), 1))),
            opacity=0.96, specular=0.1, roughness=0.6, sheen=0.3, occlusion=0.95,
        )  # fmt: skip
