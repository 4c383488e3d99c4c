"""Measures a checkpoint: one report of several sections, each beside the baselines of its subject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console

from rsatalker.errors import AssetError
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.dyadic_checkpoint import bundled_dyadic_model, load_dyadic_checkpoint
from rsatalker.option_ranges import check_ranges
from rsatalker.training.cost_evaluation import cost_section
from rsatalker.training.dyadic_evaluation import dyadic_section
from rsatalker.training.lip_section import lip_section
from rsatalker.training.report import Section, print_section, save_report
from rsatalker.training.social_evaluation import SocialOptions, social_section


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """What to measure; a section is left out if there is nothing to measure it on.

    Attributes:
        checkpoint: Of the lips; the bundled one if left out.
        corpus: Folder that `rsatalker corpus` made; lips are scored on its held-out voices.
        speech: Folder of recordings with an `alignment.json`; lips are scored on them, also louder, quieter and with
            noise. For each file it holds `phones`: rows of ARPAbet symbol, start and end in seconds.
        dialogues: Folder of recorded dialogues with tracked faces, in the DualTalk layout or the plain one.
        dyadic: Checkpoint of stage 2; the bundled one if left out.
        social_minutes: Of planned talk to watch for each of the four relationships; 30 take a few minutes.
        cost: Also measure what a step costs.
        report: Folder for report.json and pictures; only printed if left out.
    """

    checkpoint: Path | None = None
    corpus: Path | None = None
    speech: Path | None = None
    report: Path | None = None
    dialogues: Path | None = None
    dyadic: Path | None = None
    social_minutes: float = 0.0
    cost: bool = False

    def __post_init__(self) -> None:
        check_ranges(self, {"social_minutes": (0, 100_000)})


def evaluate(options: EvaluateOptions, console: Console | None = None) -> tuple[Section, ...]:
    """Print the report, save it if asked to, and return its sections.

    Raises:
        AssetError: There is nothing to measure on, or something to measure with is missing or damaged.
        AudioError: A recording cannot be read.
        ToolMissing: A report is asked for, and matplotlib, which draws its pictures, is not installed.
    """
    torch.set_num_threads(1)
    console = console or Console()
    sections: list[Section] = []
    if options.corpus is not None or options.speech is not None:
        sections.append(lip_section(options.checkpoint, options.corpus, options.speech))
    sections += _dyadic_sections(options)
    if not sections:
        raise AssetError(
            "there is nothing to measure on; give --speech with a folder of aligned recordings, or --corpus; for both "
            "heads together --dialogues with a folder of recorded dialogues, --social-minutes 30, or --cost."
        )
    for section in sections:
        print_section(section, console)
    if options.report is not None:
        save_report(sections, options.report)
        console.print(f"report and pictures are in {options.report}", highlight=False)
    return tuple(sections)


def _dyadic_sections(options: EvaluateOptions) -> list[Section]:
    """Return the sections of both heads together that are asked for."""
    model = load_dyadic_checkpoint(options.dyadic) if options.dyadic else bundled_dyadic_model()
    sections: list[Section] = []
    if options.dialogues is not None:
        sections.append(dyadic_section(options.dialogues, load_checkpoint(options.checkpoint), model))
    if options.social_minutes > 0 and model.config.events:
        sections.append(social_section(model, SocialOptions(minutes=options.social_minutes)))
    if options.cost and model.config.events:
        sections.append(cost_section(load_checkpoint(options.checkpoint), model))
    return sections
