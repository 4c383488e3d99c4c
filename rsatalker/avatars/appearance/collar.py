"""The leaves of a shirt's collar: they stand up from the neckline, fold over and lie on the shoulders."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.noise import smooth_step

LEAF_COLUMNS = 72
OPENS_DEG = 20.0  # azimuth at which the leaves end in front
STAND_BEHIND, STAND_FRONT = 1.6, 0.4  # centimetres that the fold lies over the neckline
WIDTH_BEHIND, WIDTH_POINT = 3.3, 6.1  # centimetres below the neckline at which a leaf ends
SPREAD_DEG = 15.0  # further round than the fold's end lies the point of the leaf
LYING = 0.42  # centimetres over the cloth
CLEARANCE = 0.22  # centimetres between the fold and the neck
ACROSS = (0.0, 0.08, 0.25, 0.50, 0.75, 0.94, 1.0)  # places from the fold to the edge
LEAF_ROWS = len(ACROSS) + 2  # of quads in a column: up to the fold, over it, and around the edge


def collar_leaves(
    azimuth: Float[np.ndarray, " A"],
    lengths: Float[np.ndarray, "A S"],
    body: Float[np.ndarray, "A S 3"],
    up: Float[np.ndarray, "A S 3"],
    skin: PushOut,
) -> tuple[Float[np.ndarray, "L 3"], Int[np.ndarray, "K 4"]]:
    """Return vertices and quads of both leaves in one strip, from the left one's front around the neck.

    Args:
        azimuth: Of the columns of the cloth.
        lengths: Below the neckline of its rows.
        body: The cloth.
        up: Its normals.
        skin: Of the neck.
    """
    opens = np.radians(OPENS_DEG)
    fold_at = np.linspace(opens, 2 * np.pi - opens, LEAF_COLUMNS)
    to_front = smooth_step(1.7, opens, np.minimum(fold_at, 2 * np.pi - fold_at))
    side = np.sign(np.pi - fold_at)
    edge_at = fold_at + side * np.radians(SPREAD_DEG) * to_front**2
    width = WIDTH_BEHIND + (WIDTH_POINT - WIDTH_BEHIND) * to_front**2
    stand = STAND_BEHIND + (STAND_FRONT - STAND_BEHIND) * to_front
    outward = np.stack([np.sin(fold_at), 0 * fold_at, np.cos(fold_at)], 1)
    rim = _on_cloth(azimuth, lengths, body, fold_at, np.zeros(LEAF_COLUMNS))
    fold = rim + stand[:, None] * [0, 1, 0] + 0.10 * outward
    fold = skin.push(fold, np.full(LEAF_COLUMNS, CLEARANCE))[0]
    edge = _on_cloth(azimuth, lengths, body, edge_at, width)
    lying = LYING * _on_cloth(azimuth, lengths, up, edge_at, width)
    bulge = fold + 0.75 * outward + [0, 0.15, 0]
    rows = [rim - 0.05 * outward, fold - 0.12 * outward - [0, 0.25, 0]]
    for t in ACROSS:
        rows.append((1 - t) ** 2 * fold + 2 * t * (1 - t) * bulge + t**2 * (edge + lying))
    rows.append(edge + 0.45 * lying)  # the leaf is as thick as that
    grid = np.stack(rows, 1)
    count = grid.shape[1]
    first = np.arange(LEAF_COLUMNS - 1)[:, None] * count + np.arange(count - 1)[None]
    quads = np.stack([first, first + 1, first + count + 1, first + count], 2).reshape(-1, 4)
    return grid.reshape(-1, 3), quads


def _on_cloth(
    azimuth: Float[np.ndarray, " A"],
    lengths: Float[np.ndarray, "A S"],
    values: Float[np.ndarray, "A S 3"],
    at: Float[np.ndarray, " L"],
    length: Float[np.ndarray, " L"],
) -> Float[np.ndarray, "L 3"]:
    """Return values of the cloth's grid at azimuths and lengths below the neckline."""
    step = len(azimuth) / (2 * np.pi)
    column = np.floor(at * step).astype(int)
    share = (at * step - column)[:, None]
    sides: list[Float[np.ndarray, "L 3"]] = []
    for offset in (0, 1):
        index = (column + offset) % len(azimuth)
        rows = [np.interp(s, lengths[i], np.arange(lengths.shape[1])) for s, i in zip(length, index, strict=True)]
        row = np.minimum(np.array(rows), lengths.shape[1] - 1.001)
        low = row.astype(int)
        part = (row - low)[:, None]
        sides.append(values[index, low] * (1 - part) + values[index, low + 1] * part)
    return sides[0] * (1 - share) + sides[1] * share
