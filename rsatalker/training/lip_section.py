"""The part of the report about lips: scores beside baselines on clean, loud, quiet and noisy speech."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.checkpoint import BUNDLED_CHECKPOINT, load_checkpoint
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.speech.encoders import LOG_MEL
from rsatalker.training.aligned_speech import CLEAN, SNRS_DB, noise_name, real_speech_sets
from rsatalker.training.baselines import Articulation, Features, load_baselines
from rsatalker.training.encoded_corpus import heard_by
from rsatalker.training.examples import Example
from rsatalker.training.metrics import CLOSED_FROM, LipScores, Scored, lip_scores
from rsatalker.training.report import Chart, Section, Sheet

HEADINGS = {  # of the tables
    "r8": "r8",
    "r_jaw": "r\njaw",
    "r_closed": "r\nclosed",
    "closure_recall": "p b m\nrecall",
    "closure_precision": "p b m\nprecis.",
    "tuck_recall": "f v\nrecall",
    "silence_shut": "silence\nshut",
    "lag_ms": "lag\nms",
    "jerk": "jerk",
}
HELD_OUT = "held-out voices"
MODEL = "model"
SHOWN_INSTANTS = 180  # of a clip in the picture of the mouth: 6 s
Lipper = Callable[[Example], Articulation]
ScoresBySet = dict[str, dict[str, LipScores]]


def lip_section(checkpoint: Path | None, corpus: Path | None, speech: Path | None) -> Section:
    """Return how well a checkpoint moves lips.

    Args:
        checkpoint: None takes the bundled one.
        corpus: Folder that `rsatalker corpus` made; its held-out voices are scored.
        speech: Folder of recordings with an `alignment.json`. At least one of the two folders is given.

    Raises:
        AssetError: Something to measure on or with is missing or damaged.
        AudioError: A recording cannot be read.
    """
    model = load_checkpoint(checkpoint)
    lippers = baseline_lippers(checkpoint or BUNDLED_CHECKPOINT) if model.config.encoder == LOG_MEL else {}
    lippers[MODEL] = lambda example: model.lips(example.features.astype(np.float32)[None]).articulation[0]
    sets = evaluation_sets(corpus, speech, model.config.encoder)
    scores = {
        name: {method: scored(lipper, examples) for method, lipper in lippers.items()}
        for name, examples in sets.items()
    }
    parameters = sum(weight.numel() for weight in model.parameters())
    look_ahead_ms = model.config.look_ahead * 1000 / MOTION_RATE_HZ
    charts = [Chart("lips-r8", lambda axes: _draw_r8(axes, scores))]
    if speech is not None:
        clip = max(sets[CLEAN], key=lambda example: len(example.visemes))
        charts.append(Chart("lips-noise", lambda axes: _draw_noise(axes, scores)))
        charts.append(Chart("lips-mouth", lambda axes: _draw_mouth(axes, clip, lippers[MODEL](clip)), (12.0, 4.0)))
    return Section(
        name="lips",
        title="Lips",
        scores={name: {method: asdict(its) for method, its in methods.items()} for name, methods in scores.items()},
        sheets=tuple(score_sheet(name, methods) for name, methods in scores.items()),
        charts=tuple(charts),
        notes=(f"{parameters:,} parameters, look-ahead {look_ahead_ms:.0f} ms",),
    )


def baseline_lippers(checkpoint: Path) -> dict[str, Lipper]:
    """Return what the model is compared with, by name; each takes log-mel features.

    Raises:
        AssetError: The file beside the checkpoint is missing or damaged.
    """
    fitted = load_baselines(checkpoint.with_suffix(".baselines.npz"))

    def on_features(lips: Callable[[Features], Articulation]) -> Lipper:
        return lambda example: lips(example.features.astype(np.float32))

    return {name: on_features(lips) for name, lips in fitted.by_name().items()}


def evaluation_sets(corpus: Path | None, speech: Path | None, encoder: str) -> dict[str, list[Example]]:
    """Return the sets of clips to score, as the encoder hears them.

    Raises:
        AssetError: Files are missing or damaged.
    """
    sets: dict[str, list[Example]] = {}
    if corpus is not None:
        sets[HELD_OUT] = list(heard_by(encoder, corpus, "held-out"))
    if speech is not None:
        sets |= real_speech_sets(speech, encoder)
    return sets


def scored(lipper: Lipper, examples: Sequence[Example]) -> LipScores:
    """Return the scores of one method on a set of clips."""
    return lip_scores(
        Scored(lipper(example), example.articulation.astype(np.float32), example.visemes, example.segments)
        for example in examples
    )


def score_sheet(name: str, methods: Mapping[str, LipScores]) -> Sheet:
    """Return the table of a set of clips, a row for each method; narrow enough for 80 columns."""
    seconds = next(iter(methods.values())).seconds
    rows = tuple((method, *(getattr(its, score) for score in HEADINGS)) for method, its in methods.items())
    return Sheet(f"{name}, {seconds:.0f} s", ("method", *HEADINGS.values()), rows)


def _draw_r8(axes: Any, scores: ScoresBySet) -> None:
    methods = list(next(iter(scores.values())))
    for place, method in enumerate(methods):
        heights = [its[method].r8 for its in scores.values()]
        rows = np.arange(len(scores)) + (place - (len(methods) - 1) / 2) * 0.8 / len(methods)
        axes.barh(rows, heights, 0.8 / len(methods), label=method)
    axes.set_yticks(range(len(scores)), list(scores), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("r8: mean correlation of the eight visible controls")
    axes.legend(fontsize=8)


def _draw_noise(axes: Any, scores: ScoresBySet) -> None:
    for label, score in (("r8", "r8"), ("p b m recall", "closure_recall"), ("p b m precision", "closure_precision")):
        axes.plot(SNRS_DB, [getattr(scores[noise_name(snr)][MODEL], score) for snr in SNRS_DB], ".-", label=label)
        axes.axhline(getattr(scores[CLEAN][MODEL], score), color=axes.lines[-1].get_color(), linestyle=":")
    axes.set_xlabel("speech above noise, dB (dotted: without noise)")
    axes.set_ylim(0, 1)
    axes.legend(fontsize=8)


def _draw_mouth(axes: Any, clip: Example, estimate: Articulation) -> None:
    shown = slice(0, SHOWN_INSTANTS)
    times = np.arange(len(estimate))[shown] / MOTION_RATE_HZ
    for name, color in (("jaw", "tab:blue"), ("closed", "tab:red")):
        column = ARTICULATION_INDEX[name]
        axes.plot(times, clip.articulation[shown, column], color=color, alpha=0.35, label=f"{name}, by the phones")
        axes.plot(times, estimate[shown, column], color=color, label=f"{name}, by the model")
    axes.axhline(CLOSED_FROM, color="tab:red", linestyle=":", linewidth=0.8)
    axes.set_xlabel(f"s of {clip.voice}")
    axes.legend(fontsize=8, loc="upper right", ncols=2)
