"""Trains the lips: stage 1 of training, speech of one voice to motion.

On a CPU from the features that the corpus keeps, on one thread: where anything else runs, a second one makes it slower.
On a GPU better from its sound (`from_sound`), which sounds different in every batch.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from rich.console import Console
from torch import Tensor
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from rsatalker.errors import AssetError
from rsatalker.motion.calm import Calm
from rsatalker.motion.checkpoint import load_checkpoint, save_checkpoint
from rsatalker.motion.hums import Hums
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.option_ranges import LARGEST_SEED, check_ranges
from rsatalker.speech.encoders import LOG_MEL
from rsatalker.speech.features import at_other_gain
from rsatalker.training.baselines import fit_baselines, save_baselines, training_sample
from rsatalker.training.batches import Batch, Batches
from rsatalker.training.encoded_corpus import heard_by
from rsatalker.training.examples import Example
from rsatalker.training.losses import lip_loss
from rsatalker.training.metrics import LipScores, Scored, lip_scores
from rsatalker.training.sound_batches import SoundBatches
from rsatalker.training.training_device import DeviceName, training_device
from rsatalker.training.training_run import TrainingRun
from rsatalker.training.variations import variation_for


@dataclass(frozen=True, slots=True)
class TrainSpeechOptions:
    """How to train; saved in the checkpoint.

    Attributes:
        corpus: Folder that `rsatalker corpus` made.
        encoder: Folder of a wav2vec 2.0 or HuBERT model that hears the speech; log-mel features if left out. The corpus
            must then keep its sound (`rsatalker corpus --sound`).
        folder: Of the run; the checkpoint in it is `lips.safetensors`.
        resume: Go on with the run in the folder.
        steps: Batches; 14,000 take about half an hour on one core.
        batch_size: Stretches in a batch.
        instants: Length of a stretch; 120 are 4 s.
        learning_rate: At its highest; it warms up and then falls along a cosine.
        weight_decay: Of AdamW.
        average_decay: Of the running average of the weights, which is what gets saved.
        save_every: Steps between saves and validations.
        channels: Width of the model.
        start_from: Checkpoint whose weights to begin with, to train on with other data; its width is kept.
        start_share: Share of the starting checkpoint's weights in the saved one: what was learned from other data is
            not lost, and other voices than those of the corpus gain (WiSE-FT, Wortsman et al., CVPR 2022).
        seed: Of weights and batches.
        threads: Of the CPU.
        device: Where to train: `cpu`, or `cuda` for an NVIDIA GPU.
        from_sound: Make batches from the sound of the corpus (`rsatalker corpus --sound-only`), each time of other
            speakers, rooms, noises and microphones; worth it on a GPU. Parts that engines add meanwhile are taken in.
        fresh_share: Stretches that are made from sound for each one that is learned from; the others are heard again.
            Making stretches is most of the work: a quarter halves the time of a step on a CPU.
        minutes: End after so much work, whatever `steps` says; time in which the process was stopped does not count.
            The learning rate then falls with the time.
    """

    corpus: Path = Path("corpus")
    encoder: Path | None = None
    folder: Path = Path("runs/speech")
    resume: bool = False
    steps: int = 14_000
    batch_size: int = 16
    instants: int = 120
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    average_decay: float = 0.999
    save_every: int = 1000
    channels: int = MotionModelConfig().channels
    start_from: Path | None = None
    start_share: float = 0.0
    seed: int = 0
    threads: int = 1
    device: DeviceName = "cpu"
    from_sound: bool = False
    fresh_share: float = 1.0
    minutes: float | None = None

    def __post_init__(self) -> None:
        check_ranges(self, {
            "steps": (1, 1_000_000_000), "batch_size": (1, 100_000), "instants": (1, 100_000), "learning_rate": (0, 10),
            "weight_decay": (0, 10), "average_decay": (0, 1), "save_every": (1, 1_000_000_000), "channels": (1, 10_000),
            "start_share": (0, 1), "seed": (0, LARGEST_SEED), "threads": (1, 1024), "fresh_share": (0.001, 1),
            "minutes": (0.001, 1_000_000),
        })  # fmt: skip

    @property
    def encoder_name(self) -> str:
        """The encoder as the model's configuration names it."""
        return LOG_MEL if self.encoder is None else str(self.encoder)


Weights = list[Tensor] | tuple[Tensor, ...]

CHECKPOINT_NAME = "lips.safetensors"
WARM_UP_STEPS = 200
LOG_EVERY = 100  # steps
LONGEST_STEP_S = 2.0  # what a step takes beyond it, the process was stopped for
LARGEST_GRADIENT = 1.0  # norm above which gradients are scaled down
VALIDATION_CLIPS = 60  # of held-out voices


class SpeechTraining:
    """What learns: model, its running average, optimiser and batches; the same options give the same weights."""

    def __init__(self, options: TrainSpeechOptions) -> None:
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options = options
        config = MotionModelConfig(encoder=options.encoder_name, channels=options.channels)
        self.device = training_device(options.device)
        self.batches = batches_of(options, config, self.device)
        if options.start_from is not None:
            self.model = load_checkpoint(options.start_from).requires_grad_().train()
        else:
            mean, std = self.batches.feature_statistics()
            shape = {"feature_bands": self.batches.bands, "features_per_instant": self.batches.features_per_instant}
            self.model = MotionModel(replace(config, feature_mean=mean, feature_std=std, **shape))
        self.model.to(self.device)
        self.start = copy.deepcopy(self.model.state_dict()) if options.start_from is not None else {}
        self.worked_s, self.steps = 0.0, 0
        self.average = AveragedModel(self.model, multi_avg_fn=self._average)
        one_kernel = True if options.device == "cuda" else None  # for all weights, rather than several for each
        self.optimizer = AdamW(
            self.model.parameters(), options.learning_rate, weight_decay=options.weight_decay, fused=one_kernel
        )

    def progress(self, step: int) -> float:
        """Return the share of the work that is done before a step, counted from 0."""
        minutes = self.options.minutes
        return step / self.options.steps if minutes is None else min(self.worked_s / (60 * minutes), 1.0)

    def advance(self, step: int) -> Tensor:
        """Learn from the batch of a step, counted from 1; return its loss."""
        started = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.options, step - 1, self.progress(step - 1))
        batch = Batch(*(part.to(self.device) for part in self.batches.draw(self.options.batch_size)))
        loss = lip_loss(self.model(batch.features), batch, self.model.config.look_ahead)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        self.steps += 1
        self.worked_s += min(time.monotonic() - started, LONGEST_STEP_S)
        return loss.detach()

    def averaged_model(self) -> MotionModel:
        """Return the running average of the weights as a model."""
        assert isinstance(self.average.module, MotionModel)
        return self.average.module

    def saved_model(self) -> MotionModel:
        """Return what the checkpoint gets: the running average, mixed with the weights that the run began with."""
        model, share = copy.deepcopy(self.averaged_model()), self.options.start_share
        mixed = {
            name: weight.lerp(self.start[name], share) for name, weight in model.state_dict().items() if self.start
        }
        model.load_state_dict(mixed, strict=bool(mixed))
        return model.eval().cpu()

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "batches": self.batches.state(),
            "torch": torch.get_rng_state(),
            "worked_s": self.worked_s,
            "steps": self.steps,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.batches.restore(state["batches"])
        torch.set_rng_state(state["torch"])
        self.worked_s, self.steps = state["worked_s"], state["steps"]

    def _average(self, averages: Weights, news: Weights, count: Tensor | int) -> None:
        decay = min(self.options.average_decay, (1 + self.steps) / (10 + self.steps))  # the first steps count little
        get_ema_multi_avg_fn(decay)(averages, news, count)


def train_speech(options: TrainSpeechOptions, console: Console | None = None) -> LipScores:
    """Train until `options.steps`, saving as it goes; return the scores on held-out voices.

    Raises:
        AssetError: The corpus or the checkpoint to start from is missing or damaged, or the folder holds another run.
        ToolMissing: matplotlib, which draws the curves, is not installed, or there is no GPU to train on.
    """
    run = TrainingRun(options.folder, "speech", options, resume=options.resume, console=console)
    held_out = list(islice(heard_by(options.encoder_name, options.corpus, "held-out"), VALIDATION_CLIPS))
    training = SpeechTraining(options)
    if run.state is not None:
        training.restore(run.state)
    checkpoint = options.folder / CHECKPOINT_NAME
    save_baselines(fit_baselines(training_sample(options.corpus)), checkpoint.with_suffix(".baselines.npz"))
    parameters = sum(weight.numel() for weight in training.model.parameters())
    run.console.print(
        f"{training.batches.hours:.1f} h of speech, {parameters:,} parameters, from step {run.first_step}"
    )
    scores = validated(training.saved_model(), held_out)
    losses: list[Tensor] = []
    for step in run.steps(options.steps):
        losses.append(training.advance(step))
        ends = step == options.steps or training.progress(step) >= 1
        saves = step % options.save_every == 0 or ends or run.is_stopping
        if saves:
            scores = validated(training.saved_model(), held_out)
        if saves or step % LOG_EVERY == 0:
            training.batches.refresh()
            entry: dict[str, object] = {"loss": round(float(torch.stack(losses).mean()), 4)}
            run.show(f"loss {entry['loss']:.3f}, held-out r8 {scores.r8:.3f}")
            entry["learning_rate"] = learning_rate(options, step - 1, training.progress(step - 1))
            run.log(step, entry | ({"held-out": rounded(asdict(scores))} if saves else {}))
            losses = []
        if saves:
            save_checkpoint(training.saved_model(), checkpoint, recipe_of(options, step, scores))
            run.save(step, training.state())
        if ends:
            break
    run.finish({"checkpoint": checkpoint.name, "parameters": parameters, "held-out voices": rounded(asdict(scores))})
    return scores


def recipe_of(options: TrainSpeechOptions, step: int, scores: LipScores) -> dict[str, object]:
    """Return what a checkpoint says of how it was made; no paths."""
    plain = {name: value for name, value in asdict(options).items() if not isinstance(value, Path)}
    corpus = corpus_options(options.corpus)
    return {"stage": 1, "options": plain, "steps_done": step, "corpus": corpus, "held_out_voices": asdict(scores)}


def corpus_options(folder: Path) -> dict[str, object]:
    """Return how a corpus was made; nothing for a folder that `rsatalker corpus` did not make."""
    note = folder / "options.json"
    return json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}


def learning_rate(options: TrainSpeechOptions, step: int, progress: float) -> float:
    """Return the rate of a step, counted from 0: a short warm-up, then half a cosine down to a hundredth."""
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return options.learning_rate * min(1.0, (step + 1) / WARM_UP_STEPS) * (0.99 * cosine + 0.01)


def batches_of(options: TrainSpeechOptions, config: MotionModelConfig, device: torch.device) -> Batches | SoundBatches:
    """Return what a model learns from.

    Raises:
        AssetError: The corpus is missing or damaged, keeps no sound, or an encoder is given that hears no log-mel.
    """
    if not options.from_sound:
        heard = heard_by(config.encoder, options.corpus, "training")
        return Batches(heard, options.instants, config.look_ahead, variation_for(config.encoder), options.seed)
    if options.encoder is not None:
        raise AssetError(
            f"--from-sound makes log-mel features, and {options.encoder} hears others; leave out one of the two."
        )
    return SoundBatches(options.corpus, options.instants, config.look_ahead, device, options.seed, options.fresh_share)


def validated(model: MotionModel, examples: list[Example]) -> LipScores:
    """Return the scores of a model on examples."""
    was_training = model.training
    model.eval()
    clips = [
        Scored(
            lips_at_once(model, example.features.astype(np.float32)),
            example.articulation.astype(np.float32),
            example.visemes,
            example.segments,
        )
        for example in examples
    ]
    model.train(was_training)
    return lip_scores(clips)


@torch.inference_mode()
def lips_at_once(model: MotionModel, features: Float32[np.ndarray, "F bands"]) -> Float32[np.ndarray, "T 12"]:
    """Return what `model.lips` returns, by its torch modules, wherever they are."""
    config = model.config
    rest = np.repeat(features[-1:], config.look_ahead * config.features_per_instant, axis=0)
    features = np.concatenate([features, rest])[None]
    heard = at_other_gain(features, config.listening_db) if config.encoder == LOG_MEL else features
    said = model(torch.from_numpy(heard).to(next(model.parameters()).device))
    articulation, activity = (
        said.articulation.clamp(0, 1).cpu().numpy(),
        torch.sigmoid(said.activity_logit).cpu().numpy(),
    )
    if config.encoder == LOG_MEL:
        articulation = Hums(1, config.look_ahead).shut(features, articulation, activity)
    return Calm(1).push(articulation[:, config.look_ahead :], activity[:, config.look_ahead :])[0]


def rounded(scores: Mapping[str, float]) -> dict[str, float]:
    """Return scores with three digits after the point."""
    return {name: round(value, 3) for name, value in scores.items()}
