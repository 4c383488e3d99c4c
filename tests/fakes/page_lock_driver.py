"""A driver that locks pages for a device that is not there, and keeps account of them."""

from __future__ import annotations

from collections.abc import Callable


class Driver:
    """Locks what it is asked to, up to a number of bytes."""

    def __init__(self, most_bytes: int = 10**9) -> None:
        self.most_bytes = most_bytes
        self.asked = 0
        self.locked: dict[int, int] = {}
        self.unlocking: Callable[[], object] = lambda: None  # called before anything is unlocked

    def lock(self, address: int, size: int) -> bool:
        self.asked += 1
        if size > self.most_bytes:
            return False
        self.locked[address] = size
        return True

    def unlock(self, address: int) -> None:
        self.unlocking()
        del self.locked[address]
