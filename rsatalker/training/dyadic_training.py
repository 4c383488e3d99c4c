"""Stage 2: the dyadic and social model, trained on synthetic dialogues or on recorded ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from rich.console import Console
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel

from rsatalker.motion.behaviour.decision import EVENTS
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.dyadic_checkpoint import load_dyadic_checkpoint, save_dyadic_checkpoint
from rsatalker.motion.dyadic_model import Answer, DyadicModel, DyadicModelConfig
from rsatalker.option_ranges import LARGEST_SEED, check_ranges
from rsatalker.training.dialogue_corpus import Conversation, make_conversations
from rsatalker.training.dualtalk import read_dyads
from rsatalker.training.dyadic_faces import TRACKED_FACES, conversation_of
from rsatalker.training.training_device import DeviceName, training_device
from rsatalker.training.training_run import TrainingRun


@dataclass(frozen=True, slots=True)
class TrainDialogueOptions:
    """How to train stage 2; saved in the checkpoint.

    Attributes:
        folder: Of the run; the checkpoint is `dyadic.safetensors` in it.
        data: Folder of recorded dialogues; without it, synthetic ones are made.
        lips: Checkpoint of stage 1 that hears recorded voices; the bundled one if left out.
        hours: Of synthetic dialogue.
        held_out_minutes: Of synthetic dialogue for validation.
        steps: Batches.
        batch_size: Stretches of conversation in a batch.
        instants: Length of a stretch; 120 are 4 s.
        learning_rate: At its highest; it warms up and then falls along a cosine.
        weight_decay: Of AdamW.
        average_decay: Of the running average of the weights, which is what gets saved.
        channels: Width of the model.
        layers: Of its Transformer.
        sees_itself: Whether a head's own last motion is an input.
        start_from: Checkpoint whose weights to begin with; its sizes are kept.
        save_every: Steps between saves and validations.
        seed: Of dialogues, weights and batches.
        threads: Of the CPU.
        device: Where to train: `cpu`, or `cuda` for an NVIDIA GPU.
        resume: Go on with the run in the folder.
    """

    folder: Path = Path("dyadic")
    data: Path | None = None
    lips: Path | None = None
    hours: float = 6.0
    held_out_minutes: float = 18.0
    steps: int = 1600
    batch_size: int = 8
    instants: int = 120
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    average_decay: float = 0.99
    channels: int = DyadicModelConfig().channels
    layers: int = DyadicModelConfig().layers
    sees_itself: bool = False
    start_from: Path | None = None
    save_every: int = 100
    seed: int = 0
    threads: int = 1
    device: DeviceName = "cpu"
    resume: bool = False

    def __post_init__(self) -> None:
        check_ranges(self, {
            "hours": (0.001, 100_000), "held_out_minutes": (0.01, 100_000), "steps": (1, 1_000_000_000),
            "batch_size": (1, 100_000), "instants": (1, 100_000), "learning_rate": (0, 10), "weight_decay": (0, 10),
            "average_decay": (0, 1), "channels": (1, 10_000), "layers": (1, 100), "save_every": (1, 1_000_000_000),
            "seed": (0, LARGEST_SEED), "threads": (1, 1024),
        })  # fmt: skip


WARM_UP_STEPS = 50
LIKELY = 5.0  # times the average chance
LOG_EVERY = 20  # steps
LARGEST_GRADIENT = 1.0  # norm above which gradients are scaled down
HELD_OUT_SEED = 1_000_003  # added to the seed: dialogues of their own
VALIDATED_INSTANTS = 900  # of each held-out conversation
FEW_CLIPS, HELD_OUT_SHARE = 10, 0.2
EVENTS_WEIGHT, VALUES_WEIGHT, VELOCITY_WEIGHT = 1.0, 2.0, 1.0


class Batch(NamedTuple):
    """Stretches of conversations; see `Conversation`."""

    voices: Float[Tensor, "N 2 T S"]
    motion: Float[Tensor, "N 2 T M"]
    chances: Float[Tensor, "N 2 T E"]
    possible: Bool[Tensor, "N 2 T E"]
    values: Float[Tensor, "N 2 T V"]
    known: Bool[Tensor, "N 2"]
    present: Float[Tensor, "N 2 3 K"]


def stretch_batch(conversations: Sequence[Conversation], starts: Sequence[int], instants: int) -> Batch:
    """Return a stretch of each conversation as tensors."""
    cuts = [slice(start, start + instants) for start in starts]
    columns = [
        np.stack([getattr(c, name)[:, cut] for c, cut in zip(conversations, cuts, strict=True)])
        for name in ("voices", "motion", "chances", "possible", "values")
    ]
    columns += [np.stack([getattr(c, name) for c in conversations]) for name in ("known", "present")]
    return Batch(*(torch.from_numpy(column) for column in columns))


def on(device: torch.device, batch: Batch) -> Batch:
    """Return a batch where the model is."""
    return Batch(*(part.to(device) for part in batch))


class DyadicLoss:
    """The loss of an answer: relative errors of chances, errors of values and of their velocity.

    The cross-entropy of an event is divided by the event's mean chance, so that rare events are learned as exactly as
    frequent ones: a smile begins once in 600 instants. Tracked faces have no events; for them this is DualTalk's loss
    (squared errors of expression, jaw, neck and velocity) with each parameter in its own standard deviations.
    """

    def __init__(self, conversations: Sequence[Conversation], device: torch.device) -> None:
        chances = np.concatenate([_rows(c.chances) for c in conversations])
        possible = np.concatenate([_rows(c.possible) for c in conversations])
        values = np.concatenate([_rows(c.values[c.known]) for c in conversations])
        mean = (chances * possible).sum(0) / np.maximum(possible.sum(0), 1)
        self.event_weight = torch.from_numpy((0.1 / np.maximum(mean, 1e-3)).astype(np.float32)).to(device)
        self.value_scale = torch.from_numpy((1 / np.maximum(values.std(0), 1e-3)).astype(np.float32)).to(device)

    def __call__(self, answer: Answer, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the losses of events and of values."""
        return self.of_events(answer, batch).sum(), self.of_values(answer, batch)

    def of_events(self, answer: Answer, batch: Batch) -> Float[Tensor, " E"]:
        """Return the cross-entropy beyond that of the targets themselves, event by event."""
        target = batch.chances.clamp(1e-6, 1 - 1e-6)
        own = -(target * target.log() + (1 - target) * (1 - target).log())
        beyond = binary_cross_entropy_with_logits(answer.logits, target, reduction="none") - own
        counted = (beyond * batch.possible).sum((0, 1, 2)) / batch.possible.sum((0, 1, 2)).clamp(min=1)
        return counted * self.event_weight

    def of_values(self, answer: Answer, batch: Batch) -> Tensor:
        """Return squared errors of values and of their steps, in standard deviations, where values are known."""
        error = (answer.values - batch.values) * self.value_scale * batch.known[:, :, None, None]
        share = batch.known.float().mean().clamp(min=1e-3)
        return (error.square().mean() + VELOCITY_WEIGHT * error.diff(dim=2).square().mean()) / share


def rare_moments(conversation: Conversation, loss: DyadicLoss) -> Int64[np.ndarray, " N"]:
    """Return the instants at which the rarest event can begin and is many times as likely as on average."""
    if not conversation.chances.shape[2]:
        return np.zeros(0, np.int64)
    rarest = int(loss.event_weight.argmax())
    average = 0.1 / float(loss.event_weight[rarest])
    likely = (conversation.chances > LIKELY * average) & conversation.possible
    return np.flatnonzero(likely[:, :, rarest].any(axis=0))


def _rows(array: np.ndarray) -> np.ndarray:
    """Return both participants' instants one after the other."""
    return array.reshape(array.shape[0] * array.shape[1], array.shape[2])


class DyadicTraining:
    """A training run of stage 2: model, its running average, optimiser, and where its stretches come from."""

    def __init__(
        self, options: TrainDialogueOptions, config: DyadicModelConfig, conversations: Sequence[Conversation]
    ) -> None:
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options, self.conversations = options, conversations
        self.device = training_device(options.device)
        self.model = DyadicModel(config)
        if options.start_from is not None:
            self.model = load_dyadic_checkpoint(options.start_from).requires_grad_().train()
        self.model.to(self.device)
        self.average = AveragedModel(self.model, avg_fn=self._average)
        self.loss = DyadicLoss(conversations, self.device)
        self.optimizer = AdamW(self.model.parameters(), options.learning_rate, weight_decay=options.weight_decay)
        self.rng = np.random.default_rng(options.seed)
        self._rare_moments = [rare_moments(c, self.loss) for c in conversations]

    def advance(self, step: int) -> tuple[float, float]:
        """Learn from one batch; return the losses of events and of values."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.options, step)
        batch = self.draw()
        events, values = self.loss(self.answer(self.model, batch), batch)
        self.optimizer.zero_grad()
        (EVENTS_WEIGHT * events + VALUES_WEIGHT * values).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return float(events.detach()), float(values.detach())

    def draw(self) -> Batch:
        """Return stretches from random places; half of them hold a moment at which the rarest event is likely.

        That changes how often a situation is met, not the chance that is right in it.
        """
        instants = min(self.options.instants, *(len(c) for c in self.conversations))
        chosen = self.rng.integers(len(self.conversations), size=self.options.batch_size)
        conversations = [self.conversations[index] for index in chosen]
        starts = [int(self.rng.integers(len(c) - instants + 1)) for c in conversations]
        for row in range(0, len(chosen), 2):
            moments = self._rare_moments[chosen[row]]
            if len(moments):
                before = int(moments[self.rng.integers(len(moments))]) - int(self.rng.integers(instants // 4, instants))
                starts[row] = min(max(before, 0), len(conversations[row]) - instants)
        return on(self.device, stretch_batch(conversations, starts, instants))

    @staticmethod
    def answer(model: DyadicModel, batch: Batch) -> Answer:
        """Return what a model answers to a batch."""
        shape = batch.present.shape
        social = model.social(batch.present.reshape(-1, *shape[2:])).view(shape[0], 2, -1, model.config.channels)
        return model(batch.voices, batch.motion, social)

    @torch.no_grad()
    def validate(self, held_out: Sequence[Conversation]) -> dict[str, float]:
        """Return the losses of the averaged model on other conversations."""
        model = self.averaged_model().eval()
        instants = min(VALIDATED_INSTANTS, *(len(c) for c in held_out))
        batch = on(self.device, stretch_batch(held_out, [0] * len(held_out), instants))
        answer = self.answer(model, batch)
        losses = {"values": float(self.loss.of_values(answer, batch))}
        return losses | dict(zip(EVENTS, self.loss.of_events(answer, batch).tolist(), strict=False))

    def averaged_model(self) -> DyadicModel:
        """Return the running average of the weights as a model."""
        assert isinstance(self.average.module, DyadicModel)
        return self.average.module

    def state(self) -> dict[str, object]:
        """Return all from which the run goes on."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": self.rng.bit_generator.state,
        }

    def restore(self, state: dict[str, dict[str, object]]) -> None:
        """Go on from a state."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rng.bit_generator.state = state["rng"]

    def _average(self, average: Tensor, new: Tensor, updates: Tensor | int) -> Tensor:
        decay = min(self.options.average_decay, (1 + int(updates)) / (10 + int(updates)))  # the first count little
        return average + (1 - decay) * (new - average)


def train_dialogue(options: TrainDialogueOptions, console: Console | None = None) -> dict[str, float]:
    """Train until `options.steps`; return the losses on held-out dialogues.

    Raises:
        AssetError: The folder holds another run, or the recorded dialogues are missing or damaged.
    """
    console = console or Console()
    run = TrainingRun(options.folder, "dialogue", options, resume=options.resume, console=console)
    config, conversations, held_out = _material(options, console)
    training = DyadicTraining(options, config, conversations)
    if run.state is not None:
        training.restore(run.state)
    parameters = sum(weight.numel() for weight in training.model.parameters())
    console.print(f"{len(conversations)} conversations, {parameters:,} parameters, from step {run.first_step}")
    losses: list[tuple[float, float]] = []
    scores: dict[str, float] = {}
    for step in run.steps(options.steps):
        losses.append(training.advance(step))
        run.show(f"loss {losses[-1][0]:.3f} {losses[-1][1]:.3f}")
        if step % options.save_every == 0 or step == options.steps or run.is_stopping:
            scores = training.validate(held_out)
            run.log(step, {"events": mean(losses, 0), "values": mean(losses, 1), "held_out": scores})
            losses = []
            run.save(step, training.state())
            recipe = {"stage": 2, "options": asdict(options), "steps_done": step, "held_out": scores}
            save_dyadic_checkpoint(training.averaged_model(), options.folder / "dyadic.safetensors", recipe)
        elif step % LOG_EVERY == 0:
            run.log(step, {"events": mean(losses, 0), "values": mean(losses, 1)})
            losses = []
    run.finish({"held_out": scores, "parameters": parameters})
    return scores


def _material(
    options: TrainDialogueOptions, console: Console
) -> tuple[DyadicModelConfig, list[Conversation], list[Conversation]]:
    """Return the model's sizes, conversations to train on, and others to validate on."""
    if options.data is None:
        console.print(f"Playing {options.hours:g} h of dialogue...")
        config, conversations = DyadicModelConfig(), make_conversations(options.hours, options.seed)
        held_out = make_conversations(options.held_out_minutes / 60, options.seed + HELD_OUT_SEED)
    else:
        config, lips = TRACKED_FACES, load_checkpoint(options.lips)
        recorded = [conversation_of(dyad, lips) for dyad in read_dyads(options.data)]
        conversations, held_out = split(recorded)
    sizes = {"channels": options.channels, "layers": options.layers, "sees_itself": options.sees_itself}
    return replace(config, **sizes), conversations, held_out


def split(recorded: Sequence[Conversation]) -> tuple[list[Conversation], list[Conversation]]:
    """Return training and held-out conversations: every tenth clip, or the last fifth of each if there are few."""
    if len(recorded) >= FEW_CLIPS:
        return [c for i, c in enumerate(recorded) if i % 10], list(recorded[::10])
    cuts = [round(len(c) * (1 - HELD_OUT_SHARE)) for c in recorded]
    before = [_stretch(c, slice(0, cut)) for c, cut in zip(recorded, cuts, strict=True)]
    return before, [_stretch(c, slice(cut, None)) for c, cut in zip(recorded, cuts, strict=True)]


def _stretch(conversation: Conversation, cut: slice) -> Conversation:
    names = ("voices", "motion", "chances", "possible", "values")
    return replace(conversation, **{name: getattr(conversation, name)[:, cut] for name in names})


def mean(losses: list[tuple[float, float]], column: int) -> float:
    """Return the mean of one of the losses, rounded for the log."""
    return round(float(np.mean([loss[column] for loss in losses])), 5)


def learning_rate(options: TrainDialogueOptions, step: int) -> float:
    """Return the rate of a step: a short warm-up, then half a cosine down to a hundredth."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(step / options.steps, 1.0)))
    return options.learning_rate * min(1.0, step / WARM_UP_STEPS) * (0.99 * cosine + 0.01)
