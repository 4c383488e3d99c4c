"""What `rsatalker demo` can be asked for, and the voices that it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32

import rsatalker
from rsatalker.motion.social import Kinship, Relationship, Status
from rsatalker.speech.audio import Audio, at_speech_rate, mono, read_audio, two_voices
from sidecar.errors import ConfigError

SAMPLE_DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
CHUNK_S = 0.04  # what text-to-speech engines and game voice chat hand out
SMALLEST_FRAME_PX, LARGEST_FRAME_PX = 128, 2048  # of one head; H.264 takes the picture of both up to 4096 wide

LARGEST_SEED = 2**63 - 1  # the protocol carries 64 bits, others' integers end here


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of `rsatalker demo`.

    Attributes:
        audio_a: Voice of a, a file with one channel; with --audio-b it replaces the sample dialogue.
        audio_b: Voice of b, starting at the same moment.
        relation: Whether the two are kin.
        status: Whether one stands above the other.
        senior: The one who does; only with an unequal status.
        avatars: Folder of fitted avatars, which join the cast; what `rsatalker serve --avatars` takes.
        avatar_a: Character of a; the first of the cast if left out.
        avatar_b: Character of b; the second of the cast if left out.
        out: Folder for the video, the contact sheet and the curves.
        seconds: How much of the dialogue is recorded at most.
        live_s: How long the dialogue is first played in real time, to measure; 0 leaves that out.
        size_px: Width and height of the frame of one head in the video.
        live_size_px: The same while playing live.
        detail: Share of the full number of Gaussians on each head.
        seed: Chance of blinks, nods and glances; the same seed gives the same video.
    """

    audio_a: Path | None = None
    audio_b: Path | None = None
    relation: Kinship = "blood"
    status: Status = "equal"
    senior: Literal["a", "b"] | None = None
    avatars: Path | None = None
    avatar_a: str | None = None
    avatar_b: str | None = None
    out: Path = Path("out")
    seconds: float = 60.0
    live_s: float = 8.0
    size_px: int = 854
    live_size_px: int = 400
    detail: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        if (self.audio_a is None) != (self.audio_b is None):
            raise ConfigError(
                "one voice was given; give both --audio-a and --audio-b, or none for the sample dialogue."
            )
        if not 1 <= self.seconds <= 300:
            raise ConfigError(f"seconds is {self.seconds:g}; expected 1 to 300.")
        if not 0 <= self.live_s <= 300:
            raise ConfigError(f"live-s is {self.live_s:g}; expected 0 to 300.")
        for name, size_px in (("size-px", self.size_px), ("live-size-px", self.live_size_px)):
            if not SMALLEST_FRAME_PX <= size_px <= LARGEST_FRAME_PX or size_px % 2:
                raise ConfigError(
                    f"{name} is {size_px}; expected an even number from {SMALLEST_FRAME_PX} to {LARGEST_FRAME_PX}."
                )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ConfigError(f"seed is {self.seed}; expected 0 to {LARGEST_SEED}.")
        if self.out.exists() and not self.out.is_dir():
            raise ConfigError(f"out is {str(self.out)!r}, which is a file; name a folder.")
        self.relationship()

    def relationship(self) -> Relationship:
        """Return who the two are to each other.

        Raises:
            RelationshipError: Status and senior contradict each other.
        """
        senior = None if self.senior is None else "ab".index(self.senior)
        return Relationship(self.relation, self.status, senior)


def read_voices(options: DemoOptions) -> Audio:
    """Return the dialogue, one voice a channel, cut to the length asked for.

    Raises:
        AudioError: A file is missing or cannot be used.
    """
    if options.audio_a is None or options.audio_b is None:
        voices, rate = two_voices(sample := read_audio(SAMPLE_DIALOGUE)), sample.sample_rate_hz
    else:
        voices, rate = _side_by_side(options.audio_a, options.audio_b)
    return Audio(voices[:, : round(options.seconds * rate)], rate)


def _side_by_side(path_a: Path, path_b: Path) -> tuple[Float32[np.ndarray, "2 S"], int]:
    """Return two files as two channels of one rate; the shorter one ends in silence."""
    files = [read_audio(path) for path in (path_a, path_b)]
    for file, path in zip(files, (path_a, path_b), strict=True):
        mono(file, str(path))
    rate = files[0].sample_rate_hz
    if files[1].sample_rate_hz != rate:
        rate = 16_000
        files = [Audio(at_speech_rate(file), rate) for file in files]
    length = max(file.samples.shape[1] for file in files)
    padded = [np.pad(file.samples[0], (0, length - file.samples.shape[1])) for file in files]
    return np.stack(padded), rate


def chunks(dialogue: Audio) -> Iterator[Float32[np.ndarray, "2 S"]]:
    """Return the dialogue in the pieces in which it is streamed."""
    step = round(CHUNK_S * dialogue.sample_rate_hz)
    for first in range(0, dialogue.samples.shape[1], step):
        yield dialogue.samples[:, first : first + step]
