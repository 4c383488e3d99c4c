"""Frames a second of a cutscene with one worker and more, and where a worker's time goes."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Render the same scene with each number of workers, from nothing, in turns.

    Attributes:
        workers: Numbers of processes.
        seconds: Of the scene.
        width: Pixels.
        height: Pixels.
        formats: What is written.
        rounds: How often each number has its turn; the fastest counts, so that a busy machine does less harm.
    """

    workers: tuple[int, ...] = (1, 2)
    seconds: float = 8.0
    width: int = 1280
    height: int = 720
    formats: tuple[str, ...] = ("mp4",)
    rounds: int = 1


def run(options: Options) -> None:
    """Print the scaling table, the stages of one worker, and how fast motion and sound are made."""
    from rich.console import Console
    from rich.table import Table

    import rsatalker
    from rsatalker.cutscenes.progress import stage_table
    from rsatalker.cutscenes.read_script import cutscene_from
    from rsatalker.cutscenes.render import RenderReport, render_cutscene
    from rsatalker.cutscenes.workers import LocalProcesses

    dialogue = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"
    console, fastest = Console(), dict[int, RenderReport]()
    script = {
        "participant": [{"avatar": "mara"}, {"avatar": "tomas"}],
        "dialogue": str(dialogue),
        "arrangement": "facing",
        "duration_s": options.seconds,
        "shot": [{}, {"start_s": options.seconds / 2, "preset": "over-the-shoulder", "of": "mara"}],
        "output": {"width": options.width, "height": options.height, "write": list(options.formats)},
    }
    with tempfile.TemporaryDirectory() as folder:
        cutscene = cutscene_from(script, Path(folder))
        for turn in range(options.rounds):
            for count in options.workers:
                out = Path(folder) / f"{turn}-{count}"
                report = render_cutscene(cutscene, out, workers=LocalProcesses(count))
                if count not in fastest or report.drawing_s < fastest[count].drawing_s:
                    fastest[count] = report
        motion_s = _motion_seconds(Path(folder), script | {"duration_s": 60})
    table = Table("workers", "s", "frames/s", "x one", "joining s")
    first = fastest[options.workers[0]]
    for count, report in fastest.items():
        table.add_row(
            str(count),
            f"{report.drawing_s:.1f}",
            f"{report.frames / report.drawing_s:.2f}",
            f"{first.drawing_s / report.drawing_s:.2f}",
            f"{report.joining_s:.2f}",
        )
    console.print(
        f"{first.frames} frames of {options.width} x {options.height}, two heads, {', '.join(options.formats)}; the "
        "time that processes take to start and load is in it"
    )
    console.print(table)
    console.print(stage_table(first.times))
    console.print(f"motion and sound of a 60 s scene: {motion_s:.1f} s")


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
