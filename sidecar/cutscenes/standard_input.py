"""The end of standard input, by which a program notices that whoever started it wants it to end, or has ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

LOOK_S = 0.1  # Windows: between looks
LARGEST_READ = 4096  # bytes
BROKEN_PIPE = 109  # <winerror.h>, ERROR_BROKEN_PIPE: nobody can write into it any more


def wait_for_end(sleep: Callable[[float], None] = time.sleep) -> None:
    """Return once standard input, a pipe, has ended; what still comes is thrown away.

    Windows lets nobody ask anything of a pipe that a thread waits for, and libraries do ask while they are loaded: one
    that loads NumPy or SciPy meanwhile would hang (numpy issue 24290). So there the pipe is only looked at.
    """
    if sys.platform == "win32":
        while not _has_broken(0):
            sleep(LOOK_S)
        return
    while os.read(0, LARGEST_READ):
        pass


def _has_broken(descriptor: int) -> bool:
    """Return, without waiting, whether nobody can write into a pipe of Windows any more; throw away what is in it."""
    if sys.platform != "win32":
        raise AssertionError("other systems read until the end")
    import ctypes
    import msvcrt
    from ctypes import wintypes

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.PeekNamedPipe.argtypes = (
        wintypes.HANDLE, wintypes.LPVOID, wintypes.DWORD, wintypes.LPDWORD, wintypes.LPDWORD, wintypes.LPDWORD,
    )  # fmt: skip
    pipe = wintypes.HANDLE(msvcrt.get_osfhandle(descriptor))
    waiting = wintypes.DWORD()
    if kernel32.PeekNamedPipe(pipe, None, 0, None, ctypes.byref(waiting), None):
        if waiting.value:  # a pipe is only broken once it is empty, too
            os.read(descriptor, waiting.value)
        return False
    return ctypes.get_last_error() == BROKEN_PIPE
