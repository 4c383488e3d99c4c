"""`rsatalker fit-avatar`: images of one person -> the folder of an avatar, with previews, curves and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial

import numpy as np
import torch
from rich.console import Console

from rsatalker.avatars.avatar_folder import AvatarNote, write_avatar
from rsatalker.avatars.cast import CHARACTERS
from rsatalker.training.avatar_fit import AvatarFit
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.avatar_report import (
    ERROR_GAIN,
    Scores,
    as_plain,
    print_scores,
    save_preview,
    score_held_out,
    score_split,
)
from rsatalker.training.avatar_views import some_views
from rsatalker.training.training_run import TrainingRun

LOG_EVERY = 20  # steps
PREVIEWED = 8  # images of each split that curves are drawn of


def fit_avatar(options: FitOptions, console: Console | None = None) -> Scores:
    """Fit an avatar and write its folder; return its scores on held-out images.

    Raises:
        AssetError: The capture is incomplete or malformed, or `out` holds another run.
        KeyboardInterrupt: Ctrl+C was pressed; the run is saved after the step at which it was.
        OutputError: The disk is full, or the like.
        RendererUnavailable: The renderer asked for cannot run here.
    """
    console = console or Console()
    torch.set_num_threads(1)  # its small tensors gain nothing by a second one, which would spin between them
    run = TrainingRun(options.out / "fitting", "fit-avatar", options, resume=options.resume, console=console)
    fit = AvatarFit(options)
    if run.state is not None:
        fit.go_on_from(run.state)
    capture = fit.capture
    console.print(
        f"{len(capture.train)} images to fit, {len(capture.val)} held-out views, {len(capture.test)} of held-out "
        f"expressions; {len(fit.start):,} Gaussians to begin with, from step {run.first_step}"
    )
    logged: list[dict[str, float]] = []
    for step in run.steps(options.steps):
        logged.append(fit.advance(step))
        run.show(f"loss {sum(logged[-1].values()):.4f}, {len(fit.model):,} Gaussians")
        stops = step % options.preview_every == 0 or step == options.steps or run.is_stopping
        if step % LOG_EVERY == 0 or stops:
            entry: dict[str, object] = {"loss": _means(logged), "gaussians": len(fit.model)}
            run.log(step, entry | ({"psnr": _preview_scores(fit)} if stops else {}))
            logged = []
        if stops:
            with run.writing():
                preview = run.folder / "previews" / f"{step:06d}.png"
                save_preview(preview, capture, fit.photos, fit.background, fit.drawn)
            run.save(step, fit.state())
    fitted = len(fit.model)
    fit.cover_unseen()
    scores = score_held_out(capture, fit.photos, fit.background, fit.drawn, partial(fit.drawn, first=True))
    added = len(fit.model) - fitted
    counts = {"gaussians": len(fit.model), "on surface that no image shows": added}
    run.finish({**counts, "steps": options.steps, **as_plain(scores)})
    with run.writing():
        write_avatar(options.out, note_of(fit, scores), fit.model.splats(), fit.own_head)
    print_scores(scores, console)
    folder = options.out if options.out.name else options.out.resolve()
    console.print(
        f"The avatar is in {folder}; see it talk: rsatalker demo --avatars {folder.parent} --avatar-a {folder.name}. "
        f"Curves are in {run.folder}, and previews: the image, the avatar, and {ERROR_GAIN:g} times "
        "their difference.",
        soft_wrap=True,
        markup=False,  # a folder's name may stand in brackets
    )
    return scores


def _means(logged: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each part of the loss over the steps that had it: not every step looks closer."""
    names = dict.fromkeys(name for parts in logged for name in parts)
    return {name: float(np.mean([parts[name] for parts in logged if name in parts])) for name in names}


def _preview_scores(fit: AvatarFit) -> dict[str, float]:
    """Return the PSNR in dB of a few images of each split, the same each time."""
    capture = fit.capture
    return {
        split: score_split(
            some_views(views, PREVIEWED), fit.photos, fit.background,
            lambda view: fit.drawn(capture.poses[view.timestep], view),
        ).psnr
        for split, views in (("train", capture.train), ("val", capture.val), ("test", capture.test))
        if views
    }  # fmt: skip


def note_of(fit: AvatarFit, scores: Scores) -> AvatarNote:
    """Return what the avatar's folder says of itself."""
    options, light = fit.options, fit.light
    made = {
        field.name: getattr(options, field.name) for field in fields(options) if field.name not in ("out", "resume")
    }
    return AvatarNote(
        name=options.name or options.out.resolve().name,
        description=options.description,
        carriers=options.carriers,
        antialiased=options.antialiased,
        expression_space=fit.capture.head.expression_space,
        character=options.head if options.head in CHARACTERS else "",
        background=options.background,
        light=(float(light.slope[0]), float(light.slope[1]), float(light.slope[2]), light.mean),
        made={"options": made, "held_out": {split: asdict(found) for split, found in scores["fitted"].items()}},
    )
