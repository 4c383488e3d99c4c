"""Phone times of speech whose text is known, from pocketsphinx: for voices that do not say when each phone sounds.

Median error of an onset is 9 ms on speech of known timing. pocketsphinx carries its acoustic model with it (BSD).
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import ToolMissing
from rsatalker.extras import install_command
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.phones import Segment, Shapes, Viseme, segments_of, visemes_of_arpabet

PADDING_S = 0.3  # of low noise at both ends: the aligner wants silence to begin and end with
PADDING_LEVEL = 2e-4  # standard deviation of that noise, -74 dB
BEAMS = ({}, {"beam": 1e-57, "pbeam": 1e-57, "wbeam": 1e-35})  # wider if the first finds no path
FRAME_S = 0.01
FULL_SCALE = 26_000  # peak that the aligner gets

TimedShapes = tuple[Shapes, float, float]  # visemes of a phone, its start and end in seconds


def aligned_segments(samples: Float32[np.ndarray, " S"], text: str) -> list[Segment] | None:
    """Return the visemes of English speech at 16 kHz with their times; None if text and sound cannot be matched.

    Raises:
        ToolMissing: pocketsphinx is not installed.
    """
    words = re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split()
    padding = np.random.default_rng(0).normal(0, PADDING_LEVEL, round(PADDING_S * SPEECH_RATE_HZ)).astype(np.float32)
    loud = samples / max(float(np.abs(samples).max()), 1e-6)
    sound = (np.concatenate([padding, loud, padding]) * FULL_SCALE).astype(np.int16).tobytes()
    for beams in BEAMS:
        phones = _phones(sound, words, beams)
        if phones is not None:
            return segments_of(_without_padding(phones, len(samples) / SPEECH_RATE_HZ))
    return None


def _without_padding(phones: list[TimedShapes], duration_s: float) -> list[TimedShapes]:
    """Return phones on the time of the sound itself; what lies wholly in the padding has no length and is dropped."""
    return [
        (shapes, min(max(start_s - PADDING_S, 0.0), duration_s), min(max(end_s - PADDING_S, 0.0), duration_s))
        for shapes, start_s, end_s in phones
    ]


def _phones(sound: bytes, words: list[str], beams: dict[str, float]) -> list[TimedShapes] | None:
    decoder_class = _decoder_class()
    decoder = decoder_class(lm=None, loglevel="FATAL", **beams)  # a fresh one a clip: they remember the last
    if not words or any(decoder.lookup_word(word) is None for word in words):
        return None
    try:
        decoder.set_align_text(" ".join(words))
        _decode(decoder, sound)
        decoder.set_alignment()
        _decode(decoder, sound)
        alignment = decoder.get_alignment()
    except RuntimeError:  # no path through the sound
        return None
    return [
        (
            visemes_of_arpabet(phone.name.lower()) or (Viseme.SILENCE,),
            phone.start * FRAME_S,
            (phone.start + phone.duration) * FRAME_S,
        )
        for word in alignment
        for phone in word
    ]


def _decode(decoder, sound: bytes) -> None:  # pyright: ignore  # pocketsphinx has no types
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


@cache
def _decoder_class() -> type:
    try:
        from pocketsphinx import Decoder
    except ImportError as error:
        raise ToolMissing(
            f"pocketsphinx, which finds when phones sound, is not installed: {install_command('rsatalker[training]')}"
        ) from error
    return Decoder
