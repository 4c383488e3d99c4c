"""The tongue: a flattened tube from the throat to the tip, with the groove along its middle."""

import itertools

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.curves import arc_length_curve, smooth_step
from rsatalker.heads.procedural.half_mesh import HalfMesh, coons_patch, grid_quads, half_disc_grid
from rsatalker.heads.regions import Region

# Along the midline, throat to tip: y of the back, z, half width, height; centimetres.
PROFILE = np.array([
    (-5.6, 4.6, 1.9, 1.8), (-4.3, 5.3, 2.0, 1.8), (-3.58, 6.3, 1.95, 1.7), (-3.38, 7.2, 1.85, 1.5),
    (-3.46, 8.0, 1.68, 1.2), (-3.68, 8.65, 1.36, 0.85), (-3.90, 9.08, 0.92, 0.52),
    (-3.99, 9.26, 0.58, 0.34), (-4.03, 9.36, 0.26, 0.16),
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
