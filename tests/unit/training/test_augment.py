"""Augmentation: segments follow the sound, noise has the loudness asked for."""

import numpy as np
import pytest

from rsatalker.training.augment import (
    background,
    companded,
    hum,
    made_breathy,
    music,
    rms,
    through_a_channel,
    warped,
    with_breaths,
    with_hums,
    with_noise,
    with_other_formants,
)
from rsatalker.training.phones import Segment, Viseme

pytestmark = pytest.mark.unit


def click_at(second: float) -> np.ndarray:
    samples = np.zeros(32_000, np.float32)
    samples[int(second * 16_000) : int(second * 16_000) + 20] = 1
    return samples


@pytest.mark.parametrize("seed", range(5))
def test_segments_move_with_the_sound(seed):
    segments = [Segment(Viseme.SILENCE, 0, 1.2), Segment(Viseme.P, 1.2, 1.5), Segment(Viseme.AA, 1.5, 2.0)]
    moved, new = warped(click_at(1.2), segments, 0.8 + 0.1 * seed, np.random.default_rng(seed))
    assert np.argmax(moved > 0.5) / 16_000 == pytest.approx(new[1].start_s, abs=0.002)
    assert new[-1].end_s == pytest.approx(len(moved) / 16_000, abs=0.002)


def test_noise_has_the_ratio_asked_for():
    rng = np.random.default_rng(0)
    voice, noise = rng.normal(0, 0.2, 16_000).astype(np.float32), rng.normal(0, 3, 16_000).astype(np.float32)
    added = with_noise(voice, noise, 10.0) - voice
    assert 20 * np.log10(rms(voice) / rms(added)) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("seed", range(8))
def test_channel_keeps_length_and_loudness(seed):
    rng = np.random.default_rng(seed)
    voice = rng.normal(0, 0.1, 20_000).astype(np.float32)
    heard = through_a_channel(voice, rng, [voice[:5_000]])
    assert heard.shape == voice.shape
    assert heard.dtype == np.float32
    assert rms(heard) == pytest.approx(rms(voice), rel=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_background_has_the_length_asked_for_and_sounds(seed):
    rng = np.random.default_rng(seed)
    noise = background(12_345, rng, [rng.normal(0, 1, 4_000).astype(np.float32)])
    assert noise.shape == (12_345,)
    assert rms(noise) > 1e-3


def test_formants_move_and_pitch_stays():
    time_s = np.arange(16_000) / 16_000
    pulses = (np.arange(16_000) % 160 == 0).astype(np.float32)  # 100 Hz
    vowel = np.convolve(pulses, np.exp(-time_s[:800] * 900) * np.sin(2 * np.pi * 1_000 * time_s[:800]))[:16_000]
    moved = with_other_formants(vowel.astype(np.float32), 1.15)
    spectrum = np.abs(np.fft.rfft(moved))[:3_000]
    before = np.abs(np.fft.rfft(vowel))[:3_000]
    hz = np.arange(3_000)
    assert (spectrum @ hz / spectrum.sum()) / (before @ hz / before.sum()) > 1.07
    assert np.argmax(spectrum) % 100 == 0


def test_formants_that_do_not_move_change_nothing():
    voice = np.random.default_rng(0).normal(0, 0.1, 9_000).astype(np.float32)
    np.testing.assert_allclose(with_other_formants(voice, 1.0), voice, atol=2e-3)


def test_breaths_are_heard_in_pauses_only():
    segments = [Segment(Viseme.AA, 0, 1), Segment(Viseme.SILENCE, 1, 2), Segment(Viseme.AA, 2, 2.5)]
    voice = np.random.default_rng(0).normal(0, 0.1, 40_000).astype(np.float32)
    changes = [with_breaths(voice, segments, np.random.default_rng(seed)) - voice for seed in range(10)]
    assert max(np.abs(change[:16_000]).max() + np.abs(change[32_000:]).max() for change in changes) == 0
    assert sum(rms(change) > 1e-3 for change in changes) >= 3


def test_music_is_reproducible():
    np.testing.assert_array_equal(music(8_000, np.random.default_rng(1)), music(8_000, np.random.default_rng(1)))


def test_companding_stays_close():
    voice = np.sin(np.arange(1_000) / 10).astype(np.float32)
    assert np.abs(companded(voice) - voice).max() < 0.05


def test_hums_sound_where_the_lips_are_closed_and_nowhere_else():
    segments = [Segment(Viseme.AA, 0, 0.5), Segment(Viseme.SILENCE, 0.5, 2.0)]
    voice = np.concatenate([np.random.default_rng(0).normal(0, 0.1, 8_000), np.zeros(24_000)]).astype(np.float32)
    closed = [
        (with_hums(voice, segments, np.random.default_rng(seed)), seed)
        for seed in range(40)
    ]  # fmt: skip
    hummed = [shown for shown, _ in closed if len(shown[1]) > len(segments)]
    assert 1 <= len(hummed) <= 15
    for heard, shown in hummed:
        (hum_segment,) = (segment for segment in shown if segment.viseme == Viseme.P)
        inside = slice(int(hum_segment.start_s * 16_000), int(hum_segment.end_s * 16_000))
        outside = heard.copy()
        outside[inside] = voice[inside]
        assert rms(heard[inside]) > 0.005
        assert np.array_equal(outside, voice)
        assert [segment.end_s for segment in shown[:-1]] == [segment.start_s for segment in shown[1:]]


@pytest.mark.parametrize("seed", range(4))
def test_hum_is_low_and_of_unit_loudness(seed):
    hummed = hum(8_000, np.random.default_rng(seed))
    power = np.abs(np.fft.rfft(hummed)) ** 2
    assert rms(hummed) == pytest.approx(1, rel=1e-3)
    assert power[: 8_000 * 700 // 16_000].sum() > 0.8 * power.sum()


def test_breathy_voice_keeps_its_low_harmonics_and_loses_the_high_ones():
    time_s = np.arange(32_000) / 16_000
    voice = (np.sin(2 * np.pi * 500 * time_s) + np.sin(2 * np.pi * 6_500 * time_s)).astype(np.float32)
    power = np.abs(np.fft.rfft(made_breathy(voice, np.random.default_rng(0)))) ** 2
    low, high = power[1_000], power[13_000]
    assert low > 1.5 * high
    assert power[12_500:13_500].sum() > 1.3 * high  # the sound is still there, spread out
