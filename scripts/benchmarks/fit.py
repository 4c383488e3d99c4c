"""How well an avatar is fitted in minutes: the ICT head with a painted skin, which fitting has never seen.

Images, masks and tracked poses come from a rasteriser of meshes; fitting is given the mesh, not the paint.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from rsatalker.avatars.triangle_carriers import CarrierKind
from rsatalker.renderers.choose import RendererName
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.fit_avatar import fit_avatar

FAKES = Path(__file__).resolve().parents[2] / "tests" / "fakes"
WANTED_DB = {"val": 30.0, "test": 27.0}  # held-out views, held-out expressions, at 256 x 256 within ten minutes


@dataclass(frozen=True)
class Options:
    """Fit an avatar to images of a painted head and score it on views and expressions that were held out.

    Attributes:
        size: Width and height of the images, pixels.
        steps: Images that are looked at.
        carriers: How Gaussians follow triangles; several are fitted one after the other, to the same images.
        sh_degree: Of the colours.
        gaussians: At the start.
        most_gaussians: After densification.
        renderer: What draws.
        threads: That draw.
        out: Folder to keep images and avatars in; none are kept without it.
    """

    size: int = 256
    steps: int = 1500
    carriers: tuple[CarrierKind, ...] = ("affine",)
    sh_degree: int = 1
    gaussians: int = 20_000
    most_gaussians: int = 30_000
    renderer: RendererName = "auto"
    threads: int = 2
    out: Path | None = None


def run(options: Options) -> None:
    """Print scores, time and processor time of each fit; fail if one misses what was wanted of it."""
    with tempfile.TemporaryDirectory() as folder:
        _run(options, options.out or Path(folder))


def _run(options: Options, folder: Path) -> None:
    sys.path.insert(0, str(FAKES))
    from ict_facekit import missing
    from painted_person import Studio, write_person

    if missing():
        sys.exit(f"There is nobody to fit: {missing()}.")
    console = Console()
    capture = folder / f"painted-person-{options.size}"
    if not (capture / "transforms_test.json").exists():
        console.print("painting the images ...")
        write_person(capture, Studio(options.size))
    missed: list[str] = []
    for carriers in options.carriers:
        started, worked = time.perf_counter(), time.process_time()
        out = folder / f"avatar-{carriers}-{options.steps}"
        scores = fit_avatar(
            FitOptions(
                capture, out=out, steps=options.steps, carriers=carriers, sh_degree=options.sh_degree,
                gaussians=options.gaussians, most_gaussians=options.most_gaussians, renderer=options.renderer,
                threads=options.threads,
            ),
            console,
        )["fitted"]  # fmt: skip
        minutes, processor = (time.perf_counter() - started) / 60, time.process_time() - worked
        console.print(f"{carriers}: {minutes:.1f} min, {processor:.0f} s of processor time, scores included")
        missed += [f"{carriers} {split}" for split, least in WANTED_DB.items() if scores[split].psnr < least]
    if missed:
        sys.exit(f"Below {WANTED_DB}: {', '.join(missed)}.")
