"""Skin that turns inwards: crown (the one that turns outwards), nostrils, edges of the lids, inside of the mouth."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.anatomy import EYE_CENTER, EYE_RADIUS, LID_THICKNESS
from rsatalker.heads.procedural.half_mesh import HalfMesh, coons_patch, grid_quads, half_disc_grid
from rsatalker.heads.procedural.loft import TOP_LEVEL, loft
from rsatalker.heads.procedural.template import SkinTemplate
from rsatalker.heads.regions import Region

CROWN_COLUMNS = 10  # cells of the crown's front and back edge


def close_crown(mesh: HalfMesh, template: SkinTemplate) -> Int[np.ndarray, " N"]:
    """Close the top of the head by a grid without a pole; return its vertices."""
    strip = template.top_row
    grid = half_disc_grid(strip, CROWN_COLUMNS)
    span = TOP_LEVEL - template.rows[-1]
    azimuth = template.coordinates[strip, 0]
    rim = np.stack([np.sin(azimuth), np.cos(azimuth)], axis=1)  # unit disc seen from above: left, front
    columns, rows = CROWN_COLUMNS, len(grid) - 1
    middle = np.column_stack([np.zeros(rows + 1), np.linspace(1, -1, rows + 1)])
    disc = coons_patch(rim[: columns + 1], rim[::-1][: columns + 1], middle, rim[columns : columns + rows + 1])
    radius = np.linalg.norm(disc, axis=2)
    around = np.arctan2(disc[..., 0], disc[..., 1])
    points = loft(np.stack([around, TOP_LEVEL - span * radius], axis=2))
    points[:, 0, 0] = 0.0
    new = grid < 0
    grid[new] = mesh.add(points[new])
    mesh.add_quads(grid_quads(grid), Region.SCALP)
    return grid[new]


def add_nostril(mesh: HalfMesh, rim: Int[np.ndarray, " R"]) -> list[Int[np.ndarray, " R"]]:
    """Round the hole under the nose to an oval and lead it up into the dark; return the rings from the rim on."""
    points = np.concatenate(mesh.positions)[rim]
    center = np.array([0.80, -0.78, 11.88])
    across, along = np.array([0.90, 0.10, -0.30]), np.array([-0.30, 0.30, 0.90])
    angle = np.arctan2((points - center) @ along, (points - center) @ across)
    oval = center + 0.29 * np.cos(angle)[:, None] * across + 0.50 * np.sin(angle)[:, None] * along
    rings = [rim]
    for share, size, lift in (
        (0.35, 1.12, -0.03),
        (0.75, 1.06, -0.03),
        (1.0, 1.0, 0.02),
        (1.0, 0.98, 0.18),
        (1.0, 0.8, 0.6),
    ):
        ring = points + share * (center + size * (oval - center) - points) + np.array([0.0, lift, -0.35 * max(lift, 0)])
        rings.append(mesh.add(ring))
    for index, (outer, inner) in enumerate(itertools.pairwise(rings)):
        mesh.add_band(outer, inner, Region.FACE if index < 3 else Region.NOSTRIL, closed=True)
    rings.append(mesh.add_lid(rings[-1], 3, Region.NOSTRIL))
    return rings


def add_lid_edges(mesh: HalfMesh, margin: Int[np.ndarray, " R"]) -> list[Int[np.ndarray, " R"]]:
    """Give the lids their wet edge and lead them behind the eyeball; return the rings from the edge on."""
    points = np.concatenate(mesh.positions)[margin]
    middle = points.mean(axis=0)
    distance = np.linalg.norm(points - EYE_CENTER, axis=1, keepdims=True)
    rings = [margin]
    # share of the way to the middle of the opening, height over the ball at most, step back
    for inward, height, back in ((0.03, 0.085, 0.0), (0.05, 0.03, 0.02), (-0.06, 0.0, 0.2), (-0.2, -0.02, 0.8)):
        direction = points + (middle - points) * inward - EYE_CENTER
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        over_corner = np.maximum(
            distance - EYE_RADIUS - LID_THICKNESS, 0.0
        )  # the inner corner lies in front of the ball
        ring = EYE_CENTER + direction * (EYE_RADIUS + height + 0.8 * over_corner)
        ring[:, 2] -= back
        rings.append(mesh.add(ring))
    for outer, inner in itertools.pairwise(rings):
        mesh.add_band(outer, inner, Region.EYE_SOCKET, closed=True)
    return rings[1:]


def add_caruncle(mesh: HalfMesh) -> Int[np.ndarray, " N"]:
    """Add the small pink cushion that fills the inner corner between lids and eyeball; return its vertices."""
    center, size = np.array([1.98, 3.26, 8.90]), np.array([0.36, 0.17, 0.20])
    around = np.arange(12) / 12 * 2 * np.pi
    rings = []
    for height in (-0.3, 0.2, 0.65):
        wide = np.sqrt(1 - height**2)
        rings.append(
            mesh.add(
                center + size * np.column_stack([wide * np.cos(around), wide * np.sin(around), 0 * around + height])
            )
        )
    for outer, inner in itertools.pairwise(rings):
        mesh.add_band(outer, inner, Region.EYE_SOCKET, closed=True)
    middle = mesh.add_lid(rings[-1], 3, Region.EYE_SOCKET)
    mesh.positions[-1][:, 2] += 0.3 * size[2]
    return np.concatenate([*rings, middle])


# The bag of the mouth behind the contact line: way back, way up and down, width.
MOUTH_BAG = ((0.18, 0.03, 0.975), (0.42, 0.12, 0.94), (0.62, 0.36, 0.93), (0.75, 0.9, 0.98), (1.1, 1.55, 1.12),
             (2.2, 1.9, 1.38), (4.0, 1.95, 1.42), (5.6, 1.5, 1.25), (6.4, 0.8, 0.8))  # fmt: skip


def add_mouth_bag(mesh: HalfMesh, contact: Int[np.ndarray, " M"]) -> list[Int[np.ndarray, " M"]]:
    """Lead the lips' inner side around the teeth to the throat; return the strips from the contact line on."""
    points = np.concatenate(mesh.positions)[contact]
    cells = len(contact) // 2
    height = -np.cos(np.arange(len(contact)) / cells * np.pi / 2)  # -1 lower midline, 0 corner, 1 upper midline
    height = np.sign(height) * np.minimum(1.0, 2.2 * np.abs(height))
    strips = [contact]
    for back, up, width in MOUTH_BAG:
        strip = points * [width, 1.0, 1.0]
        strip[:, 1] += height * up
        strip[:, 2] -= back * (0.8 + 0.2 * np.abs(height))
        if back > 2.0:  # behind the teeth the bag is a tube of its own
            strip[:, 2] = 0.5 * (strip[:, 2] + 11.1 - back)
        strips.append(mesh.add(strip))
    for outer, inner in itertools.pairwise(strips):
        mesh.add_band(outer, inner, Region.MOUTH_BAG, closed=False)
    strips.append(_close_bag(mesh, strips[-1]))
    return strips[1:]


def _close_bag(mesh: HalfMesh, strip: Int[np.ndarray, " M"]) -> Int[np.ndarray, " N"]:
    columns = len(strip) // 4
    grid = half_disc_grid(strip, columns)
    points: Float[np.ndarray, "V 3"] = np.concatenate(mesh.positions)[strip]
    rows = len(grid) - 1
    middle = np.linspace(points[0], points[-1], rows + 1)
    patch = coons_patch(
        points[: columns + 1], points[::-1][: columns + 1], middle, points[columns : columns + rows + 1]
    )
    patch[:, 0, 0] = 0.0
    new = grid < 0
    grid[new] = mesh.add(patch[new])
    mesh.add_quads(grid_quads(grid), Region.MOUTH_BAG)
    return grid[new]
