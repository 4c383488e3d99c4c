"""Sound from a file or a stream, checked once and brought to the 16 kHz that everything after it expects."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import AudioError
from rsatalker.speech.sound_file import SoundFile

SPEECH_RATE_HZ = 16_000  # rate of all speech inside the model; voices carry little lip information above 8 kHz
LOWEST_RATE_HZ = 8_000  # telephone; below it /s/ and /f/ are gone
HIGHEST_RATE_HZ = 96_000  # the highest rate that sound cards and engines record at
LOUDEST = 100.0  # 40 dB above full scale: beyond it samples have another scale, or their bytes another format
SAME = 0.003  # 50 dB below full scale: as far as a codec moves two channels of the same sound apart
LONGEST_S = 300.0  # one clip; longer ones are a mistake or should be streamed
KERNEL_REACH_S = 0.0025  # half width of the resampling kernel, and so its delay: 40 samples at 16 kHz
KAISER_BETA = 8.0  # side lobes 80 dB down
PASS_BAND = 0.94  # of the lower Nyquist frequency; the kernel is too short for a steeper slope


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound of one or more channels.

    Attributes:
        samples: Channels by samples, nominally in [-1, 1].
        sample_rate_hz: Samples per second of each channel.
    """

    samples: Float32[np.ndarray, "C S"]
    sample_rate_hz: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.shape[1] / self.sample_rate_hz


def read_audio(path: str | Path) -> Audio:
    """Return the sound in a file of one of the `SOUND_KINDS`.

    Raises:
        AudioError: The file is missing, not audio, damaged, cut off, empty, too long, of an unusable rate, or its
            samples are no sound.
    """
    with SoundFile(path) as sound:
        rate_hz = sound.sample_rate_hz
        check_length(sound.claimed_count or 1, rate_hz, str(path))  # before a ten-hour file fills the memory
        samples = sound.read(int(LONGEST_S * rate_hz))
        if sound.read(1).size:  # of a kind that does not say its length before
            raise AudioError(f"{path} lasts more than {LONGEST_S:.0f} s, the most that is taken at once. Cut it.")
    check_length(samples.shape[1], rate_hz, str(path))
    check_samples(samples, str(path))
    return Audio(samples, rate_hz)


def check_length(sample_count: int, sample_rate_hz: int, source: str = "audio") -> None:
    """Raise AudioError unless the rate is usable and the length is more than nothing and at most `LONGEST_S`."""
    check_rate(sample_rate_hz, source)
    if sample_count == 0:
        raise AudioError(f"{source} is empty; give at least one sample.")
    if sample_count > LONGEST_S * sample_rate_hz:
        raise AudioError(
            f"{source} lasts {sample_count / sample_rate_hz:.0f} s; at most {LONGEST_S:.0f} s are taken at once. "
            "Cut it, or stream it in parts."
        )


def check_rate(sample_rate_hz: int, source: str = "audio") -> None:
    """Raise AudioError unless the rate lies between 8 and 96 kHz."""
    if not LOWEST_RATE_HZ <= sample_rate_hz <= HIGHEST_RATE_HZ:
        raise AudioError(
            f"{source} has a sample rate of {sample_rate_hz} Hz; expected {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz. "
            "Resample it."
        )


def check_samples(samples: Float32[np.ndarray, "*channels S"], source: str = "audio") -> None:
    """Raise AudioError if a sample is NaN, infinite or no sound; the message says which."""
    bad = ~(np.abs(samples) <= LOUDEST)  # of NaN nothing is true
    if not bad.any():
        return
    first = int(np.flatnonzero(bad.any(axis=tuple(range(samples.ndim - 1))))[0])
    if not np.isfinite(samples[..., first]).all():
        raise AudioError(f"{source} holds NaN or infinity, first at sample {first}; repair or export it again.")
    raise AudioError(
        f"{source} holds {np.abs(samples[..., first]).max():g} at sample {first}; expected samples in [-1, 1]. Divide "
        "those of 16 bits by 32768, and see whether the bytes have the format that was named."
    )


def mono(audio: Audio, source: str = "audio") -> Float32[np.ndarray, " S"]:
    """Return the samples of one voice: of its one channel, or of the first where all have the same sound.

    Raises:
        AudioError: Its channels differ.
    """
    if not is_one_voice(audio.samples):
        raise AudioError(
            f"{source} has {len(audio.samples)} channels that differ; one voice takes 1. Mix it down "
            "(`ffmpeg -i stereo.wav -ac 1 mono.wav`), or split it."
        )
    return audio.samples[0]


def counted_channels(count: int) -> str:
    """Return a number of channels as a sentence has it."""
    return "1 channel" if count == 1 else f"{count} channels"


def is_one_voice(samples: Float32[np.ndarray, "C S"]) -> bool:
    """Return whether there is one channel, or the same sound on each, as many recorders write it."""
    return len(samples) == 1 or bool((np.abs(samples[1:] - samples[0]) <= SAME).all())


def two_voices(audio: Audio, source: str = "audio") -> Float32[np.ndarray, "2 S"]:
    """Return the samples of a dialogue, one voice a channel.

    Raises:
        AudioError: It does not have exactly two channels.
    """
    if len(audio.samples) != 2:
        raise AudioError(
            f"{source} has {counted_channels(len(audio.samples))}; a dialogue takes 2, one for each voice."
        )
    return audio.samples


def at_speech_rate(audio: Audio) -> Float32[np.ndarray, "C S16"]:
    """Return all channels at 16 kHz."""
    channels: list[np.ndarray] = []
    for channel in audio.samples:
        resampler = StreamingResampler(audio.sample_rate_hz)
        channels.append(np.concatenate([resampler.push(channel), resampler.finish()]))
    return np.stack(channels)


class StreamingResampler:
    """Brings one channel from any rate of 8 to 96 kHz to another, in chunks of any size.

    A polyphase windowed sinc. However the input is cut, the output is the same; it lags by `KERNEL_REACH_S`.

    Raises:
        AudioError: The rate is unusable.
    """

    def __init__(self, sample_rate_hz: int, target_rate_hz: int = SPEECH_RATE_HZ) -> None:
        check_rate(sample_rate_hz)
        self.passes_through = sample_rate_hz == target_rate_hz
        self.step = Fraction(sample_rate_hz, target_rate_hz)  # input samples per output sample
        self.reach = int(np.ceil(KERNEL_REACH_S * sample_rate_hz))  # input samples on either side
        self.kernels = _polyphase_kernels(sample_rate_hz, target_rate_hz, self.reach)  # (phases, 2 reach)
        self.pending = np.zeros(self.reach - 1, np.float32)  # input still needed; starts with silence before the sound
        self.pending_start = 1 - self.reach  # index of pending[0] in the input
        self.received = 0  # input samples so far
        self.produced = 0  # output samples so far

    def push(self, samples: Float32[np.ndarray, " S"]) -> Float32[np.ndarray, " S16"]:
        """Return the samples at the new rate that are complete now."""
        check_samples(samples)
        self.received += len(samples)
        if self.passes_through:
            return samples
        self.pending = np.concatenate([self.pending, samples])
        last_usable = self.received - self.reach  # an output at input position p needs samples up to floor(p) + reach
        return self._produce(_ceil(Fraction(last_usable) / self.step))

    def finish(self) -> Float32[np.ndarray, " S16"]:
        """Return what was held back, as if silence followed; the total is ceil(input samples x target / rate)."""
        if self.passes_through:
            return np.zeros(0, np.float32)
        self.pending = np.concatenate([self.pending, np.zeros(2 * self.reach, np.float32)])
        return self._produce(_ceil(Fraction(self.received) / self.step))

    def _produce(self, up_to: int) -> np.ndarray:
        if up_to <= self.produced:
            return np.zeros(0, np.float32)
        ticks = np.arange(self.produced, up_to, dtype=np.int64) * self.step.numerator
        positions, phases = np.divmod(ticks, self.step.denominator)
        windows = np.lib.stride_tricks.sliding_window_view(self.pending, 2 * self.reach)
        first = positions - (self.reach - 1) - self.pending_start
        out = np.empty(up_to - self.produced, np.float32)
        for start in range(0, len(out), SPEECH_RATE_HZ):  # a bounded part at a time: the gathered windows stay small
            part = slice(start, start + SPEECH_RATE_HZ)
            out[part] = np.einsum("nk,nk->n", windows[first[part]], self.kernels[phases[part]])
        self.produced = up_to
        next_start = up_to * self.step.numerator // self.step.denominator - (self.reach - 1)
        self.pending = self.pending[next_start - self.pending_start :]
        self.pending_start = next_start
        return out


def _polyphase_kernels(sample_rate_hz: int, target_rate_hz: int, reach: int) -> Float32[np.ndarray, "phases K"]:
    """Return one kernel for each fraction of an input sample at which an output sample can lie."""
    phases = target_rate_hz // gcd(target_rate_hz, sample_rate_hz)
    offsets = np.arange(1 - reach, reach + 1)[None, :] - (np.arange(phases) / phases)[:, None]  # in input samples
    cutoff = PASS_BAND * min(1.0, target_rate_hz / sample_rate_hz)  # of the input's Nyquist frequency
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (offsets / reach) ** 2, 0, 1))) / np.i0(KAISER_BETA)
    kernels = cutoff * np.sinc(cutoff * offsets) * window
    return (kernels / kernels.sum(axis=1, keepdims=True)).astype(np.float32)  # unit gain at 0 Hz in every phase


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
