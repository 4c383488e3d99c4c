"""Memory between the stages of the cpu renderer, and the stage that needs most of it: which tile draws which splats."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, Int16, Int32, Int64, UInt32

from rsatalker.renderers.cpu_project import CACHE_LINE, SPLAT_COLUMNS
from rsatalker.renderers.cpu_sort import TILE, fill_tile_lists, sort_by_depth

SPARE = 1.25  # room to grow when memory must be taken anew, so that a moving head soon stops asking


class Scratch:
    """Memory for C cameras, up to N Gaussians, one image size and P parts; the kernels write before they read.

    Attributes:
        splats: See `project_gaussians`.
        boxes: The same.
        tile_begins: Where each tile's list begins in `tile_splats`.
        tile_ends: Where it ends.
        tile_splats: Indices of splats, tile after tile, nearest first.
    """

    def __init__(self, cameras: int, gaussians: int, width: int, height: int, parts: int = 1) -> None:
        lists = cameras * parts
        tiles = (lists, -(-height // TILE), -(-width // TILE))
        self.parts = parts
        self.splats: Float32[np.ndarray, "C N 16"] = empty_on_lines((cameras, gaussians, SPLAT_COLUMNS))
        self.boxes: Int16[np.ndarray, "C N 4"] = np.empty((cameras, gaussians, 4), np.int16)
        self.tile_begins: Int64[np.ndarray, "C*P rows columns"] = np.empty(tiles, np.int64)
        self.tile_ends: Int64[np.ndarray, "C*P rows columns"] = np.empty(tiles, np.int64)
        self.tile_splats: Int32[np.ndarray, "C*P L"] = np.empty((lists, 0), np.int32)
        self._keys: UInt32[np.ndarray, "C*P 2 M"] = np.empty((lists, 2, -(-gaussians // parts)), np.uint32)
        self._order: Int32[np.ndarray, "C*P 2 M"] = np.empty((lists, 2, -(-gaussians // parts)), np.int32)
        self._visible: Int64[np.ndarray, " C*P"] = np.empty(lists, np.int64)
        self._totals: Int64[np.ndarray, " C*P"] = np.empty(lists, np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))

    def holds(self, cameras: int, gaussians: int, width: int, height: int) -> bool:
        """Return whether a render of this size fits."""
        tiles = (cameras * self.parts, -(-height // TILE), -(-width // TILE))
        return self.tile_begins.shape == tiles and self.splats.shape[1] >= gaussians

    def sort_into_tiles(self, run: Callable[..., None], gaussians: int) -> None:
        """Fill the tile lists from splats and boxes.

        Args:
            run: `WorkerThreads.run`.
            gaussians: How many of the N places are in use.
        """
        run(
            sort_by_depth,
            gaussians,
            self.parts,
            self.splats.view(np.uint32),
            self.boxes,
            self._keys,
            self._order,
            self._visible,
            self.tile_begins,
            self._totals,
            chunks=len(self.tile_begins),
        )
        longest = int(self._totals.max())
        if self.tile_splats.shape[1] < longest:
            self.tile_splats = np.empty((len(self.tile_begins), int(longest * SPARE)), np.int32)
        run(
            fill_tile_lists,
            self.boxes,
            self._order,
            self._visible,
            self.tile_begins,
            self.tile_ends,
            self.tile_splats,
            chunks=len(self.tile_begins),
        )


def empty_on_lines(shape: tuple[int, ...]) -> Float32[np.ndarray, "..."]:
    """Return memory that begins with a cache line, so that a row of 16 floats is one line and not parts of two."""
    count = math.prod(shape)
    memory = np.empty(count + CACHE_LINE // 4, np.float32)
    first = -memory.ctypes.data % CACHE_LINE // 4
    return memory[first : first + count].reshape(shape)
