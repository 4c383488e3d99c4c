"""Training examples and the npz parts they are kept in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float16, Float32, Int16, UInt8

from rsatalker.errors import AssetError


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance as the model hears it, and what the lips do.

    Attributes:
        features: What the model's encoder made of the sound; log-mel unless said otherwise.
        articulation: The target.
        visemes: Class of each instant.
        segments: Viseme, start and end in seconds of each segment.
        voice: Engine and voice.
        group: Index into `GROUPS`.
        noisy: Whether it went through a channel.
        sound: 16 kHz, full scale 32767; empty unless the corpus keeps sound.
    """

    features: Float16[np.ndarray, "F bands"]
    articulation: Float16[np.ndarray, "T 12"]
    visemes: UInt8[np.ndarray, " T"]
    segments: Float32[np.ndarray, "N 3"]
    voice: str
    group: int
    noisy: bool
    sound: Int16[np.ndarray, " S"]


ARRAYS = ("features", "articulation", "visemes", "segments")


def write_part(path: Path, examples: Sequence[Example]) -> None:
    """Save examples as one npz; the file appears only when it is complete."""
    names = (*ARRAYS, "sound")
    columns = {name: np.concatenate([getattr(example, name) for example in examples]) for name in names}
    counts = {f"{name}_count": np.array([len(getattr(example, name)) for example in examples]) for name in names}
    about = {
        "voice": np.array([example.voice for example in examples]),
        "group": np.array([example.group for example in examples], np.uint8),
        "noisy": np.array([example.noisy for example in examples]),
    }
    write_arrays(path, columns | counts | about)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Save an npz; the file appears only when it is complete."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    os.replace(unfinished, path)  # noqa: PTH105  replaces on Windows too


def read_part(path: Path, *, with_sound: bool = False) -> list[Example]:
    """Return the examples of a part.

    Args:
        path: One npz.
        with_sound: Read the sound too, if the corpus keeps it.

    Raises:
        AssetError: The file is no part of a corpus.
    """
    try:
        with path.open("rb") as file, np.load(file) as archive:
            part = {name: archive[name] for name in archive.files if with_sound or not name.startswith("sound")}
        columns = [np.split(part[name], np.cumsum(part[f"{name}_count"])[:-1]) for name in ARRAYS]
        count = len(part["voice"])
        sounds = [np.zeros(0, np.int16)] * count
        if "sound" in part:
            sounds = np.split(part["sound"], np.cumsum(part["sound_count"])[:-1])
        about = zip(part["voice"].tolist(), part["group"].tolist(), part["noisy"].tolist(), sounds, strict=True)
        return [Example(*arrays, *rest) for *arrays, rest in zip(*columns, about, strict=True)]
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        raise AssetError(
            f"{path} is no part of a corpus ({error}); delete it and run `rsatalker corpus` again."
        ) from error


def part_paths(folder: Path, split: str) -> list[Path]:
    """Return the files of a split, `training` or `held-out`.

    Raises:
        AssetError: The folder holds none.
    """
    paths = sorted(folder.glob(f"{split}-*.npz"))
    if not paths:
        raise AssetError(f"{folder} holds no {split} parts; run `rsatalker corpus --folder {folder}` first.")
    return paths


def read_corpus(folder: Path, split: str) -> Iterator[Example]:
    """Yield all examples of a split, `training` or `held-out`, without their sound.

    Raises:
        AssetError: The folder holds none.
    """
    for path in part_paths(folder, split):
        yield from read_part(path)
