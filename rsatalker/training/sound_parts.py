"""Parts of a corpus that keep compressed sound and the times of its phones, and nothing that follows from them.

A twentieth of a part with features: 3 kB for a second of speech (Ogg Opus). For training that varies the sound anew in
every batch (`rsatalker train-speech --from-sound`), and for taking a corpus to a machine with a GPU.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32, Int16

from rsatalker.errors import AssetError
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.arrays import write_arrays

PADDING = 1600  # samples between utterances: what one sounds like must not leak into the next


@dataclass(frozen=True, slots=True)
class SoundExample:
    """One utterance: its sound and what is said when.

    Attributes:
        sound: 16 kHz, full scale 32767.
        segments: Viseme, start and end in seconds of each segment.
        voice: Engine and voice.
        group: Index into `GROUPS`.
    """

    sound: Int16[np.ndarray, " S"]
    segments: Float32[np.ndarray, "N 3"]
    voice: str
    group: int


def write_sound_part(path: Path, examples: Sequence[SoundExample]) -> None:
    """Save utterances as one npz; the file appears only when it is complete."""
    file = io.BytesIO()
    sound = np.concatenate([np.pad(example.sound, (0, PADDING)) for example in examples])
    soundfile.write(file, sound, SPEECH_RATE_HZ, format="OGG", subtype="OPUS")
    arrays = {
        "opus": np.frombuffer(file.getvalue(), np.uint8),
        "sound_count": np.array([len(example.sound) for example in examples]),
        "segments": np.concatenate([example.segments for example in examples]),
        "segments_count": np.array([len(example.segments) for example in examples]),
        "voice": np.array([example.voice for example in examples]),
        "group": np.array([example.group for example in examples], np.uint8),
    }
    write_arrays(path, arrays)


def read_sound_part(path: Path) -> list[SoundExample]:
    """Return the utterances of a part, whether its sound is compressed or not.

    Raises:
        AssetError: The file is no part of a corpus, or one that keeps no sound.
    """
    try:
        with open_npz(path) as archive:
            part = {name: archive[name] for name in archive.files if name not in ("features", "articulation")}
        counts = part["sound_count"]
        padding = PADDING if "opus" in part else 0
        sound = _decoded(part["opus"]) if "opus" in part else part["sound"]
        starts = np.cumsum(counts + padding) - counts - padding
        segments = np.split(part["segments"], np.cumsum(part["segments_count"])[:-1])
        sounds = [sound[start : start + count] for start, count in zip(starts, counts, strict=True)]
        about = zip(sounds, segments, part["voice"].tolist(), part["group"].tolist(), strict=True)
        examples = [SoundExample(*columns) for columns in about]
    except (*NPZ_FAULTS, KeyError) as error:
        raise AssetError(
            f"{path} is no part of a corpus ({error}); delete it and run `rsatalker corpus` again."
        ) from error
    if not all(len(example.sound) for example in examples):
        raise AssetError(
            f"{path} keeps no sound to train on; make a corpus with `rsatalker corpus --sound` or `--sound-only`."
        )
    return examples


def _decoded(opus: np.ndarray) -> Int16[np.ndarray, " S"]:
    return soundfile.read(io.BytesIO(opus.tobytes()), dtype="int16")[0]
