"""Topology of the skin: a grid of azimuth and level with rings of quads around eyes and mouth.

Only the left half is laid out; `half_mesh.Reflection` completes it. Everything here lives in template coordinates,
(azimuth in radians, level) as in `loft`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.anatomy import LIP_CONTACT, LOWER_BORDER, LOWER_LID, UPPER_BORDER, UPPER_LID
from rsatalker.heads.procedural.curves import arc_length_curve, smooth_step
from rsatalker.heads.procedural.half_mesh import HalfMesh, grid_quads, vertex_neighbours
from rsatalker.heads.procedural.loft import loft, template_of_front
from rsatalker.heads.regions import Region


def _steps(*stops: tuple[float, int]) -> Float[np.ndarray, " N"]:
    """Return values that run through the stops, each with the number of cells that lead to it."""
    values = [np.array([stops[0][0]])]
    for (start, _), (end, cells) in itertools.pairwise(stops):
        values.append(np.linspace(start, end, cells + 1)[1:])
    return np.concatenate(values)


# Columns in degrees of azimuth: nose and lips, inner eye, outer eye, temple, ear, back of the head.
COLUMNS_DEG = _steps((0, 0), (7.3, 6), (13.5, 5), (20.5, 3), (36, 5), (76, 7), (112, 7), (180, 9))
# Rows: levels of bust and neck, then heights y on the face (chin, mouth, nose, eyes, forehead), then levels again.
NECK_LEVELS = _steps((0, 0), (2, 5), (5, 10), (9.4, 11))
FACE_HEIGHTS = _steps((-7.3, 0), (-5.25, 4), (-1.7, 8), (-1.35, 1), (-0.15, 5), (0.55, 4), (2.0, 5), (4.8, 8), (8.6, 6))
CROWN_LEVELS = _steps((17.2, 0), (19.4, 5))[1:]

MOUTH_COLUMNS, MOUTH_ROWS = 14, (4, 12)  # block from the midline; rows count from the chin
NOSTRIL_COLUMNS, NOSTRIL_ROWS = (1, 5), (13, 18)
EYE_COLUMNS, EYE_ROWS = (6, 19), (27, 35)
EAR_COLUMNS, EAR_ROWS = (26, 33), (9, 32)
EYE_RING_WEIGHTS = (0.84, 0.69, 0.55, 0.42, 0.30, 0.20, 0.12, 0.05, 0.0)  # block rim 1 -> lid margin 0
MOUTH_RING_WEIGHTS = (0.80, 0.62, 0.46, 0.31, 0.18, 0.08)  # block rim 1 -> border of the red 0
LIP_RINGS = 7  # from the border of the red to the contact line, both included

AddVertices = Callable[[Float[np.ndarray, "N 2"]], Int[np.ndarray, " N"]]


@dataclass(frozen=True)
class SkinTemplate:
    """The skin grid of the left half.

    Attributes:
        mesh: The half mesh; its positions are still empty (template coordinates follow here).
        coordinates: (azimuth, level) of every vertex so far.
        eye_rings: From the block's rim to the lid margin; each starts at the outer corner, runs over the upper lid to
            the inner corner and back along the lower lid.
        mouth_rings: From the block's rim over the border of the red (index `border_ring`) to the contact line; each an
            open strip from the lower midline over the corner to the upper midline.
        border_ring: Which mouth ring is the border of the red.
        nostril_rim: Loop around the hole for the nostril.
        ear_rim: Loop around the hole for the ear, starting at the middle of its back edge.
        top_row: Topmost row of the grid, front to back; the crown closes it.
        rows: Levels of the grid's rows.
    """

    mesh: HalfMesh
    coordinates: Float[np.ndarray, "N 2"]
    eye_rings: list[Int[np.ndarray, " R"]]
    mouth_rings: list[Int[np.ndarray, " R"]]
    border_ring: int
    nostril_rim: Int[np.ndarray, " R"]
    ear_rim: Int[np.ndarray, " R"]
    top_row: Int[np.ndarray, " C"]
    rows: Float[np.ndarray, " L"]


def lid_margin_xy(cells: int) -> Float[np.ndarray, "2*cells 2"]:
    """Return the frontal outline of the open eye as a loop: upper lid from the outer corner, lower lid back."""
    along = np.linspace(0, 1, cells + 1)
    upper, lower = arc_length_curve(UPPER_LID, along), arc_length_curve(LOWER_LID, along)
    return np.concatenate([upper[:-1], lower[::-1][:-1]])


def lip_strip(lower: Float[np.ndarray, "K D"], upper: Float[np.ndarray, "K D"], cells: int) -> Float[np.ndarray, "M D"]:
    """Return a strip over the mouth: `cells` from the lower midline to the corner, as many to the upper midline."""
    along = np.linspace(0, 1, cells + 1)
    along = 0.6 * along + 0.4 * (1 - (1 - along) ** 1.35)  # denser towards the corner
    return np.concatenate([arc_length_curve(lower, along), arc_length_curve(upper, along)[::-1][1:]])


def lay_out_skin() -> SkinTemplate:
    """Return the template of the left half."""
    mesh = HalfMesh()
    face_levels = template_of_front(np.column_stack([np.zeros(len(FACE_HEIGHTS)), FACE_HEIGHTS]))[:, 1]
    rows = np.concatenate([NECK_LEVELS, face_levels, CROWN_LEVELS])
    azimuths = np.radians(COLUMNS_DEG)
    chin = len(NECK_LEVELS)
    blocks = [
        (chin + MOUTH_ROWS[0], chin + MOUTH_ROWS[1], -1, MOUTH_COLUMNS),
        *((chin + r[0], chin + r[1], *c) for r, c in
          ((NOSTRIL_ROWS, NOSTRIL_COLUMNS), (EYE_ROWS, EYE_COLUMNS), (EAR_ROWS, EAR_COLUMNS))),
    ]  # fmt: skip
    row, column = np.meshgrid(np.arange(len(rows)), np.arange(len(azimuths)), indexing="ij")
    hole_vertex = np.zeros(row.shape, bool)
    hole_cell = np.zeros((len(rows) - 1, len(azimuths) - 1), bool)
    for low, high, left, right in blocks:
        hole_vertex |= (low < row) & (row < high) & (left < column) & (column < right)
        hole_cell |= ((low <= row) & (row < high) & (left <= column) & (column < right))[:-1, :-1]
    grid = np.full(row.shape, -1)
    grid[~hole_vertex] = np.arange((~hole_vertex).sum())
    coordinates = [np.column_stack([azimuths[column[~hole_vertex]], rows[row[~hole_vertex]]])]
    mesh.add_quads(grid_quads(grid)[~hole_cell.ravel()], Region.FACE)
    mesh.count = len(coordinates[0])

    def add(template: Float[np.ndarray, "N 2"]) -> Int[np.ndarray, " N"]:
        coordinates.append(template)
        mesh.count += len(template)
        return np.arange(mesh.count - len(template), mesh.count)

    mouth = _mouth_rings(mesh, coordinates[0], _open_rim(grid, *blocks[0]), add)
    eye = _eye_rings(mesh, coordinates[0], _closed_rim(grid, *blocks[2]), add)
    all_coordinates = _relax(np.concatenate(coordinates), mesh, mouth, eye)
    return SkinTemplate(mesh, all_coordinates, eye, mouth, len(MOUTH_RING_WEIGHTS) + 1, _closed_rim(grid, *blocks[1]),
                        _closed_rim(grid, *blocks[3]), grid[-1], rows)  # fmt: skip


def _closed_rim(grid: Int[np.ndarray, "L C"], low: int, high: int, left: int, right: int) -> Int[np.ndarray, " R"]:
    """Return the loop around a block, counter-clockwise from the middle of its right edge."""
    middle = (low + high) // 2
    return np.concatenate([grid[middle:high, right], grid[high, right:left:-1], grid[high:low:-1, left],
                           grid[low, left:right], grid[low:middle, right]])  # fmt: skip


def _open_rim(grid: Int[np.ndarray, "L C"], low: int, high: int, left: int, right: int) -> Int[np.ndarray, " R"]:
    """Return the strip around a block at the midline, from below to above."""
    return np.concatenate([grid[low, :right], grid[low:high, right], grid[high, right::-1]])


def _mouth_rings(
    mesh: HalfMesh, grid_coordinates: Float[np.ndarray, "G 2"], rim: Int[np.ndarray, " R"], add: AddVertices
) -> list[Int[np.ndarray, " R"]]:
    cells = len(rim) // 2
    border = template_of_front(lip_strip(LOWER_BORDER, UPPER_BORDER, cells)[:, :2])
    contact = template_of_front(lip_strip(LIP_CONTACT, LIP_CONTACT, cells)[:, :2])
    outside = grid_coordinates[rim]
    rings = [rim, *(add(border + (outside - border) * weight) for weight in MOUTH_RING_WEIGHTS)]
    rings += [add(border + (contact - border) * weight) for weight in np.linspace(0, 1, LIP_RINGS)]
    for outer, inner in itertools.pairwise(rings):
        mesh.add_band(outer, inner, Region.FACE, closed=False)
    return rings


def _eye_rings(
    mesh: HalfMesh, grid_coordinates: Float[np.ndarray, "G 2"], rim: Int[np.ndarray, " R"], add: AddVertices
) -> list[Int[np.ndarray, " R"]]:
    margin = lid_margin_xy(len(rim) // 2)
    outwards = loft(grid_coordinates[rim])[:, :2] - margin
    along = np.roll(margin, -1, axis=0) - np.roll(margin, 1, axis=0)
    normal = np.column_stack([along[:, 1], -along[:, 0]])
    normal *= np.linalg.norm(outwards, axis=1, keepdims=True) / np.linalg.norm(normal, axis=1, keepdims=True)
    rings = [rim]
    for weight in EYE_RING_WEIGHTS:  # rings leave the margin squarely, or they would fold at the corners
        rings.append(add(template_of_front(margin + weight * (outwards + 0.5 * (1 - weight) * (normal - outwards)))))
    for outer, inner in itertools.pairwise(rings):
        mesh.add_band(outer, inner, Region.FACE, closed=True)
    return rings


def _relax(
    coordinates: Float[np.ndarray, "N 2"],
    mesh: HalfMesh,
    mouth: list[Int[np.ndarray, " R"]],
    eye: list[Int[np.ndarray, " R"]],
) -> Float[np.ndarray, "N 2"]:
    """Even out the grid around the patches: corners of a block become round."""
    average = vertex_neighbours(np.concatenate(mesh.quads), len(coordinates))
    weight = np.zeros(len(coordinates))
    scale = np.array([9.0, 1.6])  # azimuth and level in about centimetres on the face
    for rings in (mouth, eye):
        center = coordinates[rings[0]].mean(axis=0)
        if rings is mouth:
            center[0] = 0.0
        distance = np.linalg.norm((coordinates - center) * scale, axis=1)
        reach = distance[rings[0]].max()
        weight = np.maximum(weight, 0.6 * (1 - smooth_step(distance, reach, 1.4 * reach)))
    for rings, count in ((mouth, 4), (eye, 2)):
        for index, ring in enumerate(rings[1:]):
            weight[ring] = 0.5 * max(0.0, 1 - index / count)
    beside = (coordinates[:, 0] > 0.0).astype(float)  # seen from the midline, these count twice: left and right
    for _ in range(12):
        around = np.asarray(average @ coordinates)
        sideways = np.asarray(average @ (beside[:, None] * coordinates))
        on_midline = (around + sideways) / (1 + np.asarray(average @ beside))[:, None]
        neighbours = np.where(beside[:, None] > 0, around, on_midline)
        moved = coordinates + weight[:, None] * (neighbours - coordinates)
        moved[beside == 0, 0] = 0.0  # the midline stays on the midline
        coordinates = moved
    return coordinates
