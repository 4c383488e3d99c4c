"""Keeps an encoder from taking real-time priority."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

THREADS = Path("/proc/self/task")


@contextmanager
def ordinary_threads() -> Generator[None]:
    """Take back the real-time scheduling that threads were given within the context; Linux.

    SVT-AV1, where it runs as root, as in most containers, gives the highest there is to its threads and to the one that
    opens it, which keeps it and passes it on to all that it starts: nothing else on the machine would run beside them.
    """
    before = _real_time_threads()
    try:
        yield
    finally:
        if sys.platform == "linux":
            for thread in _real_time_threads() - before:
                with suppress(OSError):  # it has ended
                    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _real_time_threads() -> set[int]:
    """Return the threads of this process that run before all ordinary ones."""
    found: set[int] = set()
    if sys.platform == "linux":
        for thread in map(int, (entry.name for entry in THREADS.iterdir())):
            with suppress(OSError):
                if os.sched_getscheduler(thread) in {os.SCHED_FIFO, os.SCHED_RR}:
                    found.add(thread)
    return found
