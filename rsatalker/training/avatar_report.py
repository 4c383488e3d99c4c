"""How well a fitted avatar shows images that it was not fitted to, beside what could be had for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from rich.console import Console
from rich.table import Table
from torch import Tensor

from rsatalker.motion.pose import FlamePose
from rsatalker.training.avatar_capture import SPLITS, Capture
from rsatalker.training.avatar_photos import Photos
from rsatalker.training.avatar_views import View, some_views
from rsatalker.training.image_metrics import ImageScores, mean_scores, scores_of

Drawn = Callable[[FlamePose, View], Float[Tensor, "H W 3"]]
Scores = dict[str, dict[str, ImageScores]]
HELD_OUT = ("val", "test")
HEAD_SHARE = 0.5  # of a pixel, from which it counts as the head's
ERROR_GAIN = 4.0  # differences in previews are shown that much stronger
MOST_AVERAGED = 200  # images that the mean image is made of


def score_split(
    views: Sequence[View], photos: Photos, background: Tensor, drawn: Callable[[View], Tensor]
) -> ImageScores:
    """Return the mean scores of drawings of views."""
    scores: list[ImageScores] = []
    for view in views:
        photo = photos(view)
        truth = torch.from_numpy(photo.before(background.cpu().numpy()))
        head = None if photo.mask is None else torch.from_numpy(photo.mask >= HEAD_SHARE)
        scores.append(scores_of(drawn(view).cpu(), truth, head))
    return mean_scores(scores)


def score_held_out(capture: Capture, photos: Photos, background: Tensor, fitted: Drawn, start: Drawn) -> Scores:
    """Return scores by method and split.

    Methods: `fitted`; `without expression`, the same Gaussians with a still face that only turns; `start`, the
    Gaussians before the first step; `mean image` of those that were fitted; `background` alone.
    """
    mean = _mean_image(capture, photos, background)
    methods: dict[str, Callable[[View], Tensor]] = {
        "fitted": lambda view: fitted(capture.poses[view.timestep], view),
        "without expression": lambda view: fitted(_still(capture.poses[view.timestep]), view),
        "start": lambda view: start(capture.poses[view.timestep], view),
        "mean image": lambda view: _as_large(mean, photos, view),
        "background": lambda view: _as_large(background.cpu().expand(1, 1, 3), photos, view),
    }
    splits = {split: getattr(capture, split) for split in HELD_OUT if getattr(capture, split)}
    return {
        method: {split: score_split(views, photos, background, drawn) for split, views in splits.items()}
        for method, drawn in methods.items()
    }


def print_scores(scores: Scores, console: Console) -> None:
    """Print a table of scores, a row for each method and split."""
    table = Table("images", "method", "PSNR dB", "on the head", "SSIM", "L1")
    for split in HELD_OUT:
        for method, by_split in scores.items():
            if split in by_split:
                found = by_split[split]
                numbers = (f"{found.psnr:.2f}", f"{found.psnr_head:.2f}", f"{found.ssim:.4f}", f"{found.l1:.4f}")
                table.add_row(SPLITS[split], method, *numbers, style="bold" if method == "fitted" else None)
        table.add_section()
    console.print(table)


def as_plain(scores: Scores) -> Mapping[str, object]:
    """Return scores for report.json."""
    return {
        SPLITS[split]: {method: asdict(by_split[split]) for method, by_split in scores.items() if split in by_split}
        for split in HELD_OUT
    }


def save_preview(path: Path, capture: Capture, photos: Photos, background: Tensor, drawn: Drawn) -> None:
    """Save a picture of one view of each split: the truth, the drawing, and their difference."""
    rows: list[np.ndarray] = []
    for split in SPLITS:
        views: tuple[View, ...] = getattr(capture, split)
        if not views:
            continue
        view = views[len(views) // 2]
        truth = photos(view).before(background.cpu().numpy())
        drawing = drawn(capture.poses[view.timestep], view).cpu().clamp(0, 1).numpy()
        rows.append(np.concatenate([truth, drawing, np.clip(ERROR_GAIN * np.abs(drawing - truth), 0, 1)], 1))
    height, width = (min(row.shape[axis] for row in rows) for axis in (0, 1))
    picture = np.concatenate([row[:height, :width] for row in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((picture * 255 + 0.5).astype(np.uint8)).save(path)


def _still(pose: FlamePose) -> FlamePose:
    """Return the same pose of the head with a face at rest."""
    return replace(
        pose, expression=np.zeros_like(pose.expression), jaw_pose=np.zeros(3, np.float32),
        eye_pose=np.zeros(6, np.float32),
    )  # fmt: skip


def _mean_image(capture: Capture, photos: Photos, background: Tensor) -> Float[Tensor, "H W 3"]:
    """Return the mean of the images that are fitted, in the size of the first."""
    views = some_views(capture.train, MOST_AVERAGED)
    size = photos(views[0]).color.shape
    images = [photos(view).before(background.cpu().numpy()) for view in views]
    return torch.from_numpy(np.mean([image for image in images if image.shape == size], 0, dtype=np.float32))


def _as_large(image: Float[Tensor, "h w 3"], photos: Photos, view: View) -> Float[Tensor, "H W 3"]:
    """Return an image in the size of a view's."""
    camera = photos(view).camera
    planes = image.movedim(-1, 0)[None]
    return torch.nn.functional.interpolate(planes, (camera.height, camera.width), mode="bilinear")[0].movedim(0, -1)
