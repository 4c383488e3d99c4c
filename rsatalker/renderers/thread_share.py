"""How many of a renderer's threads a caller gets: all of them, or its part while others draw beside it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

_own = threading.local()


@contextmanager
def drawing_beside_others(callers: int) -> Generator[None]:
    """Let renderers that this thread calls leave room for others that draw at the same time.

    Args:
        callers: How many threads draw, this one included; each of them says so.
    """
    before = getattr(_own, "callers", 1)
    _own.callers = callers
    try:
        yield
    finally:
        _own.callers = before


def threads_for_caller(threads: int) -> int:
    """Return how many of so many threads are for the caller's own, which counts as one of them."""
    return max(threads // getattr(_own, "callers", 1), 1)
