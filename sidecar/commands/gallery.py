"""`rsatalker gallery`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from rsatalker.cutscenes.batch import BatchOptions
from rsatalker.cutscenes.gallery.sheets import render_gallery
from rsatalker.renderers.choose import RendererName
from sidecar.commands.command_line import read_command_line


@dataclass(frozen=True, slots=True)
class GalleryOptions:
    """Render the pictures and clips of the README from the scripts that come with the package.

    Attributes:
        out: Folder for the clips and unfinished work.
        pictures: Folder for the pictures, a JPEG for each script; the same as `out` if left out.
        clips: Render the videos, too; the pictures alone are soon done.
        workers: Processes that draw; one for each core if left out.
        renderer: Which one draws.
    """

    out: Path = Path("out/gallery")
    pictures: Path | None = None
    clips: bool = True
    workers: int | None = None
    renderer: RendererName = "auto"


def run(arguments: Sequence[str]) -> int:
    """Render the gallery."""
    options = read_command_line(GalleryOptions, "gallery", arguments)
    batch = BatchOptions(renderer=options.renderer, workers=options.workers)
    clips = options.out if options.clips else None
    render_gallery(options.pictures or options.out, clips, batch, Console())
    return 0
