"""Measures a checkpoint beside two baselines, on held-out voices and on real speech with phone alignments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.table import Table

from rsatalker.errors import AssetError
from rsatalker.motion.checkpoint import BUNDLED_CHECKPOINT, load_checkpoint
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.training.augment import Samples, background, with_noise
from rsatalker.training.baselines import Articulation, Features, load_baselines
from rsatalker.training.corpus import babble_voices, example_of
from rsatalker.training.examples import Example, read_corpus
from rsatalker.training.metrics import LipScores, Scored, lip_scores
from rsatalker.training.phones import Segment, Viseme, segments_of, visemes_of_arpabet

SPEECH_PEAK = 0.6  # real clips are brought to this peak, about what the corpus has
QUIET_GAIN = 10 ** (-15 / 20)  # the same clips 15 dB down
NOISE_SNR_DB = 10.0  # of the noisy copies: a busy room
HEADINGS = {  # of the printed table
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
Lipper = Callable[[Features], Articulation]


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """What to measure.

    Attributes:
        checkpoint: None takes the bundled one.
        corpus: Folder that `rsatalker corpus` made; its held-out voices are scored.
        speech: Folder of recordings with an `alignment.json`: for each file its `phones`, rows of ARPAbet symbol, start
            and end in seconds.
        report: Where to write the scores as JSON; None prints only.
    """

    checkpoint: Path | None = None
    corpus: Path | None = None
    speech: Path | None = None
    report: Path | None = None


def evaluate(options: EvaluateOptions, console: Console | None = None) -> dict[str, dict[str, LipScores]]:
    """Print a table and return scores by set of clips and by method.

    Raises:
        AssetError: There is nothing to measure on, or something to measure with is missing or damaged.
        AudioError: A recording cannot be read.
    """
    torch.set_num_threads(1)
    model = load_checkpoint(options.checkpoint)
    loudness, mfcc = load_baselines((options.checkpoint or BUNDLED_CHECKPOINT).with_suffix(".baselines.npz"))
    sets = evaluation_sets(options)
    lippers: dict[str, Lipper] = {
        "loudness": loudness,
        "MFCC": mfcc,
        "model": lambda features: model.lips(features[None]).articulation[0],
    }
    report = {
        name: {method: scored(lipper, examples) for method, lipper in lippers.items()}
        for name, examples in sets.items()
    }
    parameters = sum(weight.numel() for weight in model.parameters())
    console = console or Console()
    console.print(f"{parameters:,} parameters, look-ahead {model.config.look_ahead * 1000 / MOTION_RATE_HZ:.0f} ms")
    console.print(*score_tables(report))
    if options.report is not None:
        plain = {name: {m: asdict(s) for m, s in scores.items()} for name, scores in report.items()}
        options.report.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    return report


def evaluation_sets(options: EvaluateOptions) -> dict[str, list[Example]]:
    """Return the sets of clips that the options ask for.

    Raises:
        AssetError: They ask for none, or for files that are missing or damaged.
    """
    if options.corpus is None and options.speech is None:
        raise AssetError(
            "there is nothing to measure on; give --speech with a folder of aligned recordings, or --corpus."
        )
    sets: dict[str, list[Example]] = {}
    if options.corpus is not None:
        sets["held-out voices"] = list(read_corpus(options.corpus, "held-out"))
    if options.speech is not None:
        sets |= real_speech_sets(options.speech)
    return sets


def scored(lipper: Lipper, examples: Sequence[Example]) -> LipScores:
    """Return the scores of one method on a set of clips."""
    return lip_scores(
        Scored(
            lipper(example.features.astype(np.float32)),
            example.articulation.astype(np.float32),
            example.visemes,
            example.segments,
        )
        for example in examples
    )


def real_speech_sets(folder: Path) -> dict[str, list[Example]]:
    """Return the recordings of a folder as they are, 15 dB quieter, and with noise, babble or music at 10 dB."""
    recordings = list(aligned_recordings(folder))
    rng = np.random.default_rng(0)
    noise = [background(len(samples), rng, babble_voices()) for samples, _, _ in recordings]
    sets: dict[str, list[Example]] = {"real speech": [], "real speech, -15 dB": [], "real speech, noise at 10 dB": []}
    for (samples, segments, name), its_noise in zip(recordings, noise, strict=True):
        versions = (samples, samples * np.float32(QUIET_GAIN), with_noise(samples, its_noise, NOISE_SNR_DB))
        for clips, version in zip(sets.values(), versions, strict=True):
            clips.append(example_of(version, segments, name, group=1))
    return sets


def aligned_recordings(folder: Path) -> Iterator[tuple[Samples, list[Segment], str]]:
    """Yield samples at 16 kHz, segments and file name of each recording in `alignment.json`.

    Raises:
        AssetError: There is no such file, or it is no alignment.
        AudioError: A recording cannot be read.
    """
    path = folder / "alignment.json"
    try:
        alignments = json.loads(path.read_text(encoding="utf-8"))
        phones = {
            name: [(str(p), float(s), float(e)) for p, s, e in clip["phones"]] for name, clip in alignments.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssetError(
            f"{path} cannot be read as alignments ({error}); expected "
            '{"file.wav": {"phones": [["ah", 0.0, 0.1], ...]}, ...}.'
        ) from error
    for name, rows in phones.items():
        samples = at_speech_rate(read_audio(folder / name)).mean(axis=0)
        shapes = ((visemes_of_arpabet(phone) or (Viseme.SILENCE,), start_s, end_s) for phone, start_s, end_s in rows)
        yield samples * np.float32(SPEECH_PEAK / np.abs(samples).max()), segments_of(shapes), name


def score_tables(report: dict[str, dict[str, LipScores]]) -> Iterator[Table]:
    """Yield one table for each set of clips, a row for each method; narrow enough for 80 columns."""
    for name, scores in report.items():
        seconds = next(iter(scores.values())).seconds
        table = Table(title=f"{name}, {seconds:.0f} s", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("method")
        for heading in HEADINGS.values():
            table.add_column(heading, justify="right")
        for method, its in scores.items():
            values = (getattr(its, score) for score in HEADINGS)
            table.add_row(method, *(f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}" for value in values))
        yield table
