"""Teeth, one by one along the dental arch, and the gums that hold them.

Crown widths and heights are our own choice within what adults have, from central incisor to second molar.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import CubicSpline

from rsatalker.heads.procedural.half_mesh import HalfMesh, grid_quads
from rsatalker.heads.regions import Region


@dataclass(frozen=True)
class Arch:
    """One jaw's row of teeth.

    Attributes:
        outline: Facial surface of the teeth seen from above, midline to the back, (x, z) in cm.
        edge_y: Height of the incisors' edges with closed jaws, cm.
        to_root: 1 if the roots point up.
        widths: Mesiodistal width of each crown, cm.
        heights: Visible height of each crown, cm.
        depths: Labiolingual depth at the gum, cm.
    """

    outline: Float[np.ndarray, "K 2"]
    edge_y: float
    to_root: int
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    depths: tuple[float, ...]

    def frame(self, along: float) -> tuple[Float[np.ndarray, "2"], Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
        """Return point, backward tangent and outward normal (x, z) at a length from the midline, cm."""
        lengths = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(self.outline, axis=0), axis=1))]
        curve = CubicSpline(lengths, self.outline, bc_type=((1, [1.0, 0.0]), "not-a-knot"))  # type: ignore[arg-type]
        tangent = curve(along, 1)
        tangent = tangent / np.linalg.norm(tangent)
        return curve(along), tangent, np.array([-tangent[1], tangent[0]])


UPPER = Arch(
    np.array([(0, 10.30), (0.85, 10.18), (1.55, 9.80), (2.10, 9.20), (2.42, 8.55), (2.66, 7.85), (2.88, 6.9),
              (3.0, 5.6)]),
    -3.66, 1, (0.85, 0.65, 0.75, 0.70, 0.68, 1.0, 0.92), (1.04, 0.92, 1.0, 0.82, 0.78, 0.72, 0.68),
    (0.66, 0.58, 0.74, 0.84, 0.86, 1.02, 1.0),
)  # fmt: skip
LOWER = Arch(
    np.array([(0, 10.0), (0.6, 9.93), (1.2, 9.62), (1.75, 9.10), (2.12, 8.45), (2.40, 7.75), (2.66, 6.8), (2.85, 5.6)]),
    -3.48, -1, (0.52, 0.57, 0.68, 0.70, 0.70, 1.05, 1.0), (0.86, 0.88, 0.98, 0.82, 0.76, 0.70, 0.66),
    (0.56, 0.58, 0.72, 0.74, 0.80, 0.98, 0.96),
)  # fmt: skip
AROUND = 16
GAP = 0.006  # cm between neighbours
ROUNDED = 0.05  # cm that the corners of a cutting edge lie short of its middle
# How much shorter than the central incisor each tooth is, cm, by `Arch.to_root`; in front the lateral is shortest.
EDGE_LIFTS = {1: (0.0, 0.07, 0.0, 0.05, 0.06, 0.06, 0.06), -1: (0.0, 0.01, 0.0, 0.02, 0.03, 0.03, 0.03)}


def add_teeth(mesh: HalfMesh, arch: Arch) -> Int[np.ndarray, " N"]:
    """Add the left half of an arch of teeth; return its vertices."""
    first, along = mesh.count, 0.0
    for number, (width, height, depth) in enumerate(zip(arch.widths, arch.heights, arch.depths, strict=True)):
        _add_tooth(mesh, arch, number, along + width / 2, width - GAP, height, depth)
        along += width
    return np.arange(first, mesh.count)


def _add_tooth(
    mesh: HalfMesh, arch: Arch, number: int, along: float, width: float, height: float, depth: float
) -> None:
    point, tangent, normal = arch.frame(along)
    angle = np.arange(AROUND) / AROUND * 2 * np.pi
    square = 0.5 if number < 3 else 0.62  # superellipse: how box-like the crown is
    across = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** square
    outward = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** square
    cutting = (0.20, 0.20, 0.28, 0.62, 0.68, 0.86, 0.86)[number]  # depth at the edge, share of the depth at the gum
    edge_lift = EDGE_LIFTS[arch.to_root][number]
    rings = []
    for t in (0.0, 0.18, 0.42, 0.66, 0.86, 0.96, 1.0):  # gum to edge
        wide = np.interp(t, (0, 0.35, 0.7, 0.9, 1.0), (0.80, 0.94, 1.0, 0.97, 0.88))
        deep = np.interp(t, (0, 0.3, 1.0), (0.92, 1.0, cutting)) * (0.75 if t == 1.0 else 1.0)
        bulge = 0.03 * np.sin(np.pi * min(1.0, 0.2 + t * 0.9)) - 0.02
        corner = 0.10 * np.abs(across) if number == 2 else ROUNDED * across**4  # a canine is pointed
        tip = corner * (t > 0.8)
        inset = depth / 2 - (depth / 2) * (1 - deep) * 0.8  # the facial side stays, the inner side slopes
        x = across * width / 2 * wide
        d = outward * depth / 2 * deep - depth / 2 + (depth / 2 - inset) * 0.75 + bulge
        plan = point + x[:, None] * tangent + d[:, None] * normal
        y = arch.edge_y + arch.to_root * (height * (1 - t) + tip + edge_lift)
        rings.append(np.column_stack([plan[:, 0], np.broadcast_to(y, AROUND), plan[:, 1]]))
    turn = slice(None, None, arch.to_root)  # counter-clockwise seen from the cutting edge
    ids = [mesh.add(ring[turn]) for ring in rings]
    for outer, inner in itertools.pairwise(ids):
        mesh.add_band(outer, inner, Region.TEETH, closed=True)
    mesh.add_lid(ids[-1], AROUND // 4, Region.TEETH)


def add_gum(mesh: HalfMesh, arch: Arch) -> Int[np.ndarray, " N"]:
    """Add the left half of a gum: a ridge along the arch with a scalloped rim; return its vertices."""
    centers = np.cumsum(arch.widths) - np.array(arch.widths) / 2
    stations = np.linspace(0.0, sum(arch.widths) + 0.2, 34)
    # across the ridge, vestibule to palate: outward of the facial surface, height above the rim
    section = ((0.16, 0.95), (0.14, 0.6), (0.12, 0.3), (0.09, 0.1), (0.03, 0.0), (-0.15, 0.06),
              (-0.62, 0.02), (-0.78, 0.12),
               (-0.95, 0.45), (-1.15, 0.8))  # fmt: skip
    rows = []
    for along in stations:
        point, _, normal = arch.frame(float(along))
        tooth = int(np.abs(centers - along).argmin())
        off = (along - centers[tooth]) / arch.widths[tooth] * 2
        rim = float(np.interp(along, centers, arch.heights)) - 0.06 - 0.16 * min(1.0, off * off)
        plump = 0.05 * (1 - off * off)
        row = [
            (*(point + (out + plump * (out > 0)) * normal), arch.edge_y + arch.to_root * (rim + up))
            for out, up in section
        ]
        rows.append([(x, y, z) for x, z, y in row])
    points = np.array(rows)  # (stations, section, 3)
    points[0, :, 0] = 0.0
    grid = mesh.add(points.reshape(-1, 3)).reshape(points.shape[:2])
    mesh.add_quads(grid_quads(grid.T[:: -arch.to_root]), Region.GUM)  # rows upwards seen from the front
    return grid.ravel()
