"""Training examples and the npz parts they are kept in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float16, Float32, UInt8

from rsatalker.errors import AssetError


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance as the model hears it, and what the lips do.

    Attributes:
        features: Log-mel, four an instant.
        articulation: The target.
        visemes: Class of each instant.
        segments: Viseme, start and end in seconds of each segment.
        voice: Engine and voice.
        group: Index into `GROUPS`.
        noisy: Whether it went through a channel.
    """

    features: Float16[np.ndarray, "F 80"]
    articulation: Float16[np.ndarray, "T 12"]
    visemes: UInt8[np.ndarray, " T"]
    segments: Float32[np.ndarray, "N 3"]
    voice: str
    group: int
    noisy: bool


ARRAYS = ("features", "articulation", "visemes", "segments")


def write_part(path: Path, examples: Sequence[Example]) -> None:
    """Save examples as one npz; the file appears only when it is complete."""
    columns = {name: np.concatenate([getattr(example, name) for example in examples]) for name in ARRAYS}
    counts = {f"{name}_count": np.array([len(getattr(example, name)) for example in examples]) for name in ARRAYS}
    about = {
        "voice": np.array([example.voice for example in examples]),
        "group": np.array([example.group for example in examples], np.uint8),
        "noisy": np.array([example.noisy for example in examples]),
    }
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, **columns, **counts, **about)  # type: ignore[arg-type]
    os.replace(unfinished, path)  # noqa: PTH105  replaces on Windows too


def read_part(path: Path) -> list[Example]:
    """Return the examples of a part.

    Raises:
        AssetError: The file is no part of a corpus.
    """
    try:
        with path.open("rb") as file, np.load(file) as archive:
            part = dict(archive)
        columns = [np.split(part[name], np.cumsum(part[f"{name}_count"])[:-1]) for name in ARRAYS]
        about = zip(part["voice"].tolist(), part["group"].tolist(), part["noisy"].tolist(), strict=True)
        return [Example(*arrays, *rest) for *arrays, rest in zip(*columns, about, strict=True)]
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise AssetError(
            f"{path} is no part of a corpus ({error}); delete it and run `rsatalker corpus` again."
        ) from error


def read_corpus(folder: Path, split: str) -> Iterator[Example]:
    """Yield all examples of a split, `training` or `held-out`.

    Raises:
        AssetError: The folder holds none.
    """
    paths = sorted(folder.glob(f"{split}-*.npz"))
    if not paths:
        raise AssetError(f"{folder} holds no {split} parts; run `rsatalker corpus --folder {folder}` first.")
    for path in paths:
        yield from read_part(path)
