"""Frames a second of a cutscene with one worker and more, beside what the machine gives, and where time goes."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import WIDTH, Rows, busy

if TYPE_CHECKING:
    from rich.table import Table

    from rsatalker.cutscenes.chunk import ChunkJob
    from rsatalker.cutscenes.render import RenderReport
    from rsatalker.cutscenes.script import Cutscene

FORMATS = ("mp4",)
MOTION_S = 60.0  # of the scene whose motion and sound are timed alone
CHARACTERS = ("mara", "tomas")
APART_SHARE = 0.5  # of the frames of a render that processes which share nothing draw beside it


@dataclass(frozen=True)
class Options:
    """Render the same scene with each number of workers, from nothing, in turns.

    Beside each render, as many processes that share nothing but the machine draw a chunk of the scene over and over.

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


@dataclass(frozen=True, slots=True)
class Turn:
    """One render with a number of workers, and what the machine gave as many processes right after it.

    Attributes:
        whole_s: Of the whole render.
        own_s: Of processors in this process, which hands out the work.
        report: Of the render.
        apart_hz: Frames a second of processes that share nothing.
    """

    whole_s: float
    own_s: float
    report: RenderReport
    apart_hz: float

    @property
    def drawn_hz(self) -> float:
        """Frames a second, while frames were drawn."""
        return self.report.frames / self.report.drawing_s

    @property
    def started_hz(self) -> float:
        """Frames a second once workers have started."""
        return self.report.frames / (self.report.drawing_s - self.report.starting_s / self.report.workers)

    @property
    def processor_ms(self) -> float:
        """What a frame costs processors."""
        return 1e3 * self.report.times.processor / self.report.frames


@dataclass(slots=True)
class Found:
    """What was measured.

    Attributes:
        motion_s: Of a scene of a minute.
        turns: Of each number of workers, in order.
    """

    motion_s: float = 0.0
    turns: dict[int, list[Turn]] = field(default_factory=dict[int, "list[Turn]"])

    def fastest(self, count: int) -> Turn:
        """Return the turn that other programs slowed down least."""
        return min(self.turns[count], key=lambda turn: turn.whole_s)

    def fastest_apart_hz(self, count: int) -> float:
        """Return the most that the machine gave to so many processes."""
        return max(turn.apart_hz for turn in self.turns[count])


def run(options: Options) -> None:
    """Print the scaling table, the stages of one worker, how fast motion and sound are made, and the goals of each."""
    from rich.console import Console

    from rsatalker.cutscenes.progress import stage_table

    machine = busy()
    columns = ("workers", "whole s", "motion s", "frames s", "joining s", "frames/s", "CPU ms/frame", "apart frames/s")
    rows, found = Rows(*columns), Found()
    with rows.until_interrupted(), tempfile.TemporaryDirectory() as folder:
        _measure(options, Path(folder), rows, found)
    rows.print(
        f"{round(options.scene_s * 24)} frames of {options.width} x {options.height}, two heads, "
        f"{', '.join(options.formats)}; processes start and load while motion is made; {machine}"
    )
    if found.turns:
        console = Console(width=WIDTH)
        console.print(stage_table(found.fastest(min(found.turns)).report))
        console.print(goal_table(found))


def _measure(options: Options, folder: Path, rows: Rows, found: Found) -> None:
    from rsatalker.avatars.cast import load_avatar
    from rsatalker.cutscenes.chunk_artist import prepare
    from rsatalker.cutscenes.plan import Plan, settings_of
    from rsatalker.cutscenes.read_script import cutscene_from
    from rsatalker.cutscenes.work_folder import WorkFolder

    script = _script(options)
    cutscene = cutscene_from(script, folder)
    for character in CHARACTERS:  # built, and kernels compiled, once on a machine: not in what is measured
        load_avatar(character)
    prepare(settings_of(cutscene, "cpu"))
    found.motion_s = _motion_seconds(folder, script | {"duration_s": MOTION_S, "shot": [{}]})
    plan = Plan(cutscene, WorkFolder(folder / "apart", "scene").motion(cutscene, lambda done_s: None), "cpu")
    for turn in range(options.rounds):
        for count in options.workers:
            measured = _turn(cutscene, folder / f"{turn}-{count}", count, plan.job(plan.chunks[0]))
            found.turns.setdefault(count, []).append(measured)
            report = measured.report
            spans = (measured.whole_s, report.motion_s, report.drawing_s, report.joining_s)
            rates = (f"{measured.drawn_hz:.2f}", f"{measured.processor_ms:.1f}", f"{measured.apart_hz:.2f}")
            rows.add(str(count), *(f"{span:.1f}" for span in spans), *rates)


def _script(options: Options) -> dict[str, object]:
    import rsatalker

    return {
        "participant": [{"avatar": character} for character in CHARACTERS],
        "dialogue": str(Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"),
        "arrangement": "facing",
        "duration_s": options.scene_s,
        "shot": [{}, {"start_s": options.scene_s / 2, "preset": "over-the-shoulder", "of": CHARACTERS[0]}],
        "output": {"width": options.width, "height": options.height, "write": list(options.formats)},
    }


def _turn(cutscene: Cutscene, folder: Path, count: int, job: ChunkJob) -> Turn:
    from rsatalker.cutscenes.render import render_cutscene
    from rsatalker.cutscenes.workers import LocalProcesses

    workers = LocalProcesses(count)
    started, own = time.perf_counter(), time.process_time()
    try:
        report = render_cutscene(cutscene, folder, workers=workers)
    finally:
        workers.close()
    whole_s, own_s = time.perf_counter() - started, time.process_time() - own
    chunks = max(1, round(APART_SHARE * report.frames / (count * len(job))))
    return Turn(whole_s, own_s, report, _apart_hz(folder / "apart", count, job, chunks))


def _apart_hz(folder: Path, count: int, job: ChunkJob, chunks: int) -> float:
    """Return the frames a second of processes that wait for nothing: each draws one chunk again and again."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(count, spawn) as pool:
        ready = manager.Barrier(count)
        spans = [pool.submit(_draw_apart, job, folder / str(index), chunks, ready) for index in range(count)]
        return sum(chunks * len(job) / span.result() for span in spans)


def _draw_apart(job: ChunkJob, folder: Path, chunks: int, ready: Any) -> float:
    """Draw a chunk many times and return the seconds that it took, in a process of its own."""
    from rsatalker.cutscenes.chunk_artist import draw_chunk, prepare

    prepare(job.settings)
    draw_chunk(job, folder / "first")
    ready.wait()
    started = time.perf_counter()
    for index in range(chunks):
        draw_chunk(job, folder / str(index))
    return time.perf_counter() - started


def goal_table(found: Found) -> Table:
    """Return what was measured beside what is wanted, and beside what the machine gives."""
    from rich.table import Table

    table = Table("goal", "measured", "wanted")
    table.add_row("motion and sound of a scene of 60 s, two heads", f"{found.motion_s:.1f} s", "5 s at most")
    least = min(found.turns)
    first = found.fastest(least)
    times = first.report.times
    own_s = first.report.workers * first.report.drawing_s
    started_s = own_s - first.report.starting_s
    table.add_row("frames: posed, shaded and drawn, of all time", f"{100 * times.rendering / own_s:.0f} %", "")
    table.add_row("  once workers have started", f"{100 * times.rendering / started_s:.0f} %", "90 %")
    table.add_row("  drawn (frame_ms) alone", f"{100 * times.frame / started_s:.0f} %", "")
    table.add_row("encoding a frame beside rendering it", f"{times.encode / times.rendering:.2f}", "below 1")
    for count in found.turns:
        if count == least:
            continue
        turn, apart = found.fastest(count), found.fastest_apart_hz(count) / found.fastest_apart_hz(least)
        ratio = turn.drawn_hz / first.drawn_hz
        table.add_row(f"frames/s, {count} workers beside {least}", f"{ratio:.2f}", f"{0.9 * count / least:.1f}")
        started = turn.started_hz / first.started_hz
        table.add_row("  once workers have started", f"{started:.2f}", "")
        table.add_row("  processes that share nothing but the machine", f"{apart:.2f}", "")
        table.add_row("  workers that have started, of such processes", f"{100 * started / apart:.0f} %", "")
        dearer = turn.processor_ms / first.processor_ms
        table.add_row("  CPU time of a frame, beside that of the fewest workers", f"{dearer:.2f}", "")
        table.add_row("  the whole command, motion and joining too", f"{first.whole_s / turn.whole_s:.2f}", "")
        spent = turn.own_s / (turn.own_s + turn.report.times.processor)
        table.add_row("  handing out and joining, of all CPU time", f"{100 * spent:.0f} %", "")
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
