"""Compiled functions that are kept on disk, and found again only while all that went into them is unchanged.

Numba looks at the file of a function to see whether its machine code is stale, but compiles what that function calls,
and the constants that it takes, from other files into it. A kernel that was compiled for an older block size than its
caller's writes past the end of memory. So each file's kernels lie in a folder named by a hash of that file and of the
project's files that it imports, and theirs.

Numba also gives every kernel copies of what it calls, and lets a kernel that is loaded use another kernel's copy that
is there already. Copies are optimised for their callers and add up in another order: what a process computes, to the
last bit, would follow from what it compiled or loaded before. So each kernel keeps to its own copies.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary

from rsatalker.cache import cache_folder

ROOT = Path(__file__).resolve().parent.parent  # of the packages
KEPT_VERSIONS = 4  # of the kernels of one file: work on several branches side by side stays quick
IMPORTS = re.compile(r"^\s*from ((?:rsatalker|sidecar)[\w.]*) import", re.MULTILINE)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator as `numba.njit(cache=True, ...)` is one, that never runs stale machine code.

    Args:
        options: Of `numba.njit`.
    """
    _keep_own_copies()

    def compiled(function: Callable[..., Any]) -> Any:
        given = numba.config.CACHE_DIR  # type: ignore[attr-defined]  # numba's settings are made when it is imported
        numba.config.CACHE_DIR = str(kernel_folder(Path(function.__code__.co_filename)))  # type: ignore[attr-defined]
        try:
            return numba.njit(cache=True, **options)(function)
        finally:
            numba.config.CACHE_DIR = given  # type: ignore[attr-defined]

    return compiled


@cache
def _keep_own_copies() -> None:
    """Let the linker see only the function that a kernel is, and none of those that are copied into it.

    Numba gives them the linkage that merges functions of one name over all kernels of a process. That saves memory, and
    without fast math all copies compute the same.
    """
    library_class: Any = JITCodeLibrary  # this is Numba's own affair; a test says when a version of it does otherwise
    optimize = library_class._optimize_final_module

    def optimize_own(library: Any) -> None:
        for function in library._final_module.functions:
            if function.linkage == Linkage.linkonce_odr and not function.is_declaration:
                function.linkage = Linkage.internal
        optimize(library)

    library_class._optimize_final_module = optimize_own


def kernels_folder() -> Path:
    """Return the folder of all kernels; `NUMBA_CACHE_DIR` overrides the one in the user's cache."""
    given = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    return Path(given) if given else cache_folder() / "kernels"


@cache
def kernel_folder(source: Path) -> Path:
    """Return where the kernels of one source file, as it is now, are kept."""
    digest = hashlib.sha256(numba.__version__.encode())
    for part in sorted(needed_sources(source)):
        digest.update(part.read_bytes())
    versions = kernels_folder() / source.stem
    folder = versions / digest.hexdigest()[:16]
    if not folder.exists():
        forget_older(versions)
    return folder


def needed_sources(source: Path) -> set[Path]:
    """Return a file and all files of the project that it imports, directly or by others."""
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for module in imported_modules(path):
            file = ROOT.joinpath(*module.split("."))
            waiting += [one for one in (file.with_suffix(".py"), file / "__init__.py") if one.is_file()]
    return found


@cache
def imported_modules(path: Path) -> tuple[str, ...]:
    """Return the modules of the project that a file names in its imports."""
    return tuple(IMPORTS.findall(path.read_text(encoding="utf-8")))


def forget_older(versions: Path) -> None:
    """Remove all but the newest folders of one file's kernels."""
    if not versions.is_dir():
        return
    for old in sorted(versions.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_VERSIONS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
