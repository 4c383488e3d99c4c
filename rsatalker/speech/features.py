"""What the motion model hears: log-mel energies, 120 times a second, four for each instant of motion."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.audio import SPEECH_RATE_HZ

MEL_BANDS = 80  # as in Whisper and most synthesisers; resolves the first two formants
FEATURE_RATE_HZ = 120  # a stop's burst lasts 10 ms: 30 Hz would smear it
FEATURES_PER_INSTANT = 4  # 120 Hz features, 30 Hz motion
WINDOW_SAMPLES = 400  # 25 ms: two periods of a low voice
FFT_SAMPLES = 512
LOWEST_HZ = 40.0
HIGHEST_HZ = 7600.0
ENERGY_FLOOR = 1e-6  # about -80 dB below a loud voice: digital silence stays finite
SILENT_FEATURE = float(np.log(ENERGY_FLOOR))


def mel_filterbank() -> Float32[np.ndarray, "bins bands"]:
    """Return triangular filters, evenly spaced on the mel scale (2595 log10(1 + f / 700))."""
    lowest, highest = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    edges_hz = 700 * (10 ** (np.linspace(lowest, highest, MEL_BANDS + 2) / 2595) - 1)
    bins_hz = np.arange(FFT_SAMPLES // 2 + 1)[:, None] * SPEECH_RATE_HZ / FFT_SAMPLES
    left, center, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz - left) / (center - left)
    falling = (right - bins_hz) / (right - center)
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def feature_ends(first: int, last: int) -> np.ndarray:
    """Return the sample at which each feature's window ends; feature j ends (j + 1) / 120 s after the start.

    The window lies wholly in the past, so a feature needs no sound from after its own time.
    """
    return ((np.arange(first, last) + 1) * SPEECH_RATE_HZ * 2 + FEATURE_RATE_HZ) // (FEATURE_RATE_HZ * 2)


def whole_instants(samples: int) -> int:
    """Return how many instants of motion are complete after so many samples: the last feature of each has ended."""
    return (2 * FEATURE_RATE_HZ * samples + FEATURE_RATE_HZ - 1) // (2 * SPEECH_RATE_HZ * FEATURES_PER_INSTANT)


def samples_to_complete(instants: int) -> int:
    """Return the fewest samples that complete so many instants of motion."""
    return -(-(2 * SPEECH_RATE_HZ * FEATURES_PER_INSTANT * instants - FEATURE_RATE_HZ + 1) // (2 * FEATURE_RATE_HZ))


class LogMel:
    """Log-mel features of several voices that run side by side, in chunks of any size.

    However the sound is cut, the features are the same. No normalisation: what a feature is depends on 25 ms only.

    Args:
        voices: How many voices are pushed together.
    """

    def __init__(self, voices: int) -> None:
        self.filters = mel_filterbank()
        self.window = np.hanning(WINDOW_SAMPLES).astype(np.float32)
        self.pending = np.zeros((voices, WINDOW_SAMPLES), np.float32)  # silence before the sound
        self.pending_start = -WINDOW_SAMPLES  # index of pending[:, 0] in the sound
        self.produced = 0  # features so far

    def push(self, samples: Float32[np.ndarray, "B S"]) -> Float32[np.ndarray, "B F 80"]:
        """Return the features of all instants of motion that are complete: F is a multiple of four."""
        self.pending = np.concatenate([self.pending, samples], axis=1)
        return self._produce(whole_instants(self._received) * FEATURES_PER_INSTANT)

    def finish(self) -> Float32[np.ndarray, "B F 80"]:
        """Return the features of a last, partly filled instant, as if silence followed; none if there is none."""
        last_end = int(feature_ends(self.produced - 1, self.produced)[0]) if self.produced else 0
        if self._received <= last_end:
            return self._produce(self.produced)
        next_end = int(feature_ends(0, self.produced + FEATURES_PER_INSTANT)[-1])
        return self.push(np.zeros((len(self.pending), next_end - self._received), np.float32))

    @property
    def _received(self) -> int:
        return self.pending_start + self.pending.shape[1]

    def _produce(self, up_to: int) -> np.ndarray:
        voices = len(self.pending)
        if up_to <= self.produced:
            return np.zeros((voices, 0, MEL_BANDS), np.float32)
        ends = feature_ends(self.produced, up_to)
        frames = np.zeros((voices, len(ends), FFT_SAMPLES), np.float32)  # what is beyond the window stays zero
        for feature, start in enumerate((ends - WINDOW_SAMPLES - self.pending_start).tolist()):
            window = self.pending[:, start : start + WINDOW_SAMPLES]
            np.multiply(window, self.window, out=frames[:, feature, :WINDOW_SAMPLES])
        spectrum = np.fft.rfft(frames)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        self.produced = up_to
        keep_from = int(ends[-1]) - WINDOW_SAMPLES - self.pending_start
        self.pending = self.pending[:, keep_from:]
        self.pending_start += keep_from
        return np.log(power @ self.filters + np.float32(ENERGY_FLOOR))


def log_mel(samples: Float32[np.ndarray, "B S"]) -> Float32[np.ndarray, "B F 80"]:
    """Return the features of whole clips of 16 kHz sound, one voice a row."""
    features = LogMel(len(samples))
    return np.concatenate([features.push(samples), features.finish()], axis=1)


def at_other_gain(features: Float32[np.ndarray, "B F 80"], gain_db: float) -> Float32[np.ndarray, "B F 80"]:
    """Return log-mel features as if the sound had been louder or quieter by a gain."""
    power = np.maximum(np.exp(features) - np.float32(ENERGY_FLOOR), 0)
    return np.log(power * np.float32(10 ** (gain_db / 10)) + np.float32(ENERGY_FLOOR))
