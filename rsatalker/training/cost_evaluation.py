"""The section `cost` of `rsatalker evaluate`: what a step of motion costs for two speakers on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32
from torch import nn

import rsatalker
from rsatalker.motion.behaviour.pair import Pair
from rsatalker.motion.dyadic_mind import DyadicMind
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.model import MotionModel
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.speech.audio import SPEECH_RATE_HZ, at_speech_rate, read_audio
from rsatalker.talker import Dialogue
from rsatalker.training.report import Section, Sheet

SAMPLE_DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
WARM_UP_STEPS = 30
GOAL_STEP_MS, GOAL_FACTOR = 1.5, 20.0


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Milliseconds of the steps of one stage, of processor time: what other programs take does not count."""

    p50: float
    p95: float


def cost_section(lips: MotionModel, dyadic: DyadicModel) -> Section:
    """Measure steps, the real-time factor, look-ahead, parameters and memory, on the sample dialogue."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    voices = at_speech_rate(read_audio(SAMPLE_DIALOGUE))
    stages = {
        "audio to motion, both heads": step_times(dialogue_step(lips, dyadic, voices), steps_of(voices)),
        "dyadic model": step_times(mind_step(dyadic), steps_of(voices)),
    }
    factor = offline_factor(lips, dyadic, voices)
    torch.set_num_threads(threads)
    sizes = {"lips": lips, "dyadic": dyadic}
    parameters = {name: sum(weight.numel() for weight in model.parameters()) for name, model in sizes.items()}
    memory = {name: weight_bytes(model) for name, model in sizes.items()} | {
        "state of a conversation": state_bytes(dyadic)
    }
    look_ahead_ms = lips.config.look_ahead * 1000 / MOTION_RATE_HZ
    return Section(
        name="cost",
        title="Cost of motion for two speakers on one thread",
        scores={
            "step_ms": {name: {"p50": times.p50, "p95": times.p95} for name, times in stages.items()},
            "real_time_factor": factor,
            "look_ahead_ms": look_ahead_ms,
            "parameters": parameters,
            "bytes": memory,
        },
        sheets=(
            Sheet(
                "one step of 33 ms",
                ("stage", "p50\nms", "p95\nms"),
                tuple((n, t.p50, t.p95) for n, t in stages.items()),
            ),
            Sheet("memory", ("what", "kB"), tuple((name, size / 1000) for name, size in memory.items())),
        ),
        notes=(
            f"{factor:.0f} x real time offline (goal {GOAL_FACTOR:g}), look-ahead {look_ahead_ms:.0f} ms, "
            f"{sum(parameters.values()):,} parameters; goal of a step {GOAL_STEP_MS:g} ms.",
            "Processor time of this thread; a machine busy with other work makes steps dearer by up to three times.",
        ),
    )


def steps_of(voices: Float32[np.ndarray, "2 S"]) -> int:
    """Return the instants of a dialogue."""
    return voices.shape[1] * MOTION_RATE_HZ // SPEECH_RATE_HZ


def step_times(step: Callable[[int], object], steps: int) -> StepTimes:
    """Return the times of a step that is called once an instant."""
    times: list[float] = []
    for index in range(steps):
        started = time.thread_time()
        step(index)
        times.append((time.thread_time() - started) * 1e3)
    p50, p95 = np.percentile(times[min(WARM_UP_STEPS, steps // 2) :], (50, 95))
    return StepTimes(float(p50), float(p95))


def dialogue_step(
    lips: MotionModel, dyadic: DyadicModel, voices: Float32[np.ndarray, "2 S"]
) -> Callable[[int], object]:
    """Return what pushes one instant of audio through everything up to the motion of both heads."""
    dialogue, size = Dialogue(lips, Relationship(), 1, dyadic), SPEECH_RATE_HZ / MOTION_RATE_HZ
    return lambda index: dialogue.push(voices[:, round(index * size) : round((index + 1) * size)])


def mind_step(dyadic: DyadicModel) -> Callable[[int], object]:
    """Return what asks the dyadic model for one instant, without lips and without moving."""
    mind, pair = DyadicMind(dyadic, SocialInput()), Pair(1)
    return lambda _: mind.incline(pair)


def offline_factor(lips: MotionModel, dyadic: DyadicModel, voices: Float32[np.ndarray, "2 S"]) -> float:
    """Return seconds of motion of both heads that are made in a second of processor time, from a whole dialogue."""
    dialogue = Dialogue(lips, Relationship(), 1, dyadic)
    started = time.thread_time()
    dialogue.push(voices)
    dialogue.finish()
    return voices.shape[1] / SPEECH_RATE_HZ / (time.thread_time() - started)


def weight_bytes(model: nn.Module) -> int:
    """Return what a model's weights take."""
    return sum(weight.numel() * weight.element_size() for weight in model.parameters())


def state_bytes(dyadic: DyadicModel) -> int:
    """Return what the keys and values of one conversation take."""
    config = dyadic.config
    attentions: Sequence[str] = ("face of voice", *("layer",) * config.layers, "relation")
    return len(attentions) * 2 * 2 * config.window * config.channels * np.float32().itemsize
