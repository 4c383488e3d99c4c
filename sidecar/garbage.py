"""When Python looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collection_put_off() -> Generator[None]:
    """Let a process start without looking for garbage; what it has made by the end is never looked through again.

    Modules and compiled kernels are hundreds of thousands of objects that stay. Going through them again and again as
    they come takes an eighth of the time that it takes to draw a first frame, and every full collection while frames
    are drawn would go through them all.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
