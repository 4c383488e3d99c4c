import numpy as np
import pytest

from sidecar.errors import InvalidRequestError
from sidecar.intake import AudioFormat, Intake

pytestmark = pytest.mark.unit


def test_integers_become_floats_of_full_scale_one():
    intake = Intake(AudioFormat(16_000, 1, "s16"), (0,))
    audio = np.array([-32768, 0, 16384], "<i2").tobytes()
    np.testing.assert_array_equal(intake.push(audio), [[-1.0, 0.0, 0.5]])


def test_channels_are_told_apart():
    intake = Intake(AudioFormat(16_000, 2, "f32"), (0, 1))
    audio = np.array([[0.1, 0.2], [0.3, 0.4]], "<f4").tobytes()
    np.testing.assert_allclose(intake.push(audio), [[0.1, 0.3], [0.2, 0.4]])


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_chunks_make_the_same_voice_as_the_whole(rate_hz: int):
    rng = np.random.default_rng(1)
    samples = rng.uniform(-1, 1, rate_hz).astype("<f4")
    whole, chunked = (Intake(AudioFormat(rate_hz, 1, "f32"), (1,)) for _ in range(2))
    at_once = np.concatenate([whole.push(samples.tobytes()), whole.finish()], axis=1)
    parts = [chunked.push(chunk.tobytes()) for chunk in np.array_split(samples, 31)]
    np.testing.assert_allclose(np.concatenate([*parts, chunked.finish()], axis=1), at_once, atol=1e-6)
    assert at_once.shape == (1, 16_000)


def test_sequence_goes_without_gaps():
    intake = Intake(AudioFormat(16_000, 1, "s16"), (0,))
    intake.check_sequence(0)
    with pytest.raises(InvalidRequestError, match="sequence number is 1; expected 0"):
        intake.check_sequence(1)
