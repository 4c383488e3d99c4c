"""What comes in of one utterance: chunks checked and brought to 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import AudioError
from rsatalker.speech.audio import LONGEST_S, StreamingResampler, check_rate, check_samples
from sidecar.errors import InvalidRequestError

LONGEST_CHUNK_S = 10.0  # of a growing utterance; longer ones belong into Speak
FULL_SCALE_S16 = 32768.0
SampleFormat = Literal["s16", "f32"]
DTYPES: dict[SampleFormat, str] = {"s16": "<i2", "f32": "<f4"}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How the bytes of audio are to be read: little-endian, channels interleaved."""

    sample_rate_hz: int
    channels: int
    sample_format: SampleFormat

    def seconds(self, audio: bytes) -> float:
        """Return how long the audio lasts."""
        return len(audio) / (self.sample_rate_hz * self.channels * np.dtype(DTYPES[self.sample_format]).itemsize)


class Intake:
    """Turns the chunks of one utterance into voices at 16 kHz, streaming.

    Raises:
        AudioError: The rate is unusable.
        InvalidRequestError: The channels do not fit the participants.
    """

    def __init__(self, audio_format: AudioFormat, participants: tuple[int, ...]) -> None:
        check_rate(audio_format.sample_rate_hz)
        check_channels(audio_format.channels, participants)
        self.format = audio_format
        self.next_sequence = 0
        self._received = 0  # input samples of one channel so far
        self._resamplers = [StreamingResampler(audio_format.sample_rate_hz) for _ in participants]

    def check_sequence(self, sequence: int) -> None:
        """Raise InvalidRequestError unless a chunk is the next one."""
        if sequence != self.next_sequence:
            raise InvalidRequestError(
                f"sequence number is {sequence}; expected {self.next_sequence}. Send every chunk once and in order, or "
                "cancel the utterance and begin another."
            )

    def push(self, audio: bytes, longest_s: float = LONGEST_CHUNK_S) -> Float32[np.ndarray, "C S16"]:
        """Return what is complete at 16 kHz after one more chunk; it may be empty.

        Raises:
            AudioError: The utterance gets too long, or a sample is NaN, infinite or no sound.
            InvalidRequestError: The chunk is too long or ends in the middle of a sample.
        """
        samples = self._samples(audio, longest_s)
        total = self._received + samples.shape[1]
        if total > LONGEST_S * self.format.sample_rate_hz:
            raise AudioError(
                f"the utterance lasts {total / self.format.sample_rate_hz:.0f} s; at most {LONGEST_S:.0f} s are taken. "
                "Cut it into several."
            )
        check_samples(samples)
        self._received = total
        return self._joined([resample.push(voice) for resample, voice in zip(self._resamplers, samples, strict=True)])

    def finish(self) -> Float32[np.ndarray, "C S16"]:
        """Return what was held back, as if silence followed."""
        return self._joined([resample.finish() for resample in self._resamplers])

    def _samples(self, audio: bytes, longest_s: float) -> Float32[np.ndarray, "C S"]:
        seconds = self.format.seconds(audio)
        if seconds > longest_s:
            longest = f"{longest_s:.0f} s"
            if longest_s >= LONGEST_S:
                raise AudioError(f"audio lasts {seconds:.0f} s; at most {longest} are taken at once. Cut it.")
            raise InvalidRequestError(
                f"the chunk lasts {seconds:.1f} s; at most {longest} are taken. Send shorter ones."
            )
        dtype = np.dtype(DTYPES[self.format.sample_format])
        frame_bytes = dtype.itemsize * self.format.channels
        if len(audio) % frame_bytes:
            raise InvalidRequestError(
                f"audio has {len(audio)} bytes, no multiple of {frame_bytes}: {self.format.channels} channel(s) of "
                f"{dtype.itemsize} bytes a sample. Send whole samples of every channel."
            )
        samples = np.frombuffer(audio, dtype).reshape(-1, self.format.channels).T
        if self.format.sample_format == "s16":
            return np.ascontiguousarray(samples, np.float32) / np.float32(FULL_SCALE_S16)
        return np.ascontiguousarray(samples, np.float32)

    def _joined(self, voices: list[np.ndarray]) -> Float32[np.ndarray, "C S16"]:
        return np.stack(voices)


def check_channels(channels: int, participants: tuple[int, ...]) -> None:
    """Raise InvalidRequestError unless there is one channel for each participant."""
    if channels == len(participants):
        return
    if len(participants) == 1:
        raise InvalidRequestError(
            f'audio has {channels} channels; one participant takes 1. Mix down, or use participant "both" with 2.'
        )
    raise InvalidRequestError(
        f'audio has {channels} channel(s); participant "both" takes 2, the first for a, the second for b.'
    )
