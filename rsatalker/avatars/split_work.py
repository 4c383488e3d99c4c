"""Kernels over ranges, shared out over a few threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

CHUNKS_PER_THREAD = 4  # evens out threads of unequal speed


class SplitWork:
    """Runs kernels on several threads, the caller's included; one call at a time.

    Args:
        threads: How many may work.
        block: Ranges begin at multiples of it, so that any number of threads gives the same numbers to the bit.
    """

    def __init__(self, threads: int, block: int = 1) -> None:
        self._threads = threads
        self._block = block
        self._pool = ThreadPoolExecutor(threads - 1, "avatar") if threads > 1 else None

    def run(self, kernel: Callable[..., None], count: int, *arguments: Any) -> None:
        """Call `kernel(start, stop, *arguments)` on ranges that cover count; each thread takes the next one left."""
        if self._pool is None:
            kernel(0, count, *arguments)
            return
        edges = np.linspace(0, count, self._threads * CHUNKS_PER_THREAD + 1).astype(int)
        edges[1:-1] -= edges[1:-1] % self._block
        left = deque(pairwise(edges.tolist()))

        def take_ranges() -> None:
            while True:
                try:
                    start, stop = left.popleft()
                except IndexError:  # another thread took the last one
                    return
                kernel(start, stop, *arguments)

        others = [self._pool.submit(take_ranges) for _ in range(self._threads - 1)]
        take_ranges()
        for other in others:
            if not other.cancel():  # not begun: nothing is left for it
                other.result()
