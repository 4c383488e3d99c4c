"""Renderers on a head-sized cloud of surfels and strands, in turns with AVX2 by hand and plain torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.avx2_splats import Draw, NoComparatorError, compile_avx2
from benchmarks.render_scene import head_of_gaussians, stereo_pair
from benchmarks.samples import in_turns, median, percentile
from rsatalker.renderers.choose import ResolvedName, choose_renderer, describe_renderers
from rsatalker.renderers.renderer import Renderer

AVX2 = "AVX2"
PAIR = " x 2"


@dataclass(frozen=True)
class Options:
    """Time every renderer that runs here on a head-sized cloud of surfels and strands.

    Attributes:
        gaussians: How many, one row block each.
        sizes: Width and height of the image, pixels, one row block each with every number of Gaussians.
        threads: Bound for the cpu renderer and for AVX2 by hand.
        rounds: How often each draws; they take turns, so that a busy machine slows all alike.
        reference: Also time the plain torch renderer once; it takes seconds a frame.
    """

    gaussians: tuple[int, ...] = (30_000, 60_000, 100_000)
    sizes: tuple[int, ...] = (512,)
    threads: int = 2
    rounds: int = 40
    reference: bool = True


def run(options: Options) -> None:
    """Print milliseconds a frame, and ratios to the two baselines and to one eye."""
    console = Console()
    table = Table("Gaussians, px", "renderer", "p50 ms", "p95 ms", "/ AVX2", "faster than reference", "/ one eye")
    names: list[ResolvedName] = [
        report.name for report in describe_renderers() if report.usable and report.name != "reference"
    ]
    renderers = [choose_renderer(name, options.threads) for name in names]
    for renderer in renderers:
        renderer.warm_up()
    avx2: Draw | None = None
    try:
        avx2 = compile_avx2(options.threads)
    except NoComparatorError as error:
        console.print(f"The column '/ AVX2' is empty: {error}.")
    for size, count in product(options.sizes, options.gaussians):
        subjects = drawn_by(renderers, avx2, count, size)
        in_turns(subjects, rounds=2)  # first touches of memory
        times = in_turns(subjects, options.rounds)
        if options.reference:
            times |= in_turns(drawn_by([choose_renderer("reference")], None, count, size, pair=False), rounds=1)
        for name, samples in times.items():
            table.add_row(f"{count:,} at {size}", name, *figures(name, samples, times))
        table.add_section()
    console.print(f"{options.threads} threads, drawing in turns")
    console.print(table)


def drawn_by(
    renderers: list[Renderer], avx2: Draw | None, count: int, size: int, pair: bool = True
) -> dict[str, Callable[[], None]]:
    """Return what draws one view, and two, by name."""
    gaussians, eyes = head_of_gaussians(count), stereo_pair(size)
    colors, depths = np.empty((2, size, size, 4), np.uint8), np.empty((2, size, size), np.float32)
    subjects: dict[str, Callable[[], None]] = {}
    if avx2 is not None:
        subjects[AVX2] = partial(avx2, gaussians, eyes[0], colors[0], depths[0])
    for renderer in renderers:
        subjects[renderer.name] = partial(renderer.render, gaussians, eyes[:1], colors[:1], depths[:1])
        if pair:
            subjects[renderer.name + PAIR] = partial(renderer.render, gaussians, eyes, colors, depths)
    return subjects


def figures(name: str, samples: list[float], times: dict[str, list[float]]) -> list[str]:
    """Return the cells of a row after its name."""
    p50 = median(samples)
    others = {other: median(of_other) for other, of_other in times.items() if other != name}
    one_eye = others.get(name.removesuffix(PAIR))
    if name.endswith(PAIR) and one_eye:
        ratios = ["", "", f"{p50 / one_eye:.2f}"]
    else:
        ratios = [
            f"{p50 / others[AVX2]:.2f}" if AVX2 in others else "",
            f"{others['reference'] / p50:.0f} x" if "reference" in others else "",
            "",
        ]
    return [f"{p50:.1f}", f"{percentile(samples, 0.95):.1f}", *ratios]
