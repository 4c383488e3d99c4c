"""`rsatalker gallery`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console

from rsatalker.cutscenes.batch import BatchOptions
from rsatalker.cutscenes.gallery.sheets import render_gallery
from rsatalker.renderers.choose import RendererName


@dataclass(frozen=True, slots=True)
class GalleryOptions:
    """Render the pictures and clips of the README from the scripts that come with the package.

    Attributes:
        out: Folder for them.
        workers: Processes that draw; one for each core if left out.
        renderer: Which one draws.
    """

    out: Path = Path("out/gallery")
    workers: int | None = None
    renderer: RendererName = "auto"


def run(arguments: Sequence[str]) -> int:
    """Render the gallery."""
    options = tyro.cli(GalleryOptions, args=arguments, prog="rsatalker gallery")
    render_gallery(options.out, BatchOptions(options.out, options.renderer, options.workers), Console())
    return 0
