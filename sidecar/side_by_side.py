"""Heads that are drawn at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from rsatalker.renderers.thread_share import drawing_beside_others


class SideBySide:
    """Draws two heads, one in the caller's thread and one in a thread of its own; one call at a time.

    Each has its part of the cores to itself. One after the other, both would wait at each step of the renderer for the
    slower core, and one core idle through what cannot be shared out: `scripts/bench.py heads` prints how long.
    """

    def __init__(self) -> None:
        self._beside = ThreadPoolExecutor(1, "frames beside")

    def draw(self, drawings: Sequence[Callable[[], int]]) -> list[int]:
        """Call all of them and return what they return, in their order; trouble of one is raised when all have ended.

        Args:
            drawings: Of different avatars.
        """
        if len(drawings) < 2:
            return [draw() for draw in drawings]
        others = [self._beside.submit(_draw_beside, len(drawings), draw) for draw in drawings[1:]]
        try:
            first = _draw_beside(len(drawings), drawings[0])
        finally:
            wait(others)  # what they draw into must not be closed under them
        return [first, *(other.result() for other in others)]


def _draw_beside(callers: int, draw: Callable[[], int]) -> int:
    with drawing_beside_others(callers):
        return draw()
