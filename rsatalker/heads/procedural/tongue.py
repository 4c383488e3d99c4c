"""The tongue: a flattened tube from the throat to the tip, with the groove along its middle."""

import itertools

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.curves import arc_length_curve, smooth_step
from rsatalker.heads.procedural.half_mesh import HalfMesh, coons_patch, grid_quads, half_disc_grid
from rsatalker.heads.regions import Region

# Along the midline, throat to tip: y of the back, z, half width, height; centimetres.
PROFILE = np.array([
    (-6.0, 4.6, 1.9, 1.6), (-4.9, 5.3, 2.1, 1.6), (-4.15, 6.4, 2.15, 1.5), (-3.9, 7.4, 2.05, 1.3),
    (-3.95, 8.3, 1.85, 1.0),
    (-4.08, 9.0, 1.45, 0.72), (-4.2, 9.45, 0.95, 0.46), (-4.27, 9.62, 0.55, 0.30),
])  # fmt: skip
STATIONS, CELLS = 24, 16


def add_tongue(mesh: HalfMesh) -> tuple[Int[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Add the left half of the tongue; return its vertices and how near each is to the tip (0 to 1)."""
    first = mesh.count
    along = np.linspace(0, 1, STATIONS)
    profile = arc_length_curve(PROFILE, along)
    angle = np.linspace(-np.pi / 2, np.pi / 2, CELLS + 1)  # lower midline over the side to the upper midline
    strips, near_tip = [], []
    for (top, z, half_width, height), share in zip(profile, along, strict=True):
        x = half_width * np.cos(angle) ** 0.8
        x[[0, -1]] = 0.0
        y = top - height / 2 + height / 2 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.8
        groove = 0.10 * np.exp(-np.square(x / 0.35)) * (angle > 0) * smooth_step(np.array(1 - share), 0.0, 0.3)
        strips.append(mesh.add(np.column_stack([x, y - groove, np.full(CELLS + 1, z)])))
        near_tip.append(np.full(CELLS + 1, share))
    for outer, inner in itertools.pairwise(strips):
        mesh.add_band(outer, inner, Region.TONGUE, closed=False)
    grid = half_disc_grid(strips[-1], 4)
    points = mesh.positions[-1]
    middle = np.linspace(points[0], points[-1], len(grid))
    patch = coons_patch(points[:5], points[::-1][:5], middle, points[4 : 4 + len(grid)])
    patch[..., 2] += 0.06
    patch[:, 0, 0] = 0.0
    new = grid < 0
    grid[new] = mesh.add(patch[new])
    near_tip.append(np.ones(new.sum()))
    mesh.add_quads(grid_quads(grid), Region.TONGUE)
    return np.arange(first, mesh.count), np.concatenate(near_tip)
