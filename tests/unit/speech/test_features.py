"""Log-mel features: the same however the sound is cut, and blind to the future."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsatalker.speech.features import (
    FEATURES_PER_INSTANT,
    MEL_BANDS,
    SILENT_FEATURE,
    LogMel,
    at_other_gain,
    feature_ends,
    log_mel,
    mel_filterbank,
    whole_instants,
)

pytestmark = pytest.mark.unit


def noise(voices: int, samples: int) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, (voices, samples)).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 7_000), max_size=8))
def test_features_stream_what_they_are_offline(cuts):
    sound = noise(2, 7_000)
    features = LogMel(2)
    pieces = [features.push(piece) for piece in np.split(sound, sorted(cuts), axis=1)]
    streamed = np.concatenate([*pieces, features.finish()], axis=1)
    np.testing.assert_allclose(streamed, log_mel(sound), atol=1e-5)


def test_features_come_four_for_each_thirtieth_of_a_second():
    assert log_mel(noise(1, 16_000)).shape == (1, 30 * FEATURES_PER_INSTANT, MEL_BANDS)


def test_push_gives_whole_instants_only():
    features = LogMel(1)
    assert features.push(noise(1, 532)).shape[1] == 0
    assert features.push(noise(1, 1)).shape[1] == FEATURES_PER_INSTANT


def test_instants_are_whole_exactly_when_their_last_feature_has_ended():
    for samples in range(5_000):
        ended = int((feature_ends(0, 60) <= samples).sum())
        assert whole_instants(samples) == ended // FEATURES_PER_INSTANT


def test_features_do_not_hear_the_future():
    sound = noise(1, 8_000)
    changed = sound.copy()
    changed[:, 4_000:] += 1
    before = int((feature_ends(0, 60) <= 4_000).sum())
    np.testing.assert_array_equal(log_mel(sound)[:, :before], log_mel(changed)[:, :before])
    assert not np.allclose(log_mel(sound)[:, before], log_mel(changed)[:, before])


def test_digital_silence_stays_finite():
    np.testing.assert_allclose(log_mel(np.zeros((1, 4_000), np.float32)), SILENT_FEATURE, atol=1e-5)


def test_finish_gives_nothing_when_every_instant_was_full():
    features = LogMel(1)
    features.push(noise(1, 1_600))
    assert features.finish().shape[1] == 0


def test_mel_filters_cover_the_band_of_speech():
    heard = mel_filterbank().sum(axis=1)
    assert (heard[4:240] > 0).all()
    assert heard[0] == 0


def test_features_at_another_gain_are_those_of_the_quieter_sound():
    sound = np.random.default_rng(0).normal(0, 0.1, (1, 8_000)).astype(np.float32)
    quieter = log_mel(sound * np.float32(10 ** (-10 / 20)))
    np.testing.assert_allclose(at_other_gain(log_mel(sound), -10.0), quieter, atol=1e-2)
    silence = log_mel(np.zeros((1, 8_000), np.float32))
    np.testing.assert_allclose(at_other_gain(silence, -10.0), silence, atol=1e-5)
