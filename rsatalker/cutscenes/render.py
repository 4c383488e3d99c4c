"""A cutscene from script to files.

    from rsatalker.cutscenes.read_script import read_script
    from rsatalker.cutscenes.render import render_cutscene

    report = render_cutscene(read_script(Path("scene.toml")), Path("out"))

Motion and sound are made once for the whole scene, while workers load avatars; then they draw chunks of frames, in any
order; then the chunks are joined. What is finished stays in a work folder beside the files, so that a render that was
stopped goes on, and a changed script draws anew only what it changed.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rsatalker.avatars.cast import is_built, load_avatar
from rsatalker.cutscenes.chunk import STILL_NAME
from rsatalker.cutscenes.disk_space import VIDEOS, estimated_bytes, free_bytes, megabytes, missing_bytes
from rsatalker.cutscenes.outputs import write_outputs
from rsatalker.cutscenes.picture import StageTimes
from rsatalker.cutscenes.plan import Plan, settings_of
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.work_folder import WorkFolder
from rsatalker.cutscenes.workers import LocalProcesses, ThisProcess, Workers
from rsatalker.errors import OutputError
from rsatalker.exports.exr import require_openexr
from rsatalker.exports.segments import CODECS
from rsatalker.exports.usd import require_usd
from rsatalker.renderers.choose import RendererName, resolved
from rsatalker.renderers.worker_threads import usable_threads


class Watcher(Protocol):
    """Is told how a render goes on."""

    def motion(self, done_s: float, total_s: float) -> None:
        """So many seconds of motion are made."""
        ...

    def building(self, step: str, share: float) -> None:
        """An avatar is being built, which happens once; the share of it is done."""
        ...

    def frames(self, done: int, total: int, still: Path | None) -> None:
        """So many frames are finished; `still` is a picture of one that has just been drawn."""
        ...

    def writing(self, what: str) -> None:
        """A file of this format is being written."""
        ...


class Silent:
    """Watches and says nothing."""

    def motion(self, done_s: float, total_s: float) -> None:
        """Say nothing."""

    def building(self, step: str, share: float) -> None:
        """Say nothing."""

    def frames(self, done: int, total: int, still: Path | None) -> None:
        """Say nothing."""

    def writing(self, what: str) -> None:
        """Say nothing."""


@dataclass(slots=True)
class RenderReport:
    """What a render did.

    Attributes:
        scene: Its name.
        files: What was written.
        frames: Of the scene.
        kept_frames: Of those, how many were found finished.
        workers: How many drew at once.
        motion_s: Wall time of motion and sound.
        drawing_s: Wall time of all frames.
        joining_s: Wall time of writing the files.
        starting_s: Time of all workers, once motion was made, in which they still started and loaded.
        times: Summed over all workers.
    """

    scene: str
    files: list[Path] = field(default_factory=list)
    frames: int = 0
    kept_frames: int = 0
    workers: int = 1
    motion_s: float = 0.0
    drawing_s: float = 0.0
    joining_s: float = 0.0
    starting_s: float = 0.0
    times: StageTimes = field(default_factory=StageTimes)

    @property
    def waiting_s(self) -> float:
        """Time of all workers, while frames were drawn, in which they had started and drew none."""
        return max(self.workers * self.drawing_s - self.starting_s - self.times.whole, 0.0)


def render_cutscene(
    cutscene: Cutscene,
    out: Path,
    *,
    renderer: RendererName = "auto",
    workers: Workers | int | None = None,
    watcher: Watcher | None = None,
    free: Callable[[Path], int] = free_bytes,
) -> RenderReport:
    """Write a scene's files.

    Args:
        cutscene: The scene.
        out: Folder for its files; made if it is missing.
        renderer: Which one draws; every worker uses the same.
        workers: How many processes, or who draws; None takes a process for each core. With 1, this process draws.
        watcher: Told how it goes on.
        free: Bytes that a folder's disk has left.

    Raises:
        OutputError: The disk is full, a folder cannot be written or is being rendered into, or a package for a format
            is missing.
        RsaTalkerError: A voice, an avatar or the renderer cannot be used.
    """
    _check_packages(cutscene)
    watcher = watcher or Silent()
    work = WorkFolder(out, cutscene.name)
    name = resolved(renderer)
    with work.claimed(), hired(workers, name) as drawers:
        report = RenderReport(cutscene.name, workers=drawers.count)
        try:
            if cutscene.output.is_drawn and not work.has_motion(cutscene):  # so no frame is there either
                _build_avatars(cutscene, watcher)
                drawers.get_ready(settings_of(cutscene, name))
            started = time.perf_counter()
            motion = work.motion(cutscene, lambda done_s: watcher.motion(done_s, float(cutscene.duration_s)))
            mix = work.mix(cutscene)
            report.motion_s = time.perf_counter() - started
            plan = Plan(cutscene, motion, name)
            if cutscene.output.is_drawn:
                _draw(cutscene, plan, work, drawers, watcher, report, free)
            started = time.perf_counter()
            for file in write_outputs(cutscene, out, plan.chunks, work.chunks, motion, mix, watcher.writing):
                report.files.append(file)
            report.joining_s = time.perf_counter() - started
        except OSError as error:
            raise _disk_error(error, cutscene, work, report.files, free(work.path)) from error
        work.keep_only((chunk.key for chunk in plan.chunks), cutscene, mix)
    return report


@contextmanager
def hired(workers: Workers | int | None, renderer: str) -> Generator[Workers]:
    """Give workers for as long as the context is open; those that are given stay their giver's."""
    if not (workers is None or isinstance(workers, int)):
        yield workers
        return
    with closing(workers_for(workers, renderer)) as own:
        yield own


def workers_for(count: int | None, renderer: str) -> Workers:
    """Return so many workers; without a number one for each core, or one alone for a renderer that needs the GPU."""
    if count is None:
        count = 1 if renderer == "gsplat" else usable_threads()
    return ThisProcess() if count == 1 else LocalProcesses(count)


def _draw(
    cutscene: Cutscene,
    plan: Plan,
    work: WorkFolder,
    workers: Workers,
    watcher: Watcher,
    report: RenderReport,
    free: Callable[[Path], int],
) -> None:
    """Draw all chunks that are not there yet."""
    missing = [chunk for chunk in plan.chunks if not work.has(chunk.key)]
    total = report.frames = cutscene.frame_count
    left = sum(chunk.count for chunk in missing)
    done = report.kept_frames = total - left
    needed, there = estimated_bytes(cutscene.output, cutscene.stereo, left), free(work.path)
    if needed > there:
        raise OutputError(
            f"{left} frames need about {megabytes(needed)}, but the disk of {work.path} has {megabytes(there)} left; "
            f"make room for {megabytes(needed - there)} more, or write fewer formats."
        )
    watcher.frames(done, total, None)
    if not missing:
        return
    _build_avatars(cutscene, watcher)
    started = time.perf_counter()
    counts = {chunk.key: chunk.count for chunk in missing}
    with closing(workers.draw((plan.job(chunk) for chunk in missing), work.chunks)) as drawn:
        for index, (key, times) in enumerate(drawn):
            if index < workers.count:  # the first chunk of each
                report.starting_s += max(time.perf_counter() - started - times.whole, 0.0)
            done += counts[key]
            report.times.add(times)
            watcher.frames(done, total, work.chunks / key / STILL_NAME)
    report.drawing_s = time.perf_counter() - started


def _build_avatars(cutscene: Cutscene, watcher: Watcher) -> None:
    """Build the avatars that are not in the cache: once, and not in every worker."""
    for participant in cutscene.participants:
        if not is_built(participant.avatar, cutscene.output.detail):
            load_avatar(participant.avatar, detail=cutscene.output.detail, progress=watcher.building)


def _check_packages(cutscene: Cutscene) -> None:
    """Ask for packages before hours of drawing, not after."""
    if "exr" in cutscene.output.formats:
        require_openexr()
    if "usd" in cutscene.output.formats:
        require_usd()


def _disk_error(
    error: OSError, cutscene: Cutscene, work: WorkFolder, complete: Sequence[Path], free: int
) -> OutputError:
    out = work.path.parent
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"a file of the scene cannot be written in {out} ({error}); what is finished is kept.")
    kept = sum(1 for _ in work.chunks.iterdir())
    joined = [kind for kind in VIDEOS if any(path.name == cutscene.name + CODECS[kind].suffix for path in complete)]
    missing = missing_bytes(cutscene, work.finished(complete), joined, free)
    return OutputError(
        f"the disk of {out} is full: about {megabytes(missing)} more are needed. {kept} finished chunks are kept; "
        "make room and run the same command again."
    )
