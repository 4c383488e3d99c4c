"""Memory of this machine that a CUDA device reads and writes by itself, while the CPU does something else.

Pages that may be swapped or moved have to go through a buffer of the driver and hold up the CPU meanwhile; locked ones
do not. What is made here is locked from the start; memory of others, such as a region shared with an engine, can be
locked where it lies, so that frames reach it without another copy.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Shaped, UInt8
from torch import Tensor

log = logging.getLogger(__name__)

Lock = Callable[[int, int], bool]  # address, bytes -> whether it is locked now
Unlock = Callable[[int], None]  # address


class PageLockedMemory:
    """Buffers that are kept from frame to frame, and memory of others that has been locked.

    Args:
        on_cuda: Whether there is a device to lock for; otherwise buffers are ordinary memory and nothing gets locked.
        lock: Locks pages where they lie.
        unlock: The reverse.
    """

    def __init__(self, on_cuda: bool, lock: Lock | None = None, unlock: Unlock | None = None) -> None:
        self._on_cuda = on_cuda
        self._lock = lock or (lock_pages if on_cuda else None)
        self._unlock = unlock or unlock_pages
        self._buffers: dict[str, Tensor] = {}
        self._locked: dict[int, int] = {}  # address -> bytes

    def buffer(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Return the buffer of that name, grown if need be; its content is void."""
        count = math.prod(shape)
        kept = self._buffers.get(name)
        if kept is None or kept.numel() < count:
            kept = self._buffers[name] = torch.empty(count, dtype=dtype, pin_memory=self._on_cuda)
        return kept[:count].view(shape)

    def adopt(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Lock somebody else's memory; return what unlocks it, to be called before the memory goes away.

        Memory that the driver refuses to lock is used all the same, by way of a buffer.
        """
        address, size = memory.ctypes.data, memory.nbytes
        if self._lock is None or not size:
            return lambda: None
        if not self._lock(address, size):
            log.info("Frames go through a buffer: the driver does not lock the %d bytes of a region.", size)
            return lambda: None
        self._locked[address] = size

        def release() -> None:
            if self._locked.pop(address, None) is not None:
                self._unlock(address)

        return release

    def holds(self, memory: Shaped[np.ndarray, "..."]) -> bool:
        """Return whether all of this memory, which must be in one piece, has been adopted."""
        first = memory.ctypes.data
        locked = self._locked.copy()  # other threads add to it and take from it, each in one step, as this is one
        return any(start <= first and first + memory.nbytes <= start + size for start, size in locked.items())


def lock_pages(address: int, size: int) -> bool:
    """Return whether the driver locked these bytes for its devices.

    They need not begin or end with a page. The driver keeps account of bytes, so that what lies beside them on the same
    page is locked and unlocked by itself; what overlaps is refused. Source: driver 590.48 as probed in pull request 878
    of lupinemachines/lupine; test_gsplat_on_gpu.py asks the driver at hand.
    """
    runtime: Any = torch.cuda.cudart()
    if int(runtime.cudaHostRegister(address, size, 0)) == 0:
        return True
    # The runtime keeps a refusal as this thread's last error, and the next kernel would be blamed for it: the one that
    # adds is instead. Whether torch makes zeros by a kernel is its own affair.
    with contextlib.suppress(RuntimeError):
        torch.zeros(1, device="cuda").add_(1)
    return False


def unlock_pages(address: int) -> None:
    """Let the driver move and swap these pages again."""
    runtime: Any = torch.cuda.cudart()
    runtime.cudaHostUnregister(address)
