"""Opens npz files, and says what is wrong with one that cannot be read, in words for whoever named it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import cast

import numpy as np
from numpy.lib.npyio import NpzFile

# What reading an npz raises that is damaged, or none; an array that is missing is a KeyError. A RuntimeError: it is
# encrypted, or packed in a way that Python does not know. A MemoryError: its arrays claim sizes that no memory has.
NPZ_FAULTS: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)


class Arrays:
    """The arrays of an open file, each read when it is asked for.

    Attributes:
        files: Their names.
    """

    def __init__(self, file: NpzFile) -> None:
        self._file = file
        self.files: list[str] = file.files

    def __getitem__(self, name: str) -> np.ndarray:
        """Return an array; raises `NPZ_FAULTS`, or KeyError if there is none of that name."""
        with _damage_named():
            found = cast("object", self._file[name])
        if not isinstance(found, np.ndarray):  # numpy gives the bytes of what does not begin as an array does
            raise ValueError(f"{name} in it is no array")
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.files


@contextmanager
def open_npz(path: Path) -> Generator[Arrays]:
    """Open a file as a context, which closes it also if it turns out to be none; numpy alone would leave it open.

    Raises:
        `NPZ_FAULTS`: It is missing, damaged or no npz; reading an array may raise them, too.
    """
    with path.open("rb") as file:
        with _damage_named():
            found = np.load(file, allow_pickle=False)
        if not isinstance(found, NpzFile):
            raise ValueError("it is one array and no npz")
        with found:
            yield Arrays(found)


@contextmanager
def _damage_named() -> Generator[None]:
    """Let a damaged head of an array be a ValueError: numpy reads it as Python, and complains of Python."""
    try:
        yield
    except (SyntaxError, TokenError, TypeError) as error:
        raise ValueError("the head of an array in it is damaged") from error


def npz_fault(error: Exception) -> str:
    """Return the reason; where numpy takes the file for a pickle and advises to trust it, in better words."""
    text = str(error).rstrip(".")
    if text.startswith("Object arrays"):
        return "it holds pickled objects, which are not read since they may run anything"
    return "it is no npz" if "pickle" in text or not text else text
