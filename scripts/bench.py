"""Measure the parts whose speed matters, each beside a baseline in the same run.

    python3 scripts/bench.py render [--gaussians 30000 60000] [--size 512] [--threads 2]

Prepares the environment if it is not run by the environment's own interpreter.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import environment

if TYPE_CHECKING:
    from rsatalker.avatars.gaussians import Gaussians
    from rsatalker.renderers.camera import Camera
    from rsatalker.renderers.renderer import Renderer

STRAND_SHARE = 0.4  # of a head's Gaussians, hair and lashes
EYE_DISTANCE_M = 0.063  # between the eyes of a pair of views, the human mean


@dataclass(frozen=True)
class Render:
    """Time renderers on a head-sized cloud of surfels and strands.

    Attributes:
        gaussians: How many, one row block each.
        size: Width and height of the image, pixels.
        threads: Bound for the cpu renderer.
        rounds: How often each renderer draws; they take turns, so that a busy machine slows all alike.
        reference: Also time the plain torch renderer, which takes seconds a frame, once.
    """

    gaussians: tuple[int, ...] = (30_000, 60_000, 100_000)
    size: int = 512
    threads: int = 2
    rounds: int = 40
    reference: bool = True


def render(options: Render) -> None:
    """Print milliseconds a frame of every renderer that can run here, and how many times as fast as the reference."""
    from rich.console import Console
    from rich.table import Table

    from rsatalker.renderers.choose import choose_renderer, describe_renderers

    table = Table("Gaussians", "renderer", "views", "p50 ms", "p95 ms", "x reference", "x one view")
    names = [r.name for r in describe_renderers() if r.usable and (options.reference or r.name != "reference")]
    renderers = [choose_renderer(name, options.threads) for name in names]
    for renderer in renderers:
        renderer.warm_up()
    for count in options.gaussians:
        times = time_renderers(renderers, head_of_gaussians(count), options)
        baseline = median(times["reference", 1]) if options.reference else None
        for (name, views), samples in times.items():
            p50 = median(samples)
            table.add_row(
                f"{count:,}",
                name,
                str(views),
                f"{p50:.1f}",
                f"{percentile(samples, 0.95):.1f}",
                f"{baseline / p50:.1f}" if baseline and views == 1 else "",
                f"{p50 / median(times[name, 1]):.2f}" if views == 2 else "",
            )
        table.add_section()
    Console().print(f"{options.size} x {options.size} pixels, cpu with {options.threads} threads, drawing in turns")
    Console().print(table)


def time_renderers(
    renderers: Sequence[Renderer], gaussians: Gaussians, options: Render
) -> dict[tuple[str, int], list[float]]:
    """Return milliseconds by renderer and number of views, taken in alternation."""
    import numpy as np

    eyes = stereo_pair(options.size)
    colors = np.empty((2, options.size, options.size, 4), np.uint8)
    depths = np.empty((2, options.size, options.size), np.float32)
    times: dict[tuple[str, int], list[float]] = {}
    for turn in range(options.rounds):
        for renderer in renderers:
            slow = renderer.name == "reference"
            if slow and turn:
                continue
            for views in (1,) if slow else (1, 2):
                draw = timed(renderer.render)
                times.setdefault((renderer.name, views), []).append(
                    draw(gaussians, eyes[:views], colors[:views], depths[:views])
                )
    return times


def timed(function: Callable[..., None]) -> Callable[..., float]:
    """Return a function that returns the milliseconds it took."""

    def run(*arguments: object) -> float:
        started = time.perf_counter()
        function(*arguments)
        return (time.perf_counter() - started) * 1e3

    return run


def head_of_gaussians(count: int) -> Gaussians:
    """Return surfels that close a head-sized ellipsoid, and antialiased strands that hang about it."""
    import numpy as np

    from rsatalker.avatars.gaussians import Gaussians

    random = np.random.default_rng(0)
    strands = random.uniform(size=count) < STRAND_SHARE
    normals = random.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    axes = np.linalg.qr(np.concatenate([normals[:, None], random.normal(size=(count, 2, 3))], 1).mT)[0]
    spacing = 0.35 / np.sqrt(count)  # metres between neighbours of an even cover
    sizes = np.stack([0.15 * np.ones(count), random.uniform(0.6, 0.9, count), random.uniform(0.6, 0.9, count)], 1)
    sizes[strands] = [0.25, 0.25, 2.5]  # a strand is ten times as long as thick
    halves = axes * (sizes * spacing)[:, None]
    rows, columns = np.triu_indices(3)
    scales = np.array([0.075, 0.11, 0.095]) * np.where(strands, random.uniform(1.0, 1.08, count), 1.0)[:, None]
    return Gaussians(
        (normals * scales).astype(np.float32),
        (halves @ halves.mT)[:, rows, columns].astype(np.float32),
        np.where(strands, 0.93, 0.995).astype(np.float32),
        (0.5 + 0.4 * np.sin(40 * normals)).astype(np.float32),
        strands.astype(np.uint8),
    )


def stereo_pair(size: int) -> list[Camera]:
    """Return the two eyes of someone who stands 0.8 m before the head."""
    import numpy as np

    from rsatalker.renderers.camera import fit_camera

    center = np.zeros(3, np.float32)
    places = ([side * EYE_DISTANCE_M / 2, 0, 0.8] for side in (-1, 1))
    return [fit_camera(np.array(place, np.float32), center, 0.13, size, size) for place in places]


def median(samples: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(samples, 0.5)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value below which a share of the samples lie."""
    return sorted(samples)[min(int(share * len(samples)), len(samples) - 1)]


def main() -> int:
    """Run the benchmark that is named and return the exit code."""
    if util.find_spec("tyro") is None or util.find_spec("numba") is None:  # not the environment's interpreter
        try:
            python = environment.prepare()
        except environment.SetupError as error:
            environment.exit_with(error)
        return subprocess.run([str(python), __file__, *sys.argv[1:]], check=False).returncode
    import tyro

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the project, where it is not installed
    options = tyro.extras.subcommand_cli_from_dict({"render": Render})
    render(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
