"""Arrays that come again frame after frame, locked where they lie so that a device reads them by itself.

Avatars and cutscenes fill the same few buffers in turn. Copying them into locked memory first takes longer than sending
them; locking them takes longer still, but only once. So memory that comes for the second time is locked, until the
array that owns it goes away.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

import numpy as np
from jaxtyping import Shaped

from rsatalker.renderers.page_locked import PageLockedMemory

LEAST_BYTES = 1 << 14  # a few pages; what is smaller is copied sooner than the driver is asked


class RecurringArrays:
    """Locks what comes again; its owner unlocks it by dying, and this object by its own end whatever is left.

    Nothing that was read is kept, so nothing can be stale. Memory cannot move while it is locked: numpy refuses to
    resize an array that others refer to, be it weakly.

    Args:
        memory: Locks and unlocks.
    """

    def __init__(self, memory: PageLockedMemory) -> None:
        self._memory = memory
        self._releases: dict[int, Callable[[], None] | None] = {}  # id of an owner -> None at its first coming
        weakref.finalize(self, _release_all, self._releases).atexit = False

    def can_be_read_in_place(self, array: Shaped[np.ndarray, "..."]) -> bool:
        """Return whether the device can read this array where it lies; one that comes again is locked now."""
        if not array.flags.c_contiguous or not array.flags.writeable:  # torch takes no read-only arrays
            return False
        if self._memory.holds(array):
            return True
        owner = owner_of(array)
        if owner is None or owner.nbytes < LEAST_BYTES or not owner.flags.c_contiguous:
            return False
        key = id(owner)
        if key not in self._releases:
            self._releases[key] = None
            weakref.finalize(owner, _release, self._releases, key).atexit = False
        elif self._releases[key] is None:  # kept even if the driver refuses, so that it is not asked in every frame
            self._releases[key] = self._memory.adopt(owner.reshape(-1).view(np.uint8))
        return self._memory.holds(array)


def owner_of(array: Shaped[np.ndarray, "..."]) -> Shaped[np.ndarray, "..."] | None:
    """Return the array whose end frees the memory of this one; None if that is no array."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array if array.flags.owndata else None


def _release(releases: dict[int, Callable[[], None] | None], key: int) -> None:
    release = releases.pop(key, None)
    if release is not None:
        release()


def _release_all(releases: dict[int, Callable[[], None] | None]) -> None:
    for key in list(releases):
        _release(releases, key)
