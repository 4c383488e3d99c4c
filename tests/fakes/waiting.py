"""Waiting for what another thread or process does, with a limit that only a failure reaches."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

LONGEST_S = 60.0
LOOK_S = 0.002

_Found = TypeVar("_Found")


def until(look: Callable[[], _Found | None], what: str, longest_s: float = LONGEST_S, look_s: float = LOOK_S) -> _Found:
    """Return the first result of `look` that is not None or False."""
    pause = threading.Event()
    deadline = time.monotonic() + longest_s
    while time.monotonic() < deadline:
        found = look()
        if found is not None and found is not False:
            return found
        pause.wait(look_s)
    raise AssertionError(f"waited {longest_s} s in vain for {what}")
