"""Stage 2: a run learns, resumes where it stopped, and trains on recorded faces as well."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from rsatalker.motion.behaviour.decision import EVENTS
from rsatalker.motion.dyadic_checkpoint import load_dyadic_checkpoint
from rsatalker.motion.dyadic_model import Answer
from rsatalker.training import dyadic_training
from rsatalker.training.dialogue_corpus import Conversation, play
from rsatalker.training.dialogue_corpus import draw_social as draw
from rsatalker.training.dyadic_training import (
    DyadicLoss,
    TrainDialogueOptions,
    learning_rate,
    rare_moments,
    split,
    stretch_batch,
    train_dialogue,
)
from rsatalker.training.training_run import TrainingRun

pytestmark = pytest.mark.unit
CPU = torch.device("cpu")
TINY = TrainDialogueOptions(steps=8, save_every=4, batch_size=2, instants=40, channels=16, layers=1, average_decay=0.5)


@pytest.fixture(scope="module")
def conversations() -> list[Conversation]:
    return [play(draw(index, 1), [1, index], seconds=8) for index in range(6)]


@pytest.fixture(autouse=True)
def short_dialogues(conversations: list[Conversation], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dyadic_training, "make_conversations", lambda hours, seed: conversations)
    monkeypatch.setattr(TrainingRun, "draw_curves", lambda run: None)  # tested where it belongs, and slow


def train(folder: Path, **changes: object) -> dict[str, float]:
    return train_dialogue(replace(TINY, folder=folder, **changes), Console(file=StringIO()))  # type: ignore[arg-type]


def test_run_learns_and_keeps_its_checkpoint_log_and_report(tmp_path: Path) -> None:
    scores = train(tmp_path, steps=40, save_every=20)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["values"] < 0.7 * log[0]["values"]
    assert set(scores) == {"values", *EVENTS}
    assert json.loads((tmp_path / "report.json").read_text())["held_out"] == pytest.approx(scores)
    assert load_dyadic_checkpoint(tmp_path / "dyadic.safetensors").config.channels == 16


def test_resumed_run_ends_as_one_that_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(tmp_path / "whole")
    advance = dyadic_training.DyadicTraining.advance

    def stop_after_five(self: dyadic_training.DyadicTraining, step: int) -> tuple[float, float]:
        if step > 5:
            raise KeyboardInterrupt
        return advance(self, step)

    monkeypatch.setattr(dyadic_training.DyadicTraining, "advance", stop_after_five)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped")
    monkeypatch.setattr(dyadic_training.DyadicTraining, "advance", advance)
    train(tmp_path / "stopped", resume=True)
    whole, resumed = (load_dyadic_checkpoint(tmp_path / name / "dyadic.safetensors") for name in ("whole", "stopped"))
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_run_starts_from_a_checkpoint_with_its_sizes(tmp_path: Path) -> None:
    train(tmp_path / "first", steps=2)
    train(tmp_path / "second", steps=1, channels=32, start_from=tmp_path / "first" / "dyadic.safetensors")
    assert load_dyadic_checkpoint(tmp_path / "second" / "dyadic.safetensors").config.channels == 16


def test_rare_moments_are_where_the_rarest_event_is_likely(conversations: list[Conversation]) -> None:
    conversation, rarest = conversations[0], EVENTS.index("smile")
    chances = np.full_like(conversation.chances, 0.01)
    chances[:, :, rarest] = 0.001
    chances[1, 70:80, rarest] = 0.05
    rare = replace(conversation, chances=chances, possible=np.ones_like(conversation.possible))
    np.testing.assert_array_equal(rare_moments(rare, DyadicLoss([rare], CPU)), np.arange(70, 80))


def test_loss_is_zero_for_the_chances_of_the_rules(conversations: list[Conversation]) -> None:
    batch = stretch_batch(conversations, [0] * 6, 200)
    loss = DyadicLoss(conversations, CPU)
    perfect = Answer(torch.logit(batch.chances.clamp(1e-6, 1 - 1e-6)), batch.values)
    events, values = loss(perfect, batch)
    assert float(events) == pytest.approx(0, abs=1e-4)
    assert float(values) == 0
    worse, _ = loss(Answer(perfect.logits + 0.5, batch.values), batch)
    assert float(worse) > 0.05


def test_loss_counts_no_event_that_cannot_begin(conversations: list[Conversation]) -> None:
    batch = stretch_batch(conversations, [0] * 6, 200)
    loss = DyadicLoss(conversations, CPU)
    right = torch.logit(batch.chances.clamp(1e-6, 1 - 1e-6))
    wrong = torch.where(batch.possible, right, torch.full_like(right, 3.0))
    assert float(loss.of_events(Answer(wrong, batch.values), batch).sum()) == pytest.approx(0, abs=1e-4)


def test_learning_rate_warms_up_and_falls() -> None:
    options = replace(TINY, steps=1000, learning_rate=1.0)
    assert learning_rate(options, 1) == pytest.approx(0.02, abs=1e-3)
    assert learning_rate(options, 50) > 0.99
    assert learning_rate(options, 1000) == pytest.approx(0.01, abs=1e-3)


def test_few_clips_are_split_in_time_and_many_by_clip(conversations: list[Conversation]) -> None:
    training, held_out = split(conversations[:2])
    assert [len(c) for c in training] == [192, 192]
    assert [len(c) for c in held_out] == [48, 48]
    training, held_out = split(conversations * 4)
    assert (len(training), len(held_out)) == (21, 3)


def test_run_trains_on_recorded_faces(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    folder = tmp_path / "recorded"
    folder.mkdir()
    for speaker in (1, 2):
        voice = random.normal(0, 0.05, 4 * 16_000).astype(np.float32)
        soundfile.write(str(folder / f"x_speaker{speaker}.wav"), voice, 16_000, subtype="FLOAT")
    face = {"exp": random.normal(0, 1, (100, 50)), "pose": random.normal(0, 0.1, (100, 6))}
    np.savez(folder / "x_speaker2.npz", **face)
    scores = train(tmp_path / "run", data=folder, steps=2)
    model = load_dyadic_checkpoint(tmp_path / "run" / "dyadic.safetensors")
    assert (model.config.expression_space, model.config.events, model.config.values) == ("flame2020", 0, 56)
    assert np.isfinite(scores["values"])
