"""The gallery: renders its scripts, and lays a frame of each shot side by side."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from jaxtyping import UInt8
from PIL import Image
from rich.console import Console

from rsatalker.cutscenes.batch import BatchOptions, find_scripts, render_script
from rsatalker.cutscenes.read_script import read_script
from rsatalker.cutscenes.script import Cutscene
from rsatalker.exports.images import Tile, contact_sheet

SCRIPTS = Path(__file__).parent
SHOWN_SHARE = 0.6  # of a shot's length: where its frame is taken, after what changes at its beginning
COLUMNS, TILE_PX = 2, 640
JPEG_QUALITY = 88


def render_gallery(out: Path, options: BatchOptions, console: Console) -> list[Path]:
    """Render every script of the gallery to `out` and return the sheets: one picture for each script.

    Raises:
        RsaTalkerError: A script cannot be rendered.
    """
    sheets: list[Path] = []
    for script in find_scripts(SCRIPTS):
        report = render_script(script, options, console)
        cutscene = read_script(script)
        sheets.append(out / f"{cutscene.name}.jpg")
        video = next(file for file in report.files if file.suffix == ".mp4")
        Image.fromarray(sheet_of(cutscene, video)).save(sheets[-1], quality=JPEG_QUALITY)
        console.print(f"  {sheets[-1]}", highlight=False, soft_wrap=True)
    return sheets


def sheet_of(cutscene: Cutscene, video: Path) -> UInt8[np.ndarray, "H W 3"]:
    """Return one frame of each shot, labelled with its name."""
    wanted: dict[int, str] = {}
    for index, shot in enumerate(cutscene.shots):
        first, end = cutscene.first_frame(index), cutscene.first_frame(index + 1)
        wanted[first + int(SHOWN_SHARE * (end - first))] = shot.name
    tiles: list[Tile] = []
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                picture = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
                seconds = float(cutscene.time_of(number))
                tiles.append(Tile(picture, f"{wanted[number]}, {seconds:.1f} s"))
    return contact_sheet(tiles, COLUMNS, TILE_PX)
