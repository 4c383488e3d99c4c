"""What a full disk is called, whichever library met it: `OSError` with the system's reason."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rsatalker.whole_files import DRAFT

PROBE_BYTES = 1 << 16  # more than a file system gives to a file that is there


@contextmanager
def full_disk_named(folder: Path) -> Generator[None]:
    """Let an error of a library that writes into a folder be the system's, if that takes no more bytes.

    Such libraries say "System error" or less. Use it around what they do, before anything that is half-written is
    removed: then there is room again.

    Raises:
        OSError: The disk is full, or the like.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # of any kind: each library has its own, and it is passed on
        try:
            _probe(folder)
        except OSError as reason:
            raise reason from error
        raise


def _probe(folder: Path) -> None:
    """Write some bytes and remove them.

    Raises:
        OSError: They cannot be written.
    """
    path = folder / f"{DRAFT}{os.getpid()}.probe"
    try:
        with path.open("wb") as file:
            file.write(os.urandom(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)
