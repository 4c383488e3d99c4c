"""What happens to a voice between a mouth and a microphone, and other people's mouths: variety for the corpus.

Everything acts on the waveform at 16 kHz. Only `warped` moves sound in time, and it moves the segments with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32
from scipy.signal import butter, fftconvolve, istft, sosfilt, stft

from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.phones import Segment, Viseme

Samples = Float32[np.ndarray, " S"]
QUIET = 1e-9  # power; keeps silence finite
STFT_SAMPLES = 512  # 32 ms
ENVELOPE_QUEFRENCY = 44  # samples: coarser than the harmonics of voices up to 360 Hz, else finer than formants
SHORTEST_BREATH = 4_000  # samples, 250 ms: shorter pauses hold no breath
BREATH_SHARE = 0.5  # of the pauses
SMACK_SHARE = 0.2  # of the pauses: lips and tongue come apart audibly
SHORTEST_HUM = 8_000  # samples, 500 ms: shorter pauses hold no "mm"
HUM_SHARE = 0.15  # of the pauses that are long enough
MURMUR_HZ = ((270, 90, 1.0), (1000, 250, 0.08), (2200, 400, 0.04))  # formants of /m/: centre, width, height
BREATHY_FROM_HZ = (1_500, 5_000)  # above a frequency in this range a breathy voice is noise


def rms(samples: Samples) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2) + QUIET))


def warped(
    samples: Samples, segments: Sequence[Segment], mean_speed: float, rng: np.random.Generator
) -> tuple[Samples, list[Segment]]:
    """Return the sound resampled by `mean_speed`, with pitch and formants, a little faster here and slower there."""
    knots = max(2, int(len(samples) / SPEECH_RATE_HZ * 3))  # the pace changes about three times a second
    wobble = np.exp(rng.normal(0, rng.uniform(0, 0.08), knots))
    speed = mean_speed * np.interp(np.linspace(0, knots - 1, len(samples)), np.arange(knots), wobble)
    new_time = np.concatenate([[0.0], np.cumsum(1 / speed)])  # (S + 1,) where each old sample comes to lie
    old_time = np.interp(np.arange(int(new_time[-1])), new_time, np.arange(len(new_time)))
    moved = np.interp(old_time, np.arange(len(samples)), samples).astype(np.float32)
    boundaries = np.array([[segment.start_s, segment.end_s] for segment in segments]) * SPEECH_RATE_HZ
    boundaries = np.interp(boundaries, np.arange(len(new_time)), new_time) / SPEECH_RATE_HZ
    return moved, [Segment(s.viseme, *b) for s, b in zip(segments, boundaries.tolist(), strict=True)]


def with_other_formants(samples: Samples, factor: float) -> Samples:
    """Return the voice of a throat shorter by `factor`: the spectral envelope is stretched, the pitch stays."""
    spectrum = stft(samples, nperseg=STFT_SAMPLES, noverlap=STFT_SAMPLES * 3 // 4)[2]
    log_magnitude = np.log(np.abs(spectrum) + 1e-7)  # (bins, frames)
    cepstrum = np.fft.irfft(log_magnitude, axis=0)
    cepstrum[ENVELOPE_QUEFRENCY : len(cepstrum) - ENVELOPE_QUEFRENCY + 1] = 0
    envelope = np.fft.rfft(cepstrum, axis=0).real
    position = np.clip(np.arange(len(envelope)) / factor, 0, len(envelope) - 1.001)
    below, fraction = position.astype(int), (position % 1)[:, None]
    stretched = envelope[below] * (1 - fraction) + envelope[below + 1] * fraction
    moved = istft(spectrum * np.exp(stretched - envelope), nperseg=STFT_SAMPLES, noverlap=STFT_SAMPLES * 3 // 4)[1]
    return np.resize(moved, len(samples)).astype(np.float32)


def with_breaths(samples: Samples, segments: Sequence[Segment], rng: np.random.Generator) -> Samples:
    """Return the voice with breaths and smacks in its pauses, as people have and engines do not; the lips stay shut."""
    heard = samples.copy()
    loudness = rms(samples)
    for pause in segments:
        start, end = int(pause.start_s * SPEECH_RATE_HZ), int(pause.end_s * SPEECH_RATE_HZ)
        if pause.viseme != Viseme.SILENCE or end - start < SHORTEST_BREATH:
            continue
        if rng.random() < BREATH_SHARE:
            length = int(min(end - start, rng.uniform(0.15, 0.6) * SPEECH_RATE_HZ))
            first = int(rng.integers(start, end - length + 1))
            heard[first : first + length] += breath(length, rng) * np.float32(
                loudness * 10 ** (-rng.uniform(8, 32) / 20)
            )
        if rng.random() < SMACK_SHARE:
            length = int(rng.uniform(0.003, 0.012) * SPEECH_RATE_HZ)
            first = int(rng.integers(start, end - length))
            click = rng.standard_normal(length) * np.hanning(length) * loudness * 10 ** (-rng.uniform(0, 20) / 20)
            heard[first : first + length] += click.astype(np.float32)
    return heard


def with_hums(samples: Samples, segments: Sequence[Segment], rng: np.random.Generator) -> tuple[Samples, list[Segment]]:
    """Return the voice with some "mm" and "mm-hm" in its longer pauses; the lips are closed meanwhile."""
    heard, shown = samples.copy(), list[Segment]()
    loudness = rms(samples)
    for pause in segments:
        start, end = int(pause.start_s * SPEECH_RATE_HZ), int(pause.end_s * SPEECH_RATE_HZ)
        if pause.viseme != Viseme.SILENCE or end - start < SHORTEST_HUM or rng.random() > HUM_SHARE:
            shown.append(pause)
            continue
        length = int(rng.uniform(0.2, min(0.9, (end - start) / SPEECH_RATE_HZ - 0.2)) * SPEECH_RATE_HZ)
        first = int(rng.integers(start + 800, end - length - 800))
        heard[first : first + length] += hum(length, rng) * np.float32(loudness * 10 ** (-rng.uniform(0, 18) / 20))
        begins_s, ends_s = first / SPEECH_RATE_HZ, (first + length) / SPEECH_RATE_HZ
        shown += [pause._replace(end_s=begins_s), Segment(Viseme.P, begins_s, ends_s), pause._replace(start_s=ends_s)]
    return heard, shown


def hum(length: int, rng: np.random.Generator) -> Samples:
    """Return a nasal murmur of unit loudness: a falling, rising or dipping pitch, now and then with a gap ("mm-hm")."""
    knots_hz = rng.uniform(85, 250) * np.exp(rng.normal(0, 0.12, 4))
    pitch_hz = np.interp(np.linspace(0, 3, length), np.arange(4), knots_hz)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SPEECH_RATE_HZ
    voice = np.zeros(length)
    for harmonic in range(1, 25):
        at_hz = harmonic * pitch_hz
        height = sum(level / (1 + ((at_hz - center) / width) ** 2) for center, width, level in MURMUR_HZ)
        voice += np.where(at_hz < SPEECH_RATE_HZ / 2, height, 0) * np.cos(harmonic * phase) / harmonic**0.5
    edge = min(length // 4, 640)
    envelope = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / edge)
    if rng.random() < 0.4:
        middle = np.abs(np.arange(length) / length - rng.uniform(0.4, 0.6))
        envelope *= np.clip(middle / 0.06, 0.03, 1)
    hummed = (voice * envelope).astype(np.float32)
    return hummed / np.float32(rms(hummed))


def made_breathy(samples: Samples, rng: np.random.Generator) -> Samples:
    """Return the voice with its upper harmonics turned to noise, as where the vocal folds do not quite meet."""
    spectrum = stft(samples, nperseg=STFT_SAMPLES, noverlap=STFT_SAMPLES * 3 // 4)[2]
    first = int(rng.uniform(*BREATHY_FROM_HZ) / SPEECH_RATE_HZ * STFT_SAMPLES)
    turned = rng.uniform(0.4, 1.0) * np.pi * rng.uniform(-1, 1, spectrum[first:].shape)
    spectrum[first:] *= np.exp(1j * turned) * rng.uniform(0.8, 1.6)
    heard = istft(spectrum, nperseg=STFT_SAMPLES, noverlap=STFT_SAMPLES * 3 // 4)[1]
    return np.resize(heard, len(samples)).astype(np.float32)


def breath(length: int, rng: np.random.Generator) -> Samples:
    """Return the noise of air through an open throat, swelling and fading, of unit loudness."""
    frequency_hz = np.fft.rfftfreq(length, 1 / SPEECH_RATE_HZ)
    shape = np.zeros_like(frequency_hz)
    for center_hz, width_hz in (
        (rng.uniform(400, 900), 300),
        (rng.uniform(1200, 2200), 400),
        (rng.uniform(2600, 4500), 900),
    ):
        shape += rng.uniform(0.3, 1) * np.exp(-(((frequency_hz - center_hz) / width_hz) ** 2))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * (shape + 0.05), length) * np.hanning(length)
    return (noise / rms(noise.astype(np.float32))).astype(np.float32)


def through_a_channel(samples: Samples, rng: np.random.Generator, other_voices: Sequence[Samples]) -> Samples:
    """Return the voice in a random room, with random noise, over a random microphone; the loudness stays."""
    loudness = rms(samples)
    if rng.random() < 0.6:
        samples = in_a_room(samples, rng)
    if rng.random() < 0.75:
        snr_db = rng.uniform(0, 40) if rng.random() < 0.5 else rng.uniform(10, 40)
        samples = with_noise(samples, background(len(samples), rng, other_voices), snr_db)
    if rng.random() < 0.25:
        band = butter(4, [rng.uniform(60, 250), rng.uniform(3200, 6500)], "band", fs=SPEECH_RATE_HZ, output="sos")
        samples = np.asarray(sosfilt(band, samples), np.float32)
    if rng.random() < 0.1:
        samples = companded(samples)
    return samples * np.float32(loudness / rms(samples))


def in_a_room(samples: Samples, rng: np.random.Generator) -> Samples:
    """Return the voice with a reverberation of .1 to .7 s, the direct sound first."""
    t60_s = rng.uniform(0.1, 0.7)
    length = int(t60_s * SPEECH_RATE_HZ)
    echoes = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length) * rng.uniform(0.02, 0.25)
    echoes[0] = 1
    return np.asarray(fftconvolve(samples, echoes)[: len(samples)], np.float32)


def with_noise(samples: Samples, noise: Samples, snr_db: float) -> Samples:
    """Return the sum of voice and noise at a ratio of their powers."""
    return samples + noise * np.float32(rms(samples) / rms(noise) * 10 ** (-snr_db / 20))


def background(length: int, rng: np.random.Generator, other_voices: Sequence[Samples]) -> Samples:
    """Return noise: coloured (55 %), babble of other voices (30 %) or music (15 %)."""
    kind = rng.random()
    if kind < 0.3 and other_voices:
        return babble(length, rng, other_voices)
    return music(length, rng) if kind > 0.85 else coloured_noise(length, rng)


def coloured_noise(length: int, rng: np.random.Generator) -> Samples:
    """Return noise between white and brown that swells and fades slowly."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    spectrum /= (np.arange(len(spectrum)) + 1) ** rng.uniform(0, 1)
    knots = max(2, length // SPEECH_RATE_HZ * 2)
    swell = np.exp(rng.normal(0, rng.uniform(0, 0.7), knots))
    envelope = np.interp(np.linspace(0, knots - 1, length), np.arange(knots), swell)
    return (np.fft.irfft(spectrum, length) * envelope).astype(np.float32)


def babble(length: int, rng: np.random.Generator, other_voices: Sequence[Samples]) -> Samples:
    """Return two to six other voices at once, each from a random point on."""
    mixed = np.zeros(length, np.float32)
    for _ in range(int(rng.integers(2, 7))):
        voice = other_voices[int(rng.integers(len(other_voices)))]
        voice = np.roll(np.resize(voice, length), int(rng.integers(length)))
        mixed += voice * np.float32(rng.uniform(0.4, 1) / rms(voice))
    return mixed


def music(length: int, rng: np.random.Generator) -> Samples:
    """Return plucked chords and a drum in a random tempo."""
    beat = int(rng.uniform(0.25, 0.6) * SPEECH_RATE_HZ)
    time_s = np.arange(2 * beat) / SPEECH_RATE_HZ
    mixed = np.zeros(length + 2 * beat, np.float32)
    root_hz = rng.uniform(80, 220)
    for start in range(0, length, beat):
        decay = np.exp(-time_s * rng.uniform(3, 9))
        for semitones in rng.choice([0, 3, 4, 7, 10, 12, 16, 19], 3, replace=False) + rng.choice([0, 2, 5, 7]):
            pitch_hz = root_hz * 2 ** (semitones / 12)
            for harmonic in range(1, 6):
                tone = np.sin(2 * np.pi * harmonic * pitch_hz * time_s + rng.uniform(0, 6.3)) * decay / harmonic
                mixed[start : start + 2 * beat] += tone.astype(np.float32)
        drum = rng.standard_normal(2 * beat) * np.exp(-time_s * 40) * rng.uniform(0, 4)
        mixed[start : start + 2 * beat] += drum.astype(np.float32)
    return mixed[:length]


def companded(samples: Samples) -> Samples:
    """Return the voice after 8-bit mu-law, as on a telephone line."""
    peak = np.abs(samples).max() + QUIET
    compressed = np.sign(samples) * np.log1p(255 * np.abs(samples / peak)) / np.log(256)
    rounded = np.round(compressed * 127) / 127
    return (np.sign(rounded) * (256 ** np.abs(rounded) - 1) / 255 * peak).astype(np.float32)
