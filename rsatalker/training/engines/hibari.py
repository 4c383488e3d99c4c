"""Hibari: one American voice from a small neural network (Apache-2.0), as fluent as a person; its phones are aligned.

Its speech has what older engines lack: reductions, half-made stops, the pace of talk. Nothing of it is shipped.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from rsatalker.errors import ToolMissing
from rsatalker.extras import install_command
from rsatalker.training.engines.alignment import aligned_segments
from rsatalker.training.engines.spoken import Spoken, samples_at_speech_rate

SAMPLE_RATE_HZ = 24_000


def hibari_is_installed() -> bool:
    """Return whether the voice and the aligner are there."""
    return find_spec("hibari") is not None and find_spec("pocketsphinx") is not None


def speak_with_hibari(text: str, pace: float, seed: int) -> Spoken | None:
    """Return the utterance; None where the aligner does not know a word or cannot match it.

    Args:
        text: English.
        pace: 1 is the voice's own, 1.2 is faster.
        seed: Of the noise in its excitation.

    Raises:
        ToolMissing: hibari-tts or pocketsphinx is not installed.
    """
    sound = np.asarray(hibari_voice()(text, speed=pace, seed=seed), np.float32)
    samples = samples_at_speech_rate(sound, SAMPLE_RATE_HZ)
    segments = aligned_segments(samples, text)
    return None if segments is None else Spoken(samples, segments, "hibari-heart")


@cache
def hibari_voice() -> Any:
    """Return this process's voice.

    Raises:
        ToolMissing: hibari-tts is not installed.
    """
    try:
        from hibari import Hibari  # pyright: ignore[reportAttributeAccessIssue]  this very file has its name
    except ImportError as error:
        raise ToolMissing(f"the voice hibari is not installed: {install_command('hibari-tts')}") from error
    return Hibari(threads=1)
