"""gsplat on CUDA as a headset needs it: two heads, two eyes, read back into the caller's images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.render_scene import head_of_gaussians, stereo_pair
from benchmarks.samples import in_turns, median, percentile
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.renderer import Drawing


@dataclass(frozen=True)
class Options:
    """Time two heads for two eyes on a CUDA device, with upload and read-back.

    Attributes:
        gaussians: How many a head, one row block each.
        size: Width and height of each of the four images, pixels.
        rounds: How often each way is taken; they take turns.
    """

    gaussians: tuple[int, ...] = (30_000, 60_000, 100_000)
    size: int = 1024
    rounds: int = 100


def run(options: Options) -> None:
    """Print milliseconds for both heads, drawn in one call and head by head."""
    import torch

    console = Console()
    lack = find_lack()
    if lack is not None:
        console.print(f"There is nothing to measure: {lack.reason}. {lack.advice}", markup=False)
        return
    renderer = GsplatRenderer()
    renderer.warm_up()
    table = Table("Gaussians a head", "drawn", "p50 ms", "p95 ms", "peak MB")
    for count in options.gaussians:
        drawings = [drawing(count, options.size) for _ in range(2)]

        def head_by_head(drawings: list[Drawing] = drawings) -> None:
            for one in drawings:
                renderer.render(one.gaussians, one.cameras, one.colors, one.depths)

        def in_one_call(drawings: list[Drawing] = drawings) -> None:
            renderer.render_many(drawings)

        subjects = {"in one call": in_one_call, "head by head": head_by_head}
        in_turns(subjects, rounds=3)  # first touches of memory
        torch.cuda.reset_peak_memory_stats()
        for name, samples in in_turns(subjects, options.rounds).items():
            peak = torch.cuda.max_memory_allocated() / 1e6
            table.add_row(
                f"{count:,}", name, f"{median(samples):.2f}", f"{percentile(samples, 0.95):.2f}", f"{peak:.0f}"
            )
        table.add_section()
    device = torch.cuda.get_device_name()
    console.print(f"{device}: 2 heads x 2 eyes x {options.size} x {options.size}, with upload and read-back")
    console.print(table)


def drawing(count: int, size: int) -> Drawing:
    """Return a head for two eyes."""
    colors, depths = np.empty((2, size, size, 4), np.uint8), np.empty((2, size, size), np.float32)
    return Drawing(head_of_gaussians(count), stereo_pair(size), colors, depths)
