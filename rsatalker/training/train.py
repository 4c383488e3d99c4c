"""Trains the lips: stage 1 of training, speech of one voice to motion.

Resumable: the state is saved beside the checkpoint; the same command goes on where it was stopped. One thread: on a
machine that does anything else, a second one makes it slower.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel

from rsatalker.motion.checkpoint import load_checkpoint, save_checkpoint
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.training.baselines import fit_baselines, save_baselines, training_sample
from rsatalker.training.batches import Batches
from rsatalker.training.examples import Example, read_corpus
from rsatalker.training.losses import lip_loss
from rsatalker.training.metrics import LipScores, Scored, lip_scores


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train; saved in the checkpoint.

    Attributes:
        corpus: Folder that `rsatalker corpus` made.
        checkpoint: File to write.
        steps: Batches; 14,000 take about half an hour on one core.
        batch_size: Stretches in a batch.
        instants: Length of a stretch; 120 are 4 s.
        learning_rate: At its highest; it warms up and then falls along a cosine.
        weight_decay: Of AdamW.
        average_decay: Of the running average of the weights, which is what gets saved.
        save_every: Steps between saves and validations.
        channels: Width of the model.
        start_from: Checkpoint whose weights to begin with, to train on with other data; its width is kept.
        seed: Of weights and batches.
        threads: Of the CPU.
    """

    corpus: Path = Path("corpus")
    checkpoint: Path = Path("lips.safetensors")
    steps: int = 14_000
    batch_size: int = 16
    instants: int = 120
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    average_decay: float = 0.999
    save_every: int = 1000
    channels: int = MotionModelConfig().channels
    start_from: Path | None = None
    seed: int = 0
    threads: int = 1


WARM_UP_STEPS = 200
LOG_EVERY = 100  # steps
LARGEST_GRADIENT = 1.0  # norm above which gradients are scaled down
VALIDATION_CLIPS = 60  # of held-out voices


class Training:
    """A training run: model, its running average, optimiser, and the step it is at."""

    def __init__(self, options: TrainOptions) -> None:
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options = options
        config = MotionModelConfig(channels=options.channels)
        self.batches = Batches(
            read_corpus(options.corpus, "training"), options.instants, config.look_ahead, options.seed
        )
        if options.start_from is not None:
            self.model = load_checkpoint(options.start_from).requires_grad_().train()
        else:
            mean, std = self.batches.feature_statistics()
            self.model = MotionModel(replace(config, feature_mean=mean, feature_std=std))
        self.average = AveragedModel(self.model, avg_fn=self._average)
        self.optimizer = AdamW(self.model.parameters(), options.learning_rate, weight_decay=options.weight_decay)
        self.step = 0
        self.state_path = options.checkpoint.with_suffix(".state.pt")

    def advance(self) -> float:
        """Learn from one batch; return its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.options, self.step)
        batch = self.batches.draw(self.options.batch_size)
        loss = lip_loss(self.model(batch.features), batch, self.model.config.look_ahead)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        self.step += 1
        return float(loss.detach())

    def _average(self, average: Tensor, new: Tensor, updates: Tensor | int) -> Tensor:
        decay = min(
            self.options.average_decay, (1 + int(updates)) / (10 + int(updates))
        )  # the first steps count little
        return average + (1 - decay) * (new - average)

    def averaged_model(self) -> MotionModel:
        """Return the running average of the weights as a model."""
        assert isinstance(self.average.module, MotionModel)
        return self.average.module

    def save(self, scores: LipScores) -> None:
        """Save the checkpoint, and the state from which the run can go on."""
        options = {name: value for name, value in asdict(self.options).items() if not isinstance(value, Path)}
        recipe = {"stage": 1, "options": options, "steps_done": self.step,
                  "corpus": corpus_options(self.options.corpus), "held_out_voices": asdict(scores)}  # fmt: skip
        save_checkpoint(self.averaged_model(), self.options.checkpoint, recipe)
        torch.save(
            {
                "options": json.dumps(asdict(self.options), default=str),
                "step": self.step,
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "rng": self.batches.rng.bit_generator.state,
            },
            self.state_path,
        )

    def resume(self) -> bool:
        """Go on from a saved state of the same options, if there is one; return whether there was."""
        if not self.state_path.exists():
            return False
        state = torch.load(self.state_path, weights_only=True)
        if state["options"] != json.dumps(asdict(self.options), default=str):
            return False
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.batches.rng.bit_generator.state = state["rng"]
        return True


def train(options: TrainOptions, console: Console | None = None) -> LipScores:
    """Train until `options.steps`, saving as it goes; return the scores on held-out voices.

    Raises:
        AssetError: The corpus, or the checkpoint to start from, is missing or damaged.
    """
    console = console or Console()
    held_out = list(islice(read_corpus(options.corpus, "held-out"), VALIDATION_CLIPS))
    training = Training(options)
    resumed = training.resume()
    parameters = sum(weight.numel() for weight in training.model.parameters())
    console.print(f"{training.batches.hours:.1f} h of speech, {parameters:,} parameters, from step {training.step}")
    save_baselines(*fit_baselines(training_sample(options.corpus)), options.checkpoint.with_suffix(".baselines.npz"))
    log_path = options.checkpoint.with_suffix(".log.jsonl")
    if not resumed:
        log_path.unlink(missing_ok=True)
    scores = validated(training.averaged_model(), held_out)
    for losses, elapsed_s in _progress(training, console):
        entry: dict[str, object] = {"step": training.step, "loss": round(float(np.mean(losses)), 4)}
        entry |= {"learning_rate": learning_rate(options, training.step - 1), "elapsed_s": round(elapsed_s, 1)}
        if training.step % options.save_every == 0 or training.step == options.steps:
            scores = validated(training.averaged_model(), held_out)
            training.save(scores)
            entry["held_out"] = rounded(asdict(scores))
            console.print(f"step {training.step}: loss {entry['loss']}, held-out r8 {scores.r8:.3f}")
        with log_path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")
    return scores


def corpus_options(folder: Path) -> dict[str, object]:
    """Return how a corpus was made; nothing for a folder that `rsatalker corpus` did not make."""
    note = folder / "options.json"
    return json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}


def _progress(training: Training, console: Console) -> Iterator[tuple[list[float], float]]:
    """Advance the training and yield its losses every `LOG_EVERY` steps, with the time that has passed."""
    started = time.monotonic()
    losses: list[float] = []
    columns = (
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=training.options.steps, completed=training.step, loss="")
        while training.step < training.options.steps:
            losses.append(training.advance())
            progress.update(task, completed=training.step, loss=f"loss {losses[-1]:.3f}")
            if training.step % LOG_EVERY == 0 or training.step == training.options.steps:
                yield losses, time.monotonic() - started
                losses = []


def learning_rate(options: TrainOptions, step: int) -> float:
    """Return the rate of a step: a short warm-up, then half a cosine down to a hundredth."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / options.steps))
    return options.learning_rate * min(1.0, (step + 1) / WARM_UP_STEPS) * (0.99 * cosine + 0.01)


def validated(model: MotionModel, examples: list[Example]) -> LipScores:
    """Return the scores of a model on examples."""
    clips = [
        Scored(
            model.lips(example.features.astype(np.float32)[None]).articulation[0],
            example.articulation.astype(np.float32),
            example.visemes,
            example.segments,
        )
        for example in examples
    ]
    return lip_scores(clips)


def rounded(scores: Mapping[str, float]) -> dict[str, float]:
    """Return scores with three digits after the point."""
    return {name: round(value, 3) for name, value in scores.items()}
