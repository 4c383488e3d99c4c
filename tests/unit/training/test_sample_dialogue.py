"""The sample dialogue that ships: two voices, turns, an overlap, a backchannel."""

from pathlib import Path

import numpy as np
import pytest

import rsatalker
from rsatalker.speech.audio import read_audio, two_voices
from rsatalker.training.sample_dialogue import sample_dialogue

pytestmark = pytest.mark.unit

SAMPLE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"


def speaking() -> np.ndarray:
    """Which tenths of a second each voice sounds in."""
    voices = two_voices(read_audio(SAMPLE))
    tenths = voices[:, : voices.shape[1] // 1600 * 1600].reshape(2, -1, 1600)
    return np.sqrt((tenths**2).mean(axis=2)) > 0.01


def test_sample_is_a_two_channel_dialogue_of_16_khz():
    audio = read_audio(SAMPLE)
    assert audio.samples.shape[0] == 2
    assert audio.sample_rate_hz == 16_000
    assert 20 <= audio.duration_s <= 26
    assert 0.2 < np.abs(audio.samples).max() < 1.0


def test_both_speak_and_both_listen():
    shares = speaking().mean(axis=1)
    assert (shares > 0.2).all()
    assert (shares < 0.7).all()


def test_sample_has_overlaps():
    assert 3 <= speaking().all(axis=0).sum() <= 20


def test_script_makes_the_sample_that_ships(flite):
    shipped = two_voices(read_audio(SAMPLE))
    made = sample_dialogue()
    assert made.shape == shipped.shape
    np.testing.assert_allclose(made, shipped, atol=1e-3)
