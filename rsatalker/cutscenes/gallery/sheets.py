"""The gallery: renders its scripts, and lays a frame of each shot side by side."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image
from rich.console import Console

from rsatalker.cutscenes.batch import BatchOptions, find_scripts, render_script
from rsatalker.cutscenes.chunk import STILL_NAME
from rsatalker.cutscenes.chunk_artist import draw_chunk
from rsatalker.cutscenes.gallery import portraits
from rsatalker.cutscenes.plan import Plan, PlannedChunk
from rsatalker.cutscenes.pose_rows import SceneMotion, pose_of
from rsatalker.cutscenes.read_script import read_script
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.work_folder import WorkFolder
from rsatalker.exports.images import Tile, contact_sheet
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.renderers.choose import RendererName, resolved

SCRIPTS = Path(__file__).parent
SHOWN_SHARE = 0.6  # of a shot's length: where its frame is taken, after what changes at its beginning
NEAR_S = 0.5  # as far from there a frame is looked for in which nobody blinks
OPEN_EYES = 0.3  # weight of a blink up to which eyes are open
BLINKS = [ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"]]
COLUMNS = 2
JPEG_QUALITY = 86  # a sheet of eight takes less than 200 kB


def render_gallery(pictures: Path, clips: Path | None, options: BatchOptions, console: Console) -> list[Path]:
    """Render every script of the gallery and the portraits; return the sheets: one for each script, and those of heads.

    Args:
        pictures: Folder for the sheets, made if it is missing.
        clips: Folder for videos and unfinished work; None draws the pictures alone, which is soon done.
        options: How they are rendered; `out` does not count.
        console: Where progress is shown.

    Raises:
        RsaTalkerError: A script cannot be rendered.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    sheets: list[Path] = []
    for script in find_scripts(SCRIPTS):
        cutscene = read_script(script)
        sheets.append(pictures / f"{cutscene.name}.jpg")
        with tempfile.TemporaryDirectory() as scratch:
            sheet = sheet_of(cutscene, Path(scratch), options.renderer)
        _keep(sheet, sheets[-1], console)
        if clips is not None:
            render_script(script, replace(options, out=clips), console)
    for name in portraits.SHEETS:
        sheets.append(pictures / f"{name}.jpg")
        _keep(portraits.draw_sheet(name, options.renderer), sheets[-1], console)
    return sheets


def _keep(sheet: UInt8[np.ndarray, "H W 3"], path: Path, console: Console) -> None:
    Image.fromarray(sheet).save(path, quality=JPEG_QUALITY)
    console.print(f"{path}", highlight=False, soft_wrap=True)


def sheet_of(cutscene: Cutscene, scratch: Path, renderer: RendererName) -> UInt8[np.ndarray, "H W 3"]:
    """Return one frame of each shot in which eyes are open, labelled with its name; `scratch` is an empty folder."""
    cutscene = replace(cutscene, output=replace(cutscene.output, formats=()))
    motion = WorkFolder(scratch, cutscene.name).motion(cutscene, lambda _: None)
    plan = Plan(cutscene, motion, resolved(renderer))
    tiles: list[Tile] = []
    for index, shot in enumerate(cutscene.shots):
        frame = shown_frame(cutscene, index, motion)
        folder = scratch / str(index)
        draw_chunk(plan.job(PlannedChunk(frame, 1, index, "")), folder)
        with Image.open(folder / STILL_NAME) as still:
            tiles.append(Tile(np.array(still), f"{shot.name}, {float(cutscene.time_of(frame)):.1f} s"))
    return contact_sheet(tiles, COLUMNS)


def shown_frame(cutscene: Cutscene, shot: int, motion: SceneMotion) -> int:
    """Return the frame that stands for a shot: the nearest to its usual place in which nobody blinks."""
    first, end = cutscene.first_frame(shot), cutscene.first_frame(shot + 1)
    usual, reach = first + int(SHOWN_SHARE * (end - first)), round(NEAR_S * cutscene.output.frame_rate)
    near = sorted(range(max(first, usual - reach), min(end, usual + reach + 1)), key=lambda frame: abs(frame - usual))
    blinks = {frame: _blink(motion, cutscene, frame) for frame in near}
    return next((frame for frame in near if blinks[frame] <= OPEN_EYES), min(near, key=blinks.__getitem__))


def _blink(motion: SceneMotion, cutscene: Cutscene, frame: int) -> float:
    """Return how far the eye that is most closed is closed, 0 to 1."""
    return max(float(pose_of(row).arkit[BLINKS].max()) for row in motion.row(cutscene.time_of(frame)))
