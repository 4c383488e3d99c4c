"""Training learns, and resumes where it stopped."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console

from rsatalker.errors import AssetError, ToolMissing
from rsatalker.motion.checkpoint import checkpoint_recipe, load_checkpoint
from rsatalker.motion.model import Prediction
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.speech.encoders import heard_whole
from rsatalker.training import encoded_corpus
from rsatalker.training.batches import Batch
from rsatalker.training.cost_evaluation import SAMPLE_DIALOGUE
from rsatalker.training.encoded_corpus import heard_by, network_key
from rsatalker.training.examples import read_part, write_part
from rsatalker.training.losses import lip_loss
from rsatalker.training.train_speech import (
    LONGEST_STEP_S,
    SpeechTraining,
    TrainSpeechOptions,
    learning_rate,
    lips_at_once,
    train_speech,
)
from rsatalker.training.variations import varied_mel, varied_network

pytestmark = pytest.mark.unit

QUIET = Console(quiet=True)


def options(corpus, steps=6, **changes) -> TrainSpeechOptions:
    small = {"folder": corpus / "run", "batch_size": 4, "instants": 40, "channels": 16, "save_every": 3}
    return TrainSpeechOptions(corpus, steps=steps, **(small | changes))


def batch_and_perfect_prediction() -> tuple[Batch, Prediction]:
    target = torch.rand(2, 40, 12)
    visemes = torch.randint(17, (2, 40))
    late = torch.cat([torch.zeros(2, 3, 12), target], dim=1)
    logits = torch.nn.functional.one_hot(torch.cat([torch.zeros(2, 3, dtype=torch.long), visemes], 1), 17) * 50.0
    activity = torch.cat([torch.zeros(2, 3), (visemes != 0).float()], dim=1) * 100 - 50
    return Batch(torch.zeros(2, 172, 80), target, visemes), Prediction(late, activity, logits)


def test_loss_of_a_perfect_answer_is_zero():
    batch, prediction = batch_and_perfect_prediction()
    assert float(lip_loss(prediction, batch, 3)) == pytest.approx(0, abs=1e-5)


def test_loss_punishes_a_missed_closure_more_than_a_false_one():
    batch, prediction = batch_and_perfect_prediction()
    closed = 1
    missed, false = batch.articulation.clone(), batch.articulation.clone()
    missed[..., closed], false[..., closed] = 1.0, 0.4
    flat = prediction._replace(articulation=prediction.articulation.clone())
    flat.articulation[..., closed] = 0.7
    loss_missed = lip_loss(flat, batch._replace(articulation=missed), 3)
    loss_false = lip_loss(flat, batch._replace(articulation=false), 3)
    assert float(loss_missed) > 2 * float(loss_false)


def test_every_weight_has_a_gradient(corpus):
    training = SpeechTraining(options(corpus))
    batch = training.batches.draw(4)
    lip_loss(training.model(batch.features), batch, 3).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in training.model.parameters())


def test_training_lowers_the_loss(corpus):
    training = SpeechTraining(options(corpus, steps=300))
    losses = [float(training.advance(step)) for step in range(1, 61)]
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


def test_noise_that_opens_a_silent_jaw_costs_more_than_the_same_error_in_speech():
    batch, prediction = batch_and_perfect_prediction()
    jaw = 0
    wrong = prediction._replace(articulation=prediction.articulation.clone())
    wrong.articulation[..., jaw] += 0.2
    silent = lip_loss(wrong, batch._replace(visemes=torch.zeros_like(batch.visemes)), 3)
    speaking = lip_loss(wrong, batch._replace(visemes=torch.ones_like(batch.visemes)), 3)
    heads = lip_loss(prediction, batch._replace(visemes=torch.zeros_like(batch.visemes)), 3)
    heads_speaking = lip_loss(prediction, batch._replace(visemes=torch.ones_like(batch.visemes)), 3)
    assert float(silent - heads) > 2 * float(speaking - heads_speaking)


def test_training_from_sound_lowers_the_loss(corpus):
    training = SpeechTraining(options(corpus, steps=300, from_sound=True, instants=30))
    losses = [float(training.advance(step)) for step in range(1, 31)]
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_training_ends_when_its_minutes_are_over(corpus):
    train_speech(options(corpus, steps=100_000, minutes=0.005), QUIET)
    entries = [json.loads(line) for line in (corpus / "run" / "log.jsonl").read_text().splitlines()]
    assert entries[-1]["step"] < 1_000
    assert "r8" in entries[-1]["held-out"]
    assert checkpoint_recipe(corpus / "run" / "lips.safetensors")["steps_done"] == entries[-1]["step"]


def test_time_in_which_the_training_was_stopped_does_not_count(corpus, monkeypatch):
    training = SpeechTraining(options(corpus, minutes=1.0))
    clock = iter([0.0, 3600.0])
    monkeypatch.setattr("rsatalker.training.train_speech.time.monotonic", lambda: next(clock))
    training.advance(1)
    assert training.progress(1) == pytest.approx(LONGEST_STEP_S / 60)


def test_lips_at_once_are_the_streamed_ones(corpus):
    model = SpeechTraining(options(corpus)).saved_model()
    features = read_part(corpus / "held-out-hum.npz")[0].features.astype(np.float32)
    np.testing.assert_allclose(lips_at_once(model, features), model.lips(features[None]).articulation[0], atol=1e-4)


def test_lips_at_once_stay_shut_in_a_hum_as_the_streamed_ones_do():
    voice = at_speech_rate(read_audio(SAMPLE_DIALOGUE))[1:, 6 * 16_000 : 8 * 16_000]  # "mm-hm" among other things
    model = load_checkpoint(None)
    features = heard_whole(model.config.encoder, voice).features
    np.testing.assert_allclose(lips_at_once(model, features[0]), model.lips(features).articulation[0], atol=1e-4)


def test_missing_gpu_is_named(corpus, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ToolMissing, match="no NVIDIA GPU was found"):
        SpeechTraining(options(corpus, device="cuda"))


def test_sound_and_a_pretrained_encoder_exclude_each_other(corpus, tmp_path):
    with pytest.raises(AssetError, match="leave out one of the two"):
        SpeechTraining(options(corpus, from_sound=True, encoder=tmp_path))


def test_train_speech_leaves_a_checkpoint_that_streams_a_log_curves_and_a_report(corpus):
    train_speech(options(corpus), QUIET)
    model = load_checkpoint(corpus / "run" / "lips.safetensors")
    assert model.lips(np.zeros((1, 40, 80), np.float32)).articulation.shape == (1, 10, 12)
    assert checkpoint_recipe(corpus / "run" / "lips.safetensors")["steps_done"] == 6
    entries = [json.loads(line) for line in (corpus / "run" / "log.jsonl").read_text().splitlines()]
    assert entries[-1]["step"] == 6
    assert "r8" in entries[-1]["held-out"]
    assert (corpus / "run" / "curves.png").is_file()
    assert "held-out voices" in json.loads((corpus / "run" / "report.json").read_text())


class PowerCutError(Exception):
    pass


def test_stopped_training_ends_like_one_that_was_not(corpus, monkeypatch):
    train_speech(options(corpus, folder=corpus / "whole"), QUIET)
    advance = SpeechTraining.advance

    def cut_at_5(training, step):
        if step == 5:
            raise PowerCutError
        return advance(training, step)

    monkeypatch.setattr(SpeechTraining, "advance", cut_at_5)
    with pytest.raises(PowerCutError):
        train_speech(options(corpus), QUIET)
    monkeypatch.undo()
    train_speech(options(corpus, resume=True), QUIET)
    whole, resumed = (load_checkpoint(corpus / run / "lips.safetensors") for run in ("whole", "run"))
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_training_does_not_resume_with_other_options(corpus):
    train_speech(options(corpus), QUIET)
    with pytest.raises(AssetError, match=r"other settings: steps 6 \(now 9\)"):
        train_speech(options(corpus, steps=9, resume=True), QUIET)


def test_training_starts_from_a_checkpoint(corpus, tmp_path):
    train_speech(options(corpus), QUIET)
    first = load_checkpoint(corpus / "run" / "lips.safetensors")
    onward = SpeechTraining(options(corpus, start_from=corpus / "run" / "lips.safetensors", folder=tmp_path / "b"))
    assert onward.model.config == first.config
    for one, other in zip(onward.model.parameters(), first.parameters(), strict=True):
        assert torch.equal(one, other)
    batch = onward.batches.draw(4)
    assert lip_loss(onward.model(batch.features), batch, 3).requires_grad


def test_saved_weights_lie_between_those_of_the_start_and_the_trained_ones(corpus, tmp_path):
    train_speech(options(corpus), QUIET)
    start = corpus / "run" / "lips.safetensors"
    onward = SpeechTraining(options(corpus, start_from=start, start_share=0.25))
    onward.advance(1)
    kept, trained = load_checkpoint(start).state_dict(), onward.averaged_model().state_dict()
    for name, weight in onward.saved_model().state_dict().items():
        torch.testing.assert_close(weight, 0.25 * kept[name] + 0.75 * trained[name])


def test_learning_rate_warms_up_and_falls():
    about = TrainSpeechOptions(steps=1000)
    assert learning_rate(about, 0, 0.0) < 0.01 * about.learning_rate
    assert learning_rate(about, 250, 0.25) > 0.8 * about.learning_rate
    assert learning_rate(about, 999, 0.999) < 0.02 * about.learning_rate


@pytest.fixture
def hubert(tmp_path):
    from transformers import HubertConfig, HubertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    convolutions = {"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2}
    HubertModel(HubertConfig(**sizes, **convolutions)).save_pretrained(tmp_path / "hubert")
    return tmp_path / "hubert"


def test_training_on_another_encoder_leaves_a_checkpoint_that_hears_through_it(corpus, hubert):
    train_speech(options(corpus, encoder=hubert), QUIET)
    model = load_checkpoint(corpus / "run" / "lips.safetensors")
    assert model.config.encoder == str(hubert)
    assert (model.config.feature_bands, model.config.features_per_instant) == (16, 2)
    sound = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    assert model.lips(heard_whole(model.config.encoder, sound).features).articulation.shape == (1, 30, 12)


def test_network_hears_each_part_of_the_corpus_once(corpus, hubert, monkeypatch):
    first = list(heard_by(str(hubert), corpus, "training"))
    monkeypatch.setattr(encoded_corpus, "heard_whole", None)  # would raise if called
    again = list(heard_by(str(hubert), corpus, "training"))
    assert all(np.array_equal(one.features, other.features) for one, other in zip(first, again, strict=True))
    assert all(len(one.features) == 2 * len(one.visemes) for one in first)


def test_network_needs_a_corpus_with_sound(corpus, hubert):
    silent = [replace(example, sound=example.sound[:0]) for example in read_part(corpus / "held-out-hum.npz")]
    write_part(corpus / "held-out-hum.npz", silent)
    with pytest.raises(AssetError, match=r"keeps no sound, and the network .* make a corpus with `rsatalker corpus"):
        list(heard_by(str(hubert), corpus, "held-out"))


def test_damaged_part_of_what_a_network_heard_says_to_delete_it(corpus, hubert):
    list(heard_by(str(hubert), corpus, "held-out"))
    (kept,) = corpus.glob("encoded/*/held-out-hum.npz")
    kept.write_bytes(b"damaged")
    with pytest.raises(AssetError, match="delete it, and it is made again"):
        list(heard_by(str(hubert), corpus, "held-out"))


def test_network_of_other_weights_has_another_key(hubert, tmp_path):
    before = network_key(hubert)
    (hubert / "more.safetensors").write_bytes(b"weights")
    assert network_key(hubert) != before


@pytest.mark.parametrize("vary", [varied_mel, varied_network])
def test_variations_change_features_and_keep_their_shape(vary):
    features = np.random.default_rng(0).normal(-6, 4, (4, 40, 80)).astype(np.float32)
    varied = vary(features.copy(), np.random.default_rng(1))
    assert varied.shape == features.shape
    assert varied.dtype == np.float32
    assert np.abs(varied - features).mean() > 0.1
    np.testing.assert_array_equal(varied, vary(features.copy(), np.random.default_rng(1)))
