"""One step of fitting: draw Gaussians into tensors and take the gradients of a loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.render_scene import head_of_gaussians, stereo_pair
from benchmarks.samples import in_turns, median, percentile
from rsatalker.renderers.choose import ResolvedName, describe_renderers
from rsatalker.renderers.rasterization import Rasterization, choose_rasterization

COEFFICIENTS = 16  # of each channel: spherical harmonics of degree 3


@dataclass(frozen=True)
class Options:
    """Time drawing with gradients, as fitting does it: one view, harmonics of degree 3, no depth.

    Attributes:
        gaussians: How many, one row block each.
        size: Width and height of the image, pixels.
        threads: Bound for the cpu rasterization's kernels; torch has one.
        rounds: How often each is taken; they take turns.
        reference: Also time the plain torch rasterization once; it takes seconds.
    """

    gaussians: tuple[int, ...] = (5_000, 15_000, 30_000)
    size: int = 256
    threads: int = 2
    rounds: int = 20
    reference: bool = True


def run(options: Options) -> None:
    """Print milliseconds of drawing, and of drawing with gradients."""
    torch.set_num_threads(
        1
    )  # its loops are too short here to be shared, and beside a busy process far slower if they are
    table = Table("Gaussians", "rasterization", "step", "p50 ms", "p95 ms")
    names: list[ResolvedName] = [report.name for report in describe_renderers() if report.usable]
    for count in options.gaussians:
        for name in names:
            if name == "reference" and not options.reference:
                continue
            device = "cuda" if name == "gsplat" else "cpu"
            draw = drawing(choose_rasterization(name, options.threads), count, options.size, device)
            subjects = {"draw": torch.no_grad()(partial(draw, False)), "draw and differentiate": partial(draw, True)}
            slow = name == "reference"
            if not slow:
                in_turns(subjects, rounds=2)  # first touches of memory
            for step, samples in in_turns(subjects, 1 if slow else options.rounds).items():
                table.add_row(f"{count:,}", name, step, f"{median(samples):.1f}", f"{percentile(samples, 0.95):.1f}")
        table.add_section()
    console = Console()
    console.print(f"{options.size} x {options.size} pixels, {options.threads} threads")
    console.print(table)


def drawing(rasterize: Rasterization, count: int, size: int, device: str) -> Callable[[bool], None]:
    """Return what draws a head of Gaussians and, if asked, differentiates the sum of its squared pixels."""
    gaussians, camera = head_of_gaussians(count), stereo_pair(size)[0]
    random = torch.Generator().manual_seed(0)
    values = {
        "means": torch.from_numpy(gaussians.means),
        "quats": torch.randn(count, 4, generator=random),
        "scales": 0.35 / count**0.5 * (0.3 + torch.rand(count, 3, generator=random)),  # neighbours just overlap
        "opacities": torch.from_numpy(gaussians.opacities),
        "colors": 0.3 * torch.randn(count, COEFFICIENTS, 3, generator=random),
    }
    leaves = {name: value.to(device).requires_grad_() for name, value in values.items()}
    viewmats, Ks = (torch.from_numpy(matrix)[None].to(device) for matrix in (camera.camera_from_world, camera.K))

    def draw(with_gradients: bool) -> None:
        images, _, _ = rasterize(
            **leaves, viewmats=viewmats, Ks=Ks, width=size, height=size, sh_degree=3, rasterize_mode="antialiased"
        )
        if with_gradients:
            images.square().sum().backward()
            for leaf in leaves.values():
                leaf.grad = None
        float(images.detach()[0, 0, 0, 0])  # a CUDA device is done only when a number has arrived

    return draw
