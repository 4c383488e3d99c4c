"""What `rsatalker fit-avatar` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from rsatalker.avatars.triangle_carriers import CarrierKind
from rsatalker.errors import AssetError
from rsatalker.renderers.choose import RendererName


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What to fit, and how.

    Attributes:
        capture: Folder of images, cameras and tracked poses, as GaussianAvatars has them (see --help).
        out: Folder of the avatar; the run's own files lie in `fitting` inside.
        name: Of the avatar; that of the folder `out` if left out.
        description: One line for people who choose.
        head: Head file, or a character of ours; the capture's own head.npz if left out.
        steps: Images that are looked at, one each; 4,000 are minutes at 256 x 256 on a CPU, a GPU can do 60,000.
        longest_px: Larger images are made smaller, until their longer side has so many pixels; 0 leaves them.
        gaussians: At the start.
        most_gaussians: After densification; surface that no image shows takes some more.
        sh_degree: How finely colour may change with the direction of view, 0 to 3.
        carriers: How Gaussians follow triangles; rigid is GaussianAvatars' way, affine keeps stretched skin closed.
        refine_mesh: Also move the tracked mesh a little, smoothly, to where the images see the surface.
        antialiased: Fit with the antialiased weight, so that distance does not thicken fine detail.
        background: Behind the person where images are masked, sRGB in [0, 1]; also of the scores.
        random_background: Change it in every step of masked images, so that nothing of it gets stuck to the person.
        renderer: What draws: auto takes gsplat on a CUDA device, else the CPU.
        threads: That draw on a CPU; 0 takes the machine's.
        preview_every: Steps between previews, scores and saved states.
        seed: Of starting places and the order of images.
        resume: Go on where a run in `out` was stopped.
    """

    capture: Annotated[Path, tyro.conf.Positional]
    out: Path = Path("avatar")
    name: str = ""
    description: str = "fitted to images"
    head: str = ""
    steps: int = 4_000
    longest_px: int = 512
    gaussians: int = 20_000
    most_gaussians: int = 30_000
    sh_degree: int = 1
    carriers: CarrierKind = "affine"
    refine_mesh: bool = False
    antialiased: bool = True
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    random_background: bool = True
    renderer: RendererName = "auto"
    threads: int = 0
    preview_every: int = 500
    seed: int = 0
    resume: bool = False

    def __post_init__(self) -> None:
        ranges = {"steps": (1, 10_000_000), "longest_px": (0, 8192), "gaussians": (1, 5_000_000), "sh_degree": (0, 3),
                  "most_gaussians": (1, 5_000_000), "preview_every": (1, 10_000_000), "threads": (0, 1024)}  # fmt: skip
        for name, (lowest, highest) in ranges.items():
            if not lowest <= getattr(self, name) <= highest:
                raise AssetError(f"{name} is {getattr(self, name)}; expected {lowest} to {highest}.")
