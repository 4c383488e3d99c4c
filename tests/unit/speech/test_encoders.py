"""Encoders: log-mel and small wav2vec 2.0 and HuBERT models with random weights, all in the same place."""

import json
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from rsatalker.errors import CheckpointError, ToolMissing
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.motion.social import Relationship
from rsatalker.speech.encoders import (
    HOP,
    LEFT,
    LOG_MEL,
    RIGHT,
    Heard,
    PretrainedNetwork,
    heard_whole,
    load_pretrained,
    voice_encoder,
)
from rsatalker.speech.features import log_mel
from rsatalker.speech.loudness import loudness_db
from rsatalker.talker import Dialogue

pytestmark = pytest.mark.unit

BANDS = 24
SIZES = {
    "hidden_size": BANDS,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (16, 16, 16, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}


@pytest.fixture(scope="module", params=["wav2vec2", "hubert"])
def folder(request, tmp_path_factory):
    from transformers import HubertConfig, HubertModel, Wav2Vec2Config, Wav2Vec2Model

    torch.manual_seed(0)
    kinds = {"wav2vec2": (Wav2Vec2Model, Wav2Vec2Config), "hubert": (HubertModel, HubertConfig)}
    model, config = kinds[request.param]
    place = tmp_path_factory.mktemp(request.param)
    model(config(**SIZES)).save_pretrained(place)
    return place


def voices(seconds: float = 1.53) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.normal(0, 0.1, (2, int(seconds * 16_000))).astype(np.float32)


def heard_in_chunks(name: str, samples: np.ndarray, chunk: int) -> Heard:
    encoder = voice_encoder(name, len(samples))
    parts = [encoder.push(samples[:, start : start + chunk]) for start in range(0, samples.shape[1], chunk)]
    parts.append(encoder.finish())
    return Heard(*(np.concatenate([getattr(p, n) for p in parts], axis=1) for n in ("features", "loudness_db")))


def test_log_mel_encoder_hears_the_features(folder):
    heard = heard_whole(LOG_MEL, voices())
    np.testing.assert_array_equal(heard.features, log_mel(voices()))
    np.testing.assert_array_equal(heard.loudness_db, loudness_db(log_mel(voices())))


@pytest.mark.parametrize("chunk", [533, 4_800, 7_001])
def test_streaming_equals_offline(folder, chunk):
    whole, streamed = heard_whole(str(folder), voices()), heard_in_chunks(str(folder), voices(), chunk)
    assert whole.features.shape == (2, 46 * 2, BANDS)  # 1.53 s: 45.9 instants
    np.testing.assert_allclose(streamed.features, whole.features, atol=1e-4)
    np.testing.assert_allclose(streamed.loudness_db, whole.loudness_db, atol=1e-4)


def test_every_instant_has_a_loudness_and_two_features(folder):
    for seconds in (0.01, 0.1, 0.3, 0.61):
        heard = heard_whole(str(folder), voices(seconds))
        assert heard.features.shape[1] == 2 * heard.loudness_db.shape[1]
        assert heard.loudness_db.shape[1] == int(np.ceil(seconds * 30))


def test_no_sound_is_no_instant(folder):
    assert heard_whole(str(folder), np.zeros((2, 0), np.float32)).features.shape == (2, 0, BANDS)


def test_hop_hears_no_sound_beyond_its_right_context(folder):
    samples, changed = voices(), voices()
    changed[:, HOP + RIGHT :] += 0.3
    before, after = (heard_whole(str(folder), sound).features for sound in (samples, changed))
    np.testing.assert_array_equal(before[:, :18], after[:, :18])
    assert np.abs(before[:, 18:] - after[:, 18:]).max() > 1e-3


def test_hop_is_answered_as_soon_as_its_right_context_is_there(folder):
    encoder = voice_encoder(str(folder), 2)
    assert encoder.push(voices()[:, : HOP + RIGHT - 1]).features.shape[1] == 0
    assert encoder.push(voices()[:, :1]).features.shape[1] == 18


def test_hop_forgets_what_lies_beyond_its_left_context(folder):
    samples, changed = voices(2.5), voices(2.5)
    changed[:, :1_600] += 0.3
    before, after = (heard_whole(str(folder), sound).features for sound in (samples, changed))
    first_free = -(-(1_600 + LEFT) // HOP) * 18
    np.testing.assert_array_equal(before[:, first_free:], after[:, first_free:])


def test_features_are_the_networks_answers_at_their_times(folder):
    network = load_pretrained(folder)
    assert (network.stride, network.reach) == (320, 400)
    sound = voices(0.4)
    own = network(sound, np.array([199.5, 519.5], np.float32))  # middles of the first two answers
    between = network(sound, np.array([359.5], np.float32))
    np.testing.assert_allclose(between[:, 0], own.mean(axis=1), atol=1e-6)


def test_voices_do_not_hear_each_other(folder):
    both = heard_whole(str(folder), voices()).features
    alone = heard_whole(str(folder), voices()[1:]).features
    np.testing.assert_allclose(both[1:], alone, atol=1e-4)


def test_network_gets_speech_at_one_loudness_and_quiet_hiss_not_as_loud():
    class Echo(torch.nn.Module):
        def forward(self, window):
            return types.SimpleNamespace(last_hidden_state=window[:, ::320, None])

    shape = {"hidden_size": 1, "conv_stride": [320], "conv_kernel": [1]}
    network = PretrainedNetwork(Path("echo"), Echo(), shape, normalizes=True)
    times = np.arange(0, 24_000, 320, dtype=np.float32)
    speech, quiet, hiss = (network(voices() * gain, times).std() for gain in (1, 0.1, 1e-3))
    assert quiet == pytest.approx(speech, rel=0.02)
    assert hiss < 0.2 * speech


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere does not exist or is no folder; give the folder of a wav2vec"):
        voice_encoder(str(tmp_path / "nowhere"), 1)


def test_folder_without_configuration_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no config\.json; give the folder of a wav2vec 2\.0 or HuBERT"):
        voice_encoder(str(tmp_path), 1)


def test_configuration_that_is_no_json_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"config\.json cannot be read as JSON"):
        voice_encoder(str(tmp_path), 1)


def test_other_type_of_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(CheckpointError, match="a model of type 'bert'; expected one of wav2vec2, hubert"):
        voice_encoder(str(tmp_path), 1)


def test_model_for_another_sample_rate_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "hubert"}))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": 8_000}))
    with pytest.raises(CheckpointError, match="takes sound at 8000 Hz; expected 16000 Hz"):
        voice_encoder(str(tmp_path), 1)


def test_model_without_weights_is_refused(folder, tmp_path):
    shutil.copy(folder / "config.json", tmp_path / "config.json")
    with pytest.raises(CheckpointError, match=r"the model in .* cannot be read \(.*\); get it again"):
        voice_encoder(str(tmp_path), 1)


def test_missing_transformers_is_told(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "hubert"}))
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ToolMissing, match=r"is not installed: .* -m pip install transformers"):
        voice_encoder(str(tmp_path), 1)


def test_dialogue_hears_through_a_network_the_same_however_its_sound_is_cut(folder):
    torch.manual_seed(1)
    model = MotionModel(MotionModelConfig(encoder=str(folder), feature_bands=BANDS, features_per_instant=2)).eval()
    sound, jaws = voices(1.2), []
    for chunk in (800, 19_200):
        dialogue = Dialogue(model, Relationship(), seed=0)
        parts = [dialogue.push(sound[:, start : start + chunk])[0] for start in range(0, sound.shape[1], chunk)]
        parts.append(dialogue.finish()[0])
        jaws.append(np.concatenate([part.jaw_pose for part in parts]))
    assert len(jaws[0]) == 36
    np.testing.assert_allclose(jaws[0], jaws[1], atol=1e-4)
