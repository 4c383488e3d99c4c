"""The note that gsplat's kernels could not be built here, kept so that not every start tries again for minutes."""

from __future__ import annotations

import contextlib
import sys
from importlib import metadata
from pathlib import Path

import torch

from rsatalker.cache import cache_folder


def failed_build() -> str | None:
    """Return what was said when gsplat, as it is installed now, could not be built; None if that has not happened."""
    try:
        installation, _, sentence = _note().read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return sentence if installation == _installation() else None


def note_failed_build(sentence: str) -> None:
    """Keep why the build failed; a cache that cannot be written costs time at the next start, nothing else."""
    with contextlib.suppress(OSError):  # read-only or full disk
        _note().parent.mkdir(parents=True, exist_ok=True)
        _note().write_text(f"{_installation()}\n{sentence}", encoding="utf-8")


def forget_failed_build() -> None:
    """Let `auto` try gsplat again."""
    with contextlib.suppress(OSError):  # read-only: the note stays
        _note().unlink(missing_ok=True)


def _note() -> Path:
    return cache_folder() / "gsplat-failed.txt"


def _installation() -> str:
    """Return what must change before a build is worth another try by itself."""
    try:
        version = metadata.version("gsplat")
    except metadata.PackageNotFoundError:
        version = "without metadata"
    return f"gsplat {version}, torch {torch.__version__}, Python {sys.version.split()[0]}"
