"""Files and folders that are whole or not there: a draft is written beside their place and takes their name at the end.

Nobody ever reads half a file, an older one stays until the new one is complete, and what an error leaves is removed.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from rsatalker.files_in_use import TRIES_BESIDE_SCANNERS, patiently

DRAFT = ".part."  # how names of drafts begin; they end as the file does, by which some writers choose the format
FORGOTTEN_S = 24 * 3600  # nobody writes a draft that has not changed for so long

_numbers = itertools.count()


@contextmanager
def whole_file(path: Path, *, shared: bool = False, durable: bool = False) -> Generator[Path]:
    """Yield where to write a file, which replaces `path` in one step once the context ends well.

    The folder is made if it is missing. A draft of the same name that a killed process left is written over.

    Args:
        path: The file.
        shared: Others may write the same file at the same time, as a cache's: each has a draft of its own, and the last
            one to end wins.
        durable: It is on the disk before it has its name, so that even a power failure leaves the older one or this.
            For what cannot be made again; takes some 10 ms.

    Raises:
        OSError: The disk is full, the folder cannot be written, or the like; nothing has changed.
    """
    draft = _draft_beside(path, shared)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
    try:
        yield draft
        if durable:
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
        patiently(lambda: draft.replace(path), tries=TRIES_BESIDE_SCANNERS)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what is told
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(folder: Path, *, shared: bool = False, replaces: bool = False) -> Generator[Path]:
    """Yield an empty folder to fill, which becomes `folder` once the context ends well.

    Args:
        folder: The folder.
        shared: As of `whole_file`.
        replaces: An older folder of that name makes room. Otherwise it stays, and this one is dropped: for what is the
            same whoever makes it.

    Raises:
        OSError: The disk is full, or the like; an older folder is still there.
    """
    draft = _draft_beside(folder, shared)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        if replaces:
            _replace_folder(draft, folder)
        elif not folder.exists():
            _name_folder(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove_drafts(folder: Path, unchanged_s: float = 0.0) -> None:
    """Remove the drafts in a folder that killed processes left.

    Args:
        folder: Where nobody is writing just now, if `unchanged_s` is 0.
        unchanged_s: Only those that have not changed for so long.
    """
    for draft in folder.glob(f"{DRAFT}*"):
        with suppress(OSError):  # its owner was quicker, or holds it open
            if time.time() - draft.stat().st_mtime >= unchanged_s:
                shutil.rmtree(draft) if draft.is_dir() else draft.unlink()


def _draft_beside(path: Path, shared: bool) -> Path:
    owner = f"{os.getpid()}-{next(_numbers)}." if shared else ""
    return path.with_name(f"{DRAFT}{owner}{path.name}")


def _name_folder(draft: Path, folder: Path) -> None:
    """Give a draft its name, unless another one took it in this instant."""
    try:
        patiently(lambda: draft.rename(folder), tries=TRIES_BESIDE_SCANNERS)
    except OSError:
        if not folder.is_dir():
            raise


def _replace_folder(draft: Path, folder: Path) -> None:
    """Put a draft into the place of an older folder, which comes back if that fails."""
    older = _draft_beside(folder.with_name(f"{folder.name}.older"), shared=False)
    shutil.rmtree(older, ignore_errors=True)
    if folder.exists():
        patiently(lambda: folder.rename(older), tries=TRIES_BESIDE_SCANNERS)
    try:
        patiently(lambda: draft.rename(folder), tries=TRIES_BESIDE_SCANNERS)
    except BaseException:
        if older.exists():
            older.rename(folder)
        raise
    shutil.rmtree(older, ignore_errors=True)
