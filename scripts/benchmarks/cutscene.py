"""Frames a second of a cutscene with one worker and more, and where a worker's time goes."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import WIDTH, Rows, busy

if TYPE_CHECKING:
    from rich.table import Table

    from rsatalker.cutscenes.render import RenderReport

FORMATS = ("mp4",)
MOTION_S = 60.0  # of the scene whose motion and sound are timed alone
CHARACTERS = ("mara", "tomas")


@dataclass(frozen=True)
class Options:
    """Render the same scene with each number of workers, from nothing, in turns.

    Attributes:
        workers: Numbers of processes.
        seconds: Of what each number of workers draws in all its turns together; a turn draws its share of them.
        width: Pixels.
        height: Pixels.
        formats: What is written.
        rounds: How often each number has its turn; the fastest counts, so that a busy machine does less harm.
    """

    workers: tuple[int, ...] = (1, 2)
    seconds: float = 8.0
    width: int = 1280
    height: int = 720
    formats: tuple[str, ...] = FORMATS
    rounds: int = 1

    @property
    def scene_s(self) -> float:
        """Seconds of the scene of one turn."""
        return self.seconds / self.rounds


@dataclass(slots=True)
class Found:
    """What was measured.

    Attributes:
        motion_s: Of a scene of a minute.
        fastest: Of each number of workers: the whole command's seconds, and its report.
    """

    motion_s: float = 0.0
    fastest: dict[int, tuple[float, RenderReport]] = field(default_factory=dict[int, "tuple[float, RenderReport]"])

    def add(self, count: int, whole_s: float, report: RenderReport) -> None:
        """Keep a render if it is the fastest."""
        if count not in self.fastest or whole_s < self.fastest[count][0]:
            self.fastest[count] = whole_s, report


def run(options: Options) -> None:
    """Print the scaling table, the stages of one worker, how fast motion and sound are made, and the goals of each."""
    from rich.console import Console

    from rsatalker.cutscenes.progress import stage_table

    machine = busy()
    rows, found = Rows("workers", "whole s", "motion s", "frames s", "joining s", "frames/s"), Found()
    with rows.until_interrupted(), tempfile.TemporaryDirectory() as folder:
        _measure(options, Path(folder), rows, found)
    rows.print(
        f"{round(options.scene_s * 24)} frames of {options.width} x {options.height}, two heads, "
        f"{', '.join(options.formats)}; processes start and load while motion is made; {machine}"
    )
    if found.fastest:
        console = Console(width=WIDTH)
        console.print(stage_table(found.fastest[min(found.fastest)][1]))
        console.print(goal_table(found))


def _measure(options: Options, folder: Path, rows: Rows, found: Found) -> None:
    import rsatalker
    from rsatalker.avatars.cast import load_avatar
    from rsatalker.cutscenes.chunk import prepare
    from rsatalker.cutscenes.plan import settings_of
    from rsatalker.cutscenes.read_script import cutscene_from
    from rsatalker.cutscenes.render import render_cutscene
    from rsatalker.cutscenes.workers import LocalProcesses

    script = {
        "participant": [{"avatar": character} for character in CHARACTERS],
        "dialogue": str(Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"),
        "arrangement": "facing",
        "duration_s": options.scene_s,
        "shot": [{}, {"start_s": options.scene_s / 2, "preset": "over-the-shoulder", "of": CHARACTERS[0]}],
        "output": {"width": options.width, "height": options.height, "write": list(options.formats)},
    }
    cutscene = cutscene_from(script, folder)
    for character in CHARACTERS:  # built, and kernels compiled, once on a machine: not in what is measured
        load_avatar(character)
    prepare(settings_of(cutscene, "cpu"))
    found.motion_s = _motion_seconds(folder, script | {"duration_s": MOTION_S, "shot": [{}]})
    for turn in range(options.rounds):
        for count in options.workers:
            workers = LocalProcesses(count)
            started = time.perf_counter()
            try:
                report = render_cutscene(cutscene, folder / f"{turn}-{count}", workers=workers)
            finally:
                workers.close()
            whole_s = time.perf_counter() - started
            found.add(count, whole_s, report)
            rate = report.frames / report.drawing_s
            spans = (whole_s, report.motion_s, report.drawing_s, report.joining_s)
            rows.add(str(count), *(f"{span:.1f}" for span in spans), f"{rate:.2f}")


def goal_table(found: Found) -> Table:
    """Return what was measured beside what is wanted."""
    from rich.table import Table

    table = Table("goal", "measured", "wanted")
    table.add_row("motion and sound of a scene of 60 s, two heads", f"{found.motion_s:.1f} s", "5 s at most")
    first_s, first = found.fastest[min(found.fastest)]
    times = first.times
    own_s = first.workers * first.drawing_s
    table.add_row("frames: posed, shaded and drawn, of all time", f"{100 * times.rendering / own_s:.0f} %", "90 %")
    table.add_row("frames: drawn (frame_ms) alone, of all time", f"{100 * times.frame / own_s:.0f} %", "")
    for count, (whole_s, report) in found.fastest.items():
        if report is not first:
            ratio = first.drawing_s / report.drawing_s
            wanted = f"{0.9 * count / first.workers:.1f}"
            table.add_row(f"frames/s, {count} workers beside {first.workers}", f"{ratio:.2f}", wanted)
            table.add_row("  the whole command, motion and joining too", f"{first_s / whole_s:.2f}", "")
    share = times.encode / times.rendering
    table.add_row("encoding a frame beside rendering it", f"{share:.2f}", "below 1")
    return table


def _motion_seconds(folder: Path, script: dict[str, object]) -> float:
    """Return how long motion and sound of a scene take, model loading included."""
    from rsatalker.cutscenes.read_script import cutscene_from
    from rsatalker.cutscenes.work_folder import WorkFolder

    cutscene = cutscene_from(script, folder)
    work = WorkFolder(folder / "motion", "scene")
    started = time.perf_counter()
    work.motion(cutscene, lambda done_s: None)
    work.mix(cutscene)
    return time.perf_counter() - started
