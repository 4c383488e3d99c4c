"""A lock that says at once whether another program holds it, and that ends with its holder, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

HELD = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)  # what a lock says that another one holds

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked_alone(file: Path) -> Generator[bool]:
    """Hold the lock of a file, which is made if it is not there, as long as the context is open.

    Yields:
        Whether it is held here; False: another one holds it. A disk that knows no locks, as some of a network, gives
        it to everybody.

    Raises:
        OSError: The file cannot be opened.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _is_taken(descriptor)
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        _take(descriptor)
    except OSError as error:
        return error.errno not in HELD
    return True
