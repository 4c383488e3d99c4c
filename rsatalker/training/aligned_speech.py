"""Recordings of people with phone alignments, as they are and made worse: what lips are measured on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rsatalker.errors import AssetError
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.training.augment import Samples, background, with_noise
from rsatalker.training.corpus import babble_voices, example_of
from rsatalker.training.examples import Example
from rsatalker.training.phones import Segment, Viseme, segments_of, visemes_of_arpabet

SPEECH_PEAK = 0.6  # recordings are brought to this peak, about what the corpus has
GAINS_DB = (-15.0, 15.0)  # a distant microphone, an overdriven one (without its clipping)
SNRS_DB = (20.0, 15.0, 10.0, 5.0, 0.0)  # from a quiet office to a street
GROUP = 1  # people count as recorded English voices
CLEAN = "real speech"


def gain_name(gain_db: float) -> str:
    """Return the name of the set at another loudness."""
    return f"{CLEAN}, {gain_db:+.0f} dB"


def noise_name(snr_db: float) -> str:
    """Return the name of the set with noise."""
    return f"{CLEAN}, noise at {snr_db:.0f} dB"


def real_speech_sets(folder: Path, encoder: str) -> dict[str, list[Example]]:
    """Return the recordings of a folder as they are, louder and quieter, and with noise, babble or music.

    Args:
        folder: Holds recordings and their `alignment.json`.
        encoder: What hears them (`speech/encoders.py`).

    Raises:
        AssetError: There is no alignment, or it cannot be read.
        AudioError: A recording cannot be read.
    """
    sets: dict[str, list[Example]] = {CLEAN: []}
    sets |= {gain_name(gain_db): [] for gain_db in GAINS_DB} | {noise_name(snr_db): [] for snr_db in SNRS_DB}
    rng = np.random.default_rng(0)
    for samples, segments, name in aligned_recordings(folder):
        noise = background(len(samples), rng, babble_voices())
        versions = {CLEAN: samples}
        versions |= {gain_name(gain_db): samples * np.float32(10 ** (gain_db / 20)) for gain_db in GAINS_DB}
        versions |= {noise_name(snr_db): with_noise(samples, noise, snr_db) for snr_db in SNRS_DB}
        for version, heard in versions.items():
            sets[version].append(example_of(heard, segments, name, GROUP, encoder=encoder))
    return sets


def aligned_recordings(folder: Path) -> Iterator[tuple[Samples, list[Segment], str]]:
    """Yield samples at 16 kHz, segments and file name of each recording in `alignment.json`.

    Raises:
        AssetError: There is no such file, or it is no alignment.
        AudioError: A recording cannot be read.
    """
    path = folder / "alignment.json"
    if not path.is_file():
        raise AssetError(f"{path} does not exist; `rsatalker evaluate --help` says what a folder of recordings holds.")
    try:
        alignments = json.loads(path.read_text(encoding="utf-8"))
        phones = {
            name: [(str(p), float(s), float(e)) for p, s, e in clip["phones"]] for name, clip in alignments.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssetError(
            f"{path} cannot be read as alignments ({error}); expected "
            '{"file.wav": {"phones": [["ah", 0.0, 0.1], ...]}, ...}.'
        ) from error
    for name, rows in phones.items():
        samples = at_speech_rate(read_audio(folder / name)).mean(axis=0)
        shapes = ((visemes_of_arpabet(phone) or (Viseme.SILENCE,), start_s, end_s) for phone, start_s, end_s in rows)
        yield samples * np.float32(SPEECH_PEAK / np.abs(samples).max()), segments_of(shapes), name
