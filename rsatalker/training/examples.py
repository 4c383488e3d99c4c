"""Training examples and the npz parts they are kept in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Float16, Float32, Int16, UInt8

from rsatalker.errors import AssetError
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.speech.features import FEATURES_PER_INSTANT, log_mel
from rsatalker.training.animator import animate, viseme_labels
from rsatalker.training.arrays import write_arrays
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.sound_parts import SoundExample, read_sound_part

FULL_SCALE = 32767
T = TypeVar("T")


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


def read_part(path: Path, *, with_sound: bool = False, at_most: int | None = None) -> list[Example]:
    """Return the examples of a part; what one that keeps nothing but sound leaves out is worked out again.

    Args:
        path: One npz.
        with_sound: Read the sound too, if the corpus keeps it.
        at_most: So many of them, from all over the part.

    Raises:
        AssetError: The file is no part of a corpus.
    """
    try:
        with open_npz(path) as archive:
            if "opus" in archive.files:
                return [heard_example(example) for example in _spread(read_sound_part(path), at_most)]
            part = {name: archive[name] for name in archive.files if with_sound or not name.startswith("sound")}
        columns = [np.split(part[name], np.cumsum(part[f"{name}_count"])[:-1]) for name in ARRAYS]
        count = len(part["voice"])
        sounds = [np.zeros(0, np.int16)] * count
        if "sound" in part:
            sounds = np.split(part["sound"], np.cumsum(part["sound_count"])[:-1])
        about = zip(part["voice"].tolist(), part["group"].tolist(), part["noisy"].tolist(), sounds, strict=True)
        return _spread([Example(*arrays, *rest) for *arrays, rest in zip(*columns, about, strict=True)], at_most)
    except (*NPZ_FAULTS, KeyError) as error:
        raise AssetError(
            f"{path} is no part of a corpus ({error}); delete it and run `rsatalker corpus` again."
        ) from error


def heard_example(spoken: SoundExample) -> Example:
    """Return what the model hears of an utterance and what the lips should do in it."""
    features = log_mel(spoken.sound[None].astype(np.float32) / FULL_SCALE)[0]
    count = len(features) // FEATURES_PER_INSTANT
    segments = [Segment(Viseme(int(viseme)), start_s, end_s) for viseme, start_s, end_s in spoken.segments.tolist()]
    return Example(
        features=features.astype(np.float16),
        articulation=animate(segments, count).astype(np.float16),
        visemes=viseme_labels(segments, count),
        segments=spoken.segments,
        voice=spoken.voice,
        group=spoken.group,
        noisy=False,
        sound=spoken.sound,
    )


def _spread(items: list[T], at_most: int | None) -> list[T]:
    return items if at_most is None else items[:: max(1, len(items) // at_most)][:at_most]


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
