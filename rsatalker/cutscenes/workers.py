"""Who draws chunks: this process, or several on this machine. `cluster.py` does the same on many."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_bool
from pathlib import Path
from typing import Protocol

from rsatalker.cutscenes.chunk import ChunkJob, DrawingStoppedError, draw_chunk
from rsatalker.cutscenes.picture import StageTimes
from rsatalker.errors import OutputError

ATTEMPTS = 3  # for a chunk whose worker dies: the system may have killed one for memory, but not three times
WAITING = 1  # jobs that are handed over ahead of time, so that no worker waits for the next
# One thread a worker: each has its own frame, and threads in fewer frames would only get in each other's way.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "SVT_LOG": "1"}

DrawChunk = Callable[[ChunkJob, Path, Callable[[], bool]], StageTimes]  # the last says whether to give it up
Drawn = tuple[str, StageTimes]  # key of a chunk that is finished, and how long it took


class Workers(Protocol):
    """Draws chunks in any order."""

    @property
    def count(self) -> int:
        """How many chunks are drawn at once."""
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

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs; see `Workers.draw`."""
        for job in jobs:
            yield job.key, draw_chunk(job, chunks / job.key)


class LocalProcesses:
    """Draws in processes of this machine, a core each.

    Args:
        count: Processes.
        draw: What each does with a job; importable in a fresh process.
    """

    def __init__(self, count: int, draw: DrawChunk = draw_chunk) -> None:
        self.count = count
        self._draw = draw

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs; see `Workers.draw`. A worker that dies costs its chunk, which is drawn again."""
        attempts: dict[str, int] = {}
        waiting: list[ChunkJob] = []
        while True:
            running: dict[Future[StageTimes], ChunkJob] = {}
            stop = multiprocessing.get_context("spawn").RawValue(c_bool, False)
            pool = _pool(self.count, stop)
            try:
                yield from self._drawn(pool, jobs, waiting, running, chunks)
                return
            except BrokenProcessPool as error:
                waiting = [*running.values(), *waiting]
                for job in running.values():
                    attempts[job.key] = attempts.get(job.key, 0) + 1
                    if attempts[job.key] == ATTEMPTS:
                        raise OutputError(
                            f"the process that draws frames {job.first_frame} to {job.first_frame + len(job) - 1} died "
                            f"{ATTEMPTS} times; is there enough memory? Fewer workers need less."
                        ) from error
            finally:
                stop.value = True  # each worker looks at it before every frame
                pool.shutdown(wait=True, cancel_futures=True)

    def _drawn(
        self,
        pool: ProcessPoolExecutor,
        jobs: Iterator[ChunkJob],
        waiting: list[ChunkJob],
        running: dict[Future[StageTimes], ChunkJob],
        chunks: Path,
    ) -> Generator[Drawn]:
        while True:
            while len(running) < self.count + WAITING:
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
        for _ in range(count):
            pool.submit(os.getpid)  # starts a process now, while the environment is as they need it
        return pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_stop: list[c_bool] = []  # of a worker: its parent's word; has no lock, which a worker that dies could keep


def _begin_worker(stop: c_bool) -> None:
    """Ignore Ctrl+C, which terminals send to every process: the parent says when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop[:] = [stop]


def _draw_unless_stopped(draw: DrawChunk, job: ChunkJob, folder: Path) -> StageTimes:
    if _stop[0].value:  # while the job waited
        raise DrawingStoppedError
    return draw(job, folder, lambda: _stop[0].value)
