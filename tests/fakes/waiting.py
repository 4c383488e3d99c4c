"""Waiting for what another thread or process does, with a limit that only a failure reaches."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

LONGEST_S = 20.0
LOOK_S = 0.002

_Found = TypeVar("_Found")


def until(look: Callable[[], _Found | None], what: str) -> _Found:
    """Return the first result of `look` that is not None or False."""
    pause = threading.Event()
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        found = look()
        if found is not None and found is not False:
            return found
        pause.wait(LOOK_S)
    raise AssertionError(f"waited {LONGEST_S} s in vain for {what}")
