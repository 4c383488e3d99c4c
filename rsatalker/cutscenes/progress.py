"""What a terminal shows while a scene is rendered, and the table after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rsatalker.cutscenes.render import RenderReport

STILL_COLUMNS = 64  # characters; each shows two pixels, one above the other
STAGES = {
    "mesh": "posing heads",
    "gaussians": "placing and shading Gaussians",
    "frame": "drawing",
    "background": "laying over it, cutting out",
    "encode": "videos and sequences",
}


class TerminalWatcher:
    """Shows bars with the time left, and the last frame in characters where the terminal is one.

    Args:
        scene: Its name.
        progress: Where the bars go.
        live: What shows them, or None where there is no terminal.
    """

    def __init__(self, scene: str, progress: Progress, live: Live | None) -> None:
        self._scene, self._progress, self._live = scene, progress, live
        self._tasks = {
            name: progress.add_task(f"{scene}: {label}", total=None, visible=False)
            for name, label in (("motion", "motion, s"), ("avatar", "avatar, %"), ("frames", "frames"))
        }

    def motion(self, done_s: float, total_s: float) -> None:
        """Show how many seconds of motion are made."""
        self._progress.update(self._tasks["motion"], completed=min(done_s, total_s), total=total_s, visible=True)

    def building(self, step: str, share: float) -> None:
        """Show how far an avatar is built."""
        self._progress.update(self._tasks["avatar"], completed=100 * share, total=100, visible=True)

    def frames(self, done: int, total: int, still: Path | None) -> None:
        """Show how many frames are finished, and the last one."""
        self._progress.update(self._tasks["frames"], completed=done, total=total, visible=True)
        if self._live is not None and still is not None:
            self._live.update(Group(still_in_characters(still), self._progress))

    def writing(self, what: str) -> None:
        """Show which file is being written."""
        self._progress.update(self._tasks["frames"], description=f"{self._scene}: writing {what}")


@contextmanager
def shown_progress(
    console: Console, scene: str, clock: Callable[[], float] = time.monotonic
) -> Generator[TerminalWatcher]:
    """Show progress while the context is open; the clock says how quickly it goes, seconds."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, TimeRemainingColumn(), console=console, get_time=clock)
    if not console.is_terminal:
        yield TerminalWatcher(scene, progress, None)
        return
    with Live(progress, console=console, transient=True, refresh_per_second=4) as live:
        yield TerminalWatcher(scene, progress, live)


def still_in_characters(still: Path) -> Text:
    """Return a picture as half blocks, whose two halves have the colours of two pixels."""
    with Image.open(still) as image:
        rows = round(STILL_COLUMNS * image.height / image.width / 2)
        pixels = np.asarray(image.convert("RGB").resize((STILL_COLUMNS, 2 * rows), Image.Resampling.BOX))
    text = Text()
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        for (r, g, b), (s, h, c) in zip(upper.tolist(), lower.tolist(), strict=True):
            text.append("▀", style=f"rgb({r},{g},{b}) on rgb({s},{h},{c})")
        text.append("\n")
    return text


def print_report(console: Console, report: RenderReport) -> None:
    """Print what a render wrote and where its time went."""
    drawn = report.frames - report.kept_frames
    kept = f", {report.kept_frames} were finished before" if report.kept_frames else ""
    frames = f"{report.frames} frames{kept}" if report.frames else "no format shows pictures, so none is drawn"
    drawing = f"drawing {report.drawing_s:.1f} s with {report.workers} workers, " if report.frames else ""
    console.print(
        f"{report.scene}: {frames}. Motion and sound {report.motion_s:.1f} s, {drawing}writing files "
        f"{report.joining_s:.1f} s.",
        highlight=False,
        markup=False,
    )
    if drawn:
        console.print(stage_table(report))
    for file in report.files:
        console.print(f"  {file}", highlight=False, soft_wrap=True, markup=False)


def stage_table(report: RenderReport) -> Table:
    """Return milliseconds a frame and shares of the stages, of all time that workers had while frames were drawn."""
    table = Table("stage", "what", title="Where the workers' time goes")
    for heading in ("ms a frame", "share"):
        table.add_column(heading, justify="right")
    times = report.times
    rows = [(stage, what, float(getattr(times, stage))) for stage, what in STAGES.items()]
    rows.append(("rest", "hair before a cut, files, stills", times.whole - sum(seconds for _, _, seconds in rows)))
    rows.append(("starting", "processes that load, once", report.starting_s))
    rows.append(("waiting", "for a job, and for the last chunk of another", report.waiting_s))
    total = sum(seconds for _, _, seconds in rows) or 1.0
    busy = 100 * times.processor / (times.whole or 1.0)
    table.caption = f"Processors worked {busy:.0f} % of the time before starting and waiting; others had the rest."
    for stage, what, spent in [*rows, ("rendering", "the first three", times.rendering)]:
        if stage == "rendering":
            table.add_section()
        table.add_row(stage, what, f"{1e3 * spent / max(times.frames, 1):.1f}", f"{100 * spent / total:.0f} %")
    return table


def batch_table(rows: Sequence[tuple[str, RenderReport | None, str]]) -> Table:
    """Return one row for each script of a batch: its report, or why it failed."""
    table = Table("script", "frames", "s", "frames a s", "outcome")
    for script, report, problem in rows:
        if report is None:
            table.add_row(escape(script), "", "", "", escape(problem))
            continue
        seconds = report.motion_s + report.drawing_s + report.joining_s
        drawn = report.frames - report.kept_frames
        rate = f"{drawn / report.drawing_s:.1f}" if drawn and report.drawing_s else ""
        table.add_row(escape(script), str(report.frames), f"{seconds:.1f}", rate, f"{len(report.files)} files")
    return table
