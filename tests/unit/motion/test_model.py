"""The motion model: streaming equals offline, the future is unheard, voices do not mix."""

import numpy as np
import pytest
import torch

from rsatalker.errors import CheckpointError
from rsatalker.motion.calm import Calm
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.speech.features import at_other_gain

pytestmark = pytest.mark.unit

CONFIG = MotionModelConfig(channels=24, front_channels=16)


@pytest.fixture
def model() -> MotionModel:
    torch.manual_seed(0)
    return MotionModel(CONFIG).eval()


def features(voices: int = 2, instants: int = 40) -> np.ndarray:
    return np.random.default_rng(1).normal(-6, 4, (voices, 4 * instants, 80)).astype(np.float32)


def streamed(model: MotionModel, sound: np.ndarray, instants_per_push: list[int]) -> np.ndarray:
    with model.streaming(len(sound)):
        parts, start = [], 0
        for instants in instants_per_push:
            parts.append(model.push(sound[:, start : start + 4 * instants]).articulation)
            start += 4 * instants
        parts.append(model.finish().articulation)
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("pushes", [[1] * 40, [40], [7, 0, 1, 20, 12], [2, 38]])
def test_streaming_equals_offline(model, pushes):
    sound = features()
    tail = np.repeat(sound[:, -1:], 4 * CONFIG.look_ahead, axis=1)
    with torch.inference_mode():
        heard = at_other_gain(np.concatenate([sound, tail], axis=1), CONFIG.listening_db)
        offline = model(torch.from_numpy(heard))
    told = offline.articulation[:, CONFIG.look_ahead :].clamp(0, 1).numpy()
    expected = Calm(len(sound)).push(told, offline.activity_logit[:, CONFIG.look_ahead :].sigmoid().numpy())
    np.testing.assert_allclose(streamed(model, sound, pushes), expected, atol=1e-4)


def test_model_does_not_hear_beyond_its_look_ahead(model):
    sound = features()
    changed = sound.copy()
    changed[:, 4 * 20 :] += 3
    with torch.inference_mode():
        first, second = model(torch.from_numpy(sound)), model(torch.from_numpy(changed))
    assert torch.equal(first.articulation[:, :20], second.articulation[:, :20])
    assert not torch.allclose(first.articulation[:, 20], second.articulation[:, 20])


def test_first_instant_comes_after_the_look_ahead(model):
    sound = features()
    with model.streaming(2):
        assert model.push(sound[:, : 4 * CONFIG.look_ahead]).articulation.shape == (2, 0, 12)
        assert model.push(sound[:, :4]).articulation.shape == (2, 1, 12)


def test_finish_gives_one_instant_for_every_four_features(model):
    assert streamed(model, features(instants=11), [5, 6]).shape == (2, 11, 12)
    assert streamed(model, features(instants=1), [1]).shape == (2, 1, 12)


def test_voices_do_not_hear_each_other(model):
    sound = features()
    together = model.lips(sound).articulation
    np.testing.assert_allclose(together[1:], model.lips(sound[1:]).articulation, atol=1e-5)


def test_streams_of_models_that_share_weights_are_apart(model):
    sound = features()
    other = model.sharing_weights()
    with model.streaming(2), other.streaming(2):
        mine, theirs = [], []
        for instant in range(40):
            part = slice(4 * instant, 4 * instant + 4)
            mine.append(model.push(sound[:, part]).articulation)
            theirs.append(other.push(sound[::-1, part].copy()).articulation)
    np.testing.assert_allclose(np.concatenate(mine, 1), np.concatenate(theirs, 1)[::-1], atol=1e-5)
    assert other.articulation.weight.data_ptr() == model.articulation.weight.data_ptr()


def test_stream_forgets_the_one_before(model):
    sound = features()
    first = streamed(model, sound, [40])
    np.testing.assert_array_equal(first, streamed(model, sound, [40]))
    assert not model.is_streaming


def test_what_push_returned_stays_as_it_was(model):
    sound = features()
    with model.streaming(2):
        early = model.push(sound[:, :40])
        kept = early.articulation.copy()
        model.push(sound[:, 40:80])
        np.testing.assert_array_equal(early.articulation, kept)


def test_lips_stay_in_range(model):
    lips = model.lips(features() * 3)
    assert lips.articulation.min() >= 0
    assert lips.articulation.max() <= 1
    assert ((lips.activity >= 0) & (lips.activity <= 1)).all()


def test_model_takes_features_of_another_encoder():
    torch.manual_seed(0)
    config = MotionModelConfig(encoder="folder", feature_bands=24, features_per_instant=2, channels=24)
    model = MotionModel(config).eval()
    sound = np.random.default_rng(1).normal(0, 1, (2, 2 * 30, 24)).astype(np.float32)
    whole = model.lips(sound).articulation
    assert whole.shape == (2, 30, 12)
    with model.streaming(2):
        parts = [model.push(sound[:, start : start + 10]).articulation for start in range(0, 60, 10)]
        parts.append(model.finish().articulation)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-4)


def test_features_of_another_encoder_are_refused(model):
    with pytest.raises(CheckpointError, match=r"gives features of 24 numbers; the checkpoint was trained on 80"):
        model.lips(np.zeros((1, 8, 24), np.float32))


def test_copied_stream_goes_on_by_itself_with_the_same_weights(model):
    sound = features()
    model.start_streaming(2)
    model.push(sound[:, :80])
    other = model.fork()
    mine = model.push(sound[:, 80:]).articulation
    np.testing.assert_array_equal(other.push(sound[:, 80:]).articulation, mine)
    assert np.shares_memory(other.stream.network.weights[4][0], model.articulation.weight.numpy(force=True))
