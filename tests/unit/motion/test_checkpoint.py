"""Checkpoints: what is saved comes back; what is wrong is said."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rsatalker.errors import CheckpointError
from rsatalker.motion.checkpoint import (
    BUNDLED_CHECKPOINT,
    FORMAT,
    checkpoint_recipe,
    load_checkpoint,
    save_checkpoint,
    save_pair,
)
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.training.train_speech import lips_at_once

pytestmark = pytest.mark.unit

CONFIG = MotionModelConfig(channels=24, front_channels=16, feature_mean=-5.5)


@pytest.fixture
def path(tmp_path):
    save_checkpoint(MotionModel(CONFIG), tmp_path / "lips.safetensors", {"steps": 7})
    return tmp_path / "lips.safetensors"


def saved_again(path, metadata, **changed_weights):
    weights = load_file(path) | changed_weights
    save_file({name: weight for name, weight in weights.items() if weight is not None}, path, metadata)


def good_metadata():
    from dataclasses import asdict

    return {"format": FORMAT, "config": json.dumps(asdict(CONFIG))}


def test_checkpoint_returns_what_was_saved(tmp_path):
    model = MotionModel(CONFIG).eval()
    save_checkpoint(model, tmp_path / "a.safetensors", {})
    loaded = load_checkpoint(tmp_path / "a.safetensors")
    assert loaded.config == CONFIG
    sound = np.random.default_rng(0).normal(-6, 4, (1, 80, 80)).astype(np.float32)
    np.testing.assert_allclose(loaded.lips(sound).articulation, model.lips(sound).articulation, atol=0.01)  # float16


def test_checkpoint_keeps_its_recipe(path):
    assert checkpoint_recipe(path) == {"steps": 7}


def test_recipe_that_is_damaged_is_told(path):
    saved_again(path, good_metadata() | {"recipe": '{"steps": 7'})
    with pytest.raises(CheckpointError, match=r"lips\.safetensors: its recipe cannot be read \(.*\); get or train it"):
        checkpoint_recipe(path)


def test_loaded_model_is_ready_to_run(path):
    model = load_checkpoint(path)
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())


def test_load_names_the_file_when_it_is_missing(tmp_path):
    with pytest.raises(CheckpointError, match=r"gone\.safetensors does not exist"):
        load_checkpoint(tmp_path / "gone.safetensors")


def test_load_refuses_other_files(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"not tensors at all")
    with pytest.raises(CheckpointError, match="is no safetensors file"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_load_refuses_another_format(path):
    saved_again(path, good_metadata() | {"format": "rsatalker-motion-0"})
    with pytest.raises(CheckpointError, match="has format 'rsatalker-motion-0'; this version reads"):
        load_checkpoint(path)


def test_load_refuses_unknown_configuration(path):
    saved_again(path, good_metadata() | {"config": json.dumps({"wings": 2})})
    with pytest.raises(CheckpointError, match="unknown keys wings"):
        load_checkpoint(path)


@pytest.mark.parametrize("weight", [None, torch.zeros(3, 3)])
def test_load_says_which_weight_does_not_fit(path, weight):
    saved_again(path, good_metadata(), **{"activity.weight": weight})
    with pytest.raises(CheckpointError, match=r"weight 'activity\.weight' is"):
        load_checkpoint(path)


def test_load_refuses_weights_that_are_nan(path):
    saved_again(path, good_metadata(), **{"activity.bias": torch.full((1,), torch.nan)})
    with pytest.raises(CheckpointError, match=r"'activity\.bias' holds NaN"):
        load_checkpoint(path)


def test_bundled_checkpoint_is_small_and_says_how_it_was_made():
    assert BUNDLED_CHECKPOINT.stat().st_size < 10_000_000
    recipe = checkpoint_recipe()
    assert all(half["held_out_voices"]["r8"] > 0.6 for half in recipe["mean_of"])


def test_bundled_checkpoint_rests_in_digital_silence():
    from rsatalker.motion.articulation import ARTICULATION_INDEX
    from rsatalker.speech.features import log_mel

    lips = load_checkpoint().lips(log_mel(np.zeros((1, 5 * 16_000), np.float32)))
    assert lips.articulation[0, 30:, ARTICULATION_INDEX["jaw"]].max() < 0.15
    assert lips.activity[0, 30:].max() < 0.2


def test_pair_says_the_mean_of_both_and_closes_lips_a_little_more(tmp_path):
    from rsatalker.motion.lip_stream import CLOSED, TOWARDS_CLOSED

    torch.manual_seed(1)
    one, other = MotionModel(CONFIG), MotionModel(replace(CONFIG, channels=16, feature_mean=-4.0))
    for model, name in ((one, "one"), (other, "other")):
        save_checkpoint(model, tmp_path / name, {"name": name})
    save_pair(tmp_path / "one", tmp_path / "other", tmp_path / "pair")
    pair, one, other = (load_checkpoint(tmp_path / name) for name in ("pair", "one", "other"))
    features = torch.from_numpy(np.random.default_rng(0).normal(-6, 3, (2, 48, 80)).astype(np.float32))
    said, others = one(features).articulation, other(features).articulation
    expected = (said + others) / 2
    most = torch.maximum(said, others)[..., CLOSED]
    expected[..., CLOSED] = (1 - TOWARDS_CLOSED) * expected[..., CLOSED] + TOWARDS_CLOSED * most
    torch.testing.assert_close(pair(features).articulation, expected)
    assert checkpoint_recipe(tmp_path / "pair") == {"mean_of": [{"name": "one"}, {"name": "other"}]}


def test_pair_streams_what_it_says_at_once():
    torch.manual_seed(2)
    pair = MotionModel(replace(CONFIG, second=replace(CONFIG, channels=16))).eval()
    features = np.random.default_rng(0).normal(-6, 3, (2, 48, 80)).astype(np.float32)
    whole = pair.lips(features)
    with pair.streaming(2):
        parts = [pair.push(features[:, first : first + 8]) for first in range(0, 48, 8)] + [pair.finish()]
    np.testing.assert_allclose(np.concatenate([part.articulation for part in parts], 1), whole.articulation, atol=1e-4)
    one_by_one = [lips_at_once(pair, row) for row in features]
    np.testing.assert_allclose(whole.articulation, np.stack(one_by_one), atol=1e-4)
