"""Who draws chunks: this process, or several on this machine. `cluster.py` does the same on many.

Processes take seconds to start, to load avatars and to find their compiled kernels. They do it while the motion of the
scene is made, and they stay for the next scene of a batch.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_bool
from pathlib import Path
from typing import Protocol

from rsatalker.cutscenes.chunk import ChunkJob, SceneSettings
from rsatalker.cutscenes.chunk_artist import DrawingStoppedError, draw_chunk, prepare
from rsatalker.cutscenes.picture import StageTimes
from rsatalker.errors import OutputError

ATTEMPTS = 3  # for a chunk whose worker dies: the system may have killed one for memory, but not three times
JOBS_EACH = 2  # that a worker has: one that it draws and one that waits, so that it need not wait for this process
# One thread a worker: each has its own frame, and threads in fewer frames would only get in each other's way.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

DrawChunk = Callable[[ChunkJob, Path, Callable[[], bool]], StageTimes]  # the last says whether to give it up
Prepare = Callable[[SceneSettings], None]
Drawn = tuple[str, StageTimes]  # key of a chunk that is finished, and how long it took


class Workers(Protocol):
    """Draws chunks in any order."""

    @property
    def count(self) -> int:
        """How many chunks are drawn at once."""
        ...

    def get_ready(self, settings: SceneSettings) -> None:
        """Begin to load what chunks of a scene need; returns at once."""
        ...

    def close(self) -> None:
        """End what was started; can be called twice."""
        ...

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs into folders of their own and yield each as it is finished.

        Jobs are taken only as fast as they are drawn. Closing it gives up the chunks under way.

        Raises:
            OutputError: A chunk cannot be drawn or written.
        """
        ...


class ThisProcess:
    """Draws one chunk after the other, here."""

    count = 1

    def get_ready(self, settings: SceneSettings) -> None:
        """Do nothing: what is loaded here is not made sooner by doing it earlier."""

    def close(self) -> None:
        """Do nothing: no process was started."""

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs; see `Workers.draw`."""
        for job in jobs:
            yield job.key, draw_chunk(job, chunks / job.key)


class LocalProcesses:
    """Draws in processes of this machine, a core each; they live from the first call to `close`.

    Args:
        count: Processes.
        draw: What each does with a job; importable in a fresh process.
        prepare: What each does before its first job of a scene.
    """

    def __init__(self, count: int, draw: DrawChunk = draw_chunk, prepare: Prepare = prepare) -> None:
        self.count = count
        self._draw, self._prepare = draw, prepare
        self._pool: ProcessPoolExecutor | None = None
        self._stop = multiprocessing.get_context("spawn").RawValue(c_bool, False)

    def get_ready(self, settings: SceneSettings) -> None:
        """Let every process start and load; what fails there fails again, and is told, when a chunk is drawn."""
        with contextlib.suppress(BrokenProcessPool):
            pool = self._started()
            for _ in range(self.count):
                pool.submit(_prepare_unless_stopped, self._prepare, settings)

    def close(self) -> None:
        """Give up the chunks under way and end the processes."""
        if self._pool is not None:
            self._stop.value = True  # each process looks at it before every frame
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs; see `Workers.draw`. A worker that dies costs its chunk, which is drawn again."""
        attempts: dict[str, int] = {}
        waiting: list[ChunkJob] = []
        is_complete = False
        try:
            while not is_complete:
                running: dict[Future[StageTimes], ChunkJob] = {}
                try:
                    yield from self._drawn(self._started(), jobs, waiting, running, chunks)
                    is_complete = True
                except BrokenProcessPool as error:
                    self.close()
                    waiting = [*running.values(), *waiting]
                    for job in running.values():
                        attempts[job.key] = attempts.get(job.key, 0) + 1
                        if attempts[job.key] == ATTEMPTS:
                            raise OutputError(
                                f"the process that draws frames {job.first_frame} to "
                                f"{job.first_frame + len(job) - 1} died {ATTEMPTS} times; is there enough memory? "
                                "Fewer workers need less."
                            ) from error
        finally:
            if not is_complete:
                self.close()

    def _started(self) -> ProcessPoolExecutor:
        """Return the processes, fresh ones if there are none."""
        if self._pool is None:
            self._stop.value = False
            self._pool = _pool(self.count, self._stop)
        return self._pool

    def _drawn(
        self,
        pool: ProcessPoolExecutor,
        jobs: Iterator[ChunkJob],
        waiting: list[ChunkJob],
        running: dict[Future[StageTimes], ChunkJob],
        chunks: Path,
    ) -> Generator[Drawn]:
        while True:
            while len(running) < JOBS_EACH * self.count:
                job = waiting.pop() if waiting else next(jobs, None)
                if job is None:
                    break
                waiting.append(job)  # so that it is not lost if no process takes it
                running[pool.submit(_draw_unless_stopped, self._draw, job, chunks / job.key)] = job
                waiting.pop()
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                times = future.result()  # raises before the job is forgotten
                yield running.pop(future).key, times


def _pool(count: int, stop: c_bool) -> ProcessPoolExecutor:
    """Return fresh processes; they inherit the environment of this moment."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin_worker, (stop,))
        with _interrupts_wait():
            for _ in range(count):
                pool.submit(os.getpid)  # starts a process now, while the environment is as they need it
        return pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _interrupts_wait() -> Generator[None]:
    """Block Ctrl+C for this thread and, for good, for the processes that it starts meanwhile: they inherit it.

    One that is still importing, and does not ignore it yet, would end with a traceback. Windows has no such thing.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_stop: list[c_bool] = []  # of a worker: its parent's word; has no lock, which a worker that dies could keep


def _begin_worker(stop: c_bool) -> None:
    """Ignore Ctrl+C, which terminals send to every process: the parent says when to stop, or by its own end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop[:] = [stop]
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent has ended: one that was killed has told nobody, and the queue stays open."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _draw_unless_stopped(draw: DrawChunk, job: ChunkJob, folder: Path) -> StageTimes:
    if _stop[0].value:  # while the job waited
        raise DrawingStoppedError
    return draw(job, folder, lambda: _stop[0].value)


def _prepare_unless_stopped(prepare: Prepare, settings: SceneSettings) -> None:
    if not _stop[0].value:
        prepare(settings)
