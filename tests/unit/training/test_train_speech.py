"""Training learns, resumes where it stopped, and reports beside its baselines."""

import json

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from rsatalker.errors import AssetError
from rsatalker.motion.checkpoint import checkpoint_recipe, load_checkpoint
from rsatalker.motion.model import Prediction
from rsatalker.training.batches import Batch
from rsatalker.training.evaluate import EvaluateOptions, aligned_recordings, evaluate
from rsatalker.training.losses import lip_loss
from rsatalker.training.train_speech import SpeechTraining, TrainSpeechOptions, learning_rate, train_speech

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
    losses = [training.advance(step) for step in range(1, 61)]
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


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


def test_learning_rate_warms_up_and_falls():
    about = TrainSpeechOptions(steps=1000)
    assert learning_rate(about, 0) < 0.01 * about.learning_rate
    assert learning_rate(about, 250) > 0.8 * about.learning_rate
    assert learning_rate(about, 999) < 0.02 * about.learning_rate


def test_evaluate_reports_model_and_baselines_on_every_set(corpus):
    train_speech(options(corpus), QUIET)
    speech = corpus / "speech"
    speech.mkdir()
    soundfile.write(speech / "a.wav", np.random.default_rng(0).normal(0, 0.1, 22_050 * 2), 22_050)
    phones = [["sil", 0, 0.5], ["m", 0.5, 0.6], ["ay", 0.6, 1.0], ["f", 1.0, 1.1], ["sil", 1.1, 2.0]]
    (speech / "alignment.json").write_text(json.dumps({"a.wav": {"phones": phones}}))
    report = corpus / "report.json"
    evaluate(EvaluateOptions(corpus / "run" / "lips.safetensors", corpus, speech, report), QUIET)
    scores = json.loads(report.read_text())
    assert set(scores) == {
        "held-out voices", "real speech", "real speech, -15 dB", "real speech, noise at 10 dB"
    }  # fmt: skip
    for methods in scores.values():
        assert set(methods) == {"loudness", "MFCC", "model"}


def test_evaluate_without_anything_to_measure_on_says_what_to_give(corpus):
    train_speech(options(corpus), QUIET)
    with pytest.raises(AssetError, match="give --speech with a folder of aligned recordings, or --corpus"):
        evaluate(EvaluateOptions(corpus / "run" / "lips.safetensors"), QUIET)


def test_evaluate_names_the_baselines_when_they_are_missing(corpus):
    train_speech(options(corpus), QUIET)
    (corpus / "run" / "lips.baselines.npz").unlink()
    with pytest.raises(AssetError, match=r"lips\.baselines\.npz cannot be read as fitted baselines"):
        evaluate(EvaluateOptions(corpus / "run" / "lips.safetensors", corpus), QUIET)


@pytest.mark.parametrize("content", [None, "not json", '{"a.wav": {"words": []}}', "[]"])
def test_alignment_that_cannot_be_read_is_explained(tmp_path, content):
    if content is not None:
        (tmp_path / "alignment.json").write_text(content)
    with pytest.raises(AssetError, match=r"alignment\.json cannot be read as alignments"):
        list(aligned_recordings(tmp_path))
