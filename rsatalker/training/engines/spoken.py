"""What an engine gives back: sound, and what the lips do in it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import ToolMissing
from rsatalker.speech.audio import Audio, at_speech_rate, read_audio
from rsatalker.training.phones import Segment

ENGINE_TIMEOUT_S = 180  # a batch of sentences takes seconds; more means the engine hangs


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance.

    Attributes:
        samples: 16 kHz.
        segments: Visemes in order of time, from the start of the sound.
        voice: Engine and voice, such as `flite-slt`.
    """

    samples: Float32[np.ndarray, " S"]
    segments: list[Segment]
    voice: str


def samples_of_wave(path: Path) -> Float32[np.ndarray, " S"]:
    """Return a WAV that an engine wrote, mixed to one channel, at 16 kHz."""
    return at_speech_rate(read_audio(path)).mean(axis=0)


def samples_at_speech_rate(samples: Float32[np.ndarray, " S"], sample_rate_hz: int) -> Float32[np.ndarray, " S16"]:
    """Return one channel at 16 kHz."""
    return at_speech_rate(Audio(samples[None], sample_rate_hz))[0]


def run_engine(command: list[str]) -> str:
    """Return what an engine prints.

    Raises:
        ToolMissing: The program is not installed.
    """
    try:
        finished = subprocess.run(
            command, capture_output=True, text=True, timeout=ENGINE_TIMEOUT_S, check=False, errors="replace"
        )
    except FileNotFoundError as error:
        raise ToolMissing(
            f"the program {command[0]!r} was not found; install it (Debian: apt install {command[0]}) "
            "and see that it is on the PATH."
        ) from error
    return finished.stdout
