"""Chunks drawn on many machines by Ray, the same bytes as on one.

What travels: a job of some ten kilobytes to a worker, and the files of its chunk back, in parts of at most
`LARGEST_PART` bytes, so that neither Ray's object store nor this process ever holds more than a few parts. This
process writes the files; the machines need no common disk. A job whose worker or machine is lost is drawn again.

Needs the package ray, which comes with the extra `cluster`, and RSATalker on every machine.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rsatalker.cutscenes.chunk import ChunkJob, SceneSettings
from rsatalker.cutscenes.chunk_artist import draw_chunk, never
from rsatalker.cutscenes.picture import StageTimes
from rsatalker.cutscenes.workers import ATTEMPTS, DrawChunk, Drawn
from rsatalker.errors import OutputError
from rsatalker.extras import install_command
from rsatalker.whole_files import whole_folder

LARGEST_PART = 8 << 20  # bytes of one object; a chunk of EXRs has hundreds of megabytes
ANSWER_S = 5.0  # that a cluster has to answer in; Ray itself would try for many minutes
STARTS = 2  # of Ray: its first one on a busy machine may take longer than the 30 s that it gives itself
PARTS_AHEAD = 4  # parts of a chunk that wait to be fetched; then its worker waits


def require_ray() -> Any:
    """Return the package.

    Raises:
        OutputError: It is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise OutputError(
            f"a cluster needs the package ray; install it with: {install_command('rsatalker[cluster]')}"
        ) from error
    return ray


@contextmanager
def cluster_workers(address: str, draw: DrawChunk = draw_chunk) -> Generator[ClusterWorkers]:
    """Join a cluster while the context is open.

    Args:
        address: Of the cluster as HOST:PORT; `auto` for the one that this machine belongs to, or else one of all its
            own cores; `local` for one of its own cores in any case.
        draw: What each worker does with a job.

    Raises:
        OutputError: Ray is not installed or does not start, or no cluster answers there.
    """
    ray = require_ray()
    try:
        _require_answer(address)
    except (OSError, ValueError) as error:
        raise OutputError(
            f"no Ray cluster answers at {address!r} ({error}); start one with `ray start --head`, or leave out "
            "--cluster."
        ) from error
    _start(ray, address)
    try:
        yield ClusterWorkers(ray, draw)
    finally:
        ray.shutdown()


def _start(ray: Any, address: str) -> None:
    """Join a cluster, or start one.

    Raises:
        OutputError: Ray gives up, `STARTS` times.
    """
    for start in range(1, STARTS + 1):
        try:
            ray.init(address=None if address == "auto" else address, logging_level="ERROR", log_to_driver=False)
        except Exception as error:  # one that takes too long is a bare one
            ray.shutdown()
            if start == STARTS:
                raise OutputError(
                    f"Ray does not start or join {address!r} ({error}); try again when the machine is less busy, or "
                    "leave out --cluster to draw on all cores without Ray."
                ) from error
        else:
            return


def _require_answer(address: str) -> None:
    """Ask whether something listens at HOST:PORT, with or without ray:// before it.

    Raises:
        OSError: Nothing does.
        ValueError: This is no address.
    """
    if address in ("auto", "local"):
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("expected auto, local or HOST:PORT")
    socket.create_connection((host, int(port)), timeout=ANSWER_S).close()


class ClusterWorkers:
    """Draws chunks on all cores of a cluster."""

    def __init__(self, ray: Any, draw: DrawChunk) -> None:
        self._ray = ray
        self.count = max(1, int(ray.cluster_resources().get("CPU", 1)))
        remote = ray.remote(
            num_cpus=1,
            max_retries=ATTEMPTS,
            num_returns="streaming",
            _generator_backpressure_num_objects=PARTS_AHEAD,
        )
        self._draw = remote(_draw_and_send)
        self._function = draw

    def get_ready(self, settings: SceneSettings) -> None:
        """Do nothing: Ray starts its processes with their first job."""

    def close(self) -> None:
        """Do nothing: `cluster_workers` leaves the cluster."""

    def draw(self, jobs: Iterator[ChunkJob], chunks: Path) -> Generator[Drawn]:
        """Draw all jobs; see `Workers.draw`."""
        ray = self._ray
        running: dict[Any, ChunkJob] = {}
        try:
            while True:
                while len(running) < 2 * self.count and (job := next(jobs, None)) is not None:
                    running[self._draw.remote(self._function, job)] = job
                if not running:
                    return
                stream, job = next(iter(running.items()))  # the oldest: its parts are the next to make room for
                times = self._received(stream, chunks / job.key)
                del running[stream]
                yield job.key, times
        except ray.exceptions.RayTaskError as error:
            raise OutputError(f"a worker of the cluster cannot draw a chunk: {error.cause}") from error
        except ray.exceptions.RayError as error:
            raise OutputError(
                f"the cluster lost a chunk {ATTEMPTS + 1} times ({type(error).__name__}); what is finished is kept."
            ) from error
        finally:
            for stream in running:
                ray.cancel(stream, force=True)

    def _received(self, stream: Any, folder: Path) -> StageTimes:
        """Write a chunk's files as their parts come; the folder has its name only once all are there."""
        times = StageTimes()
        with whole_folder(folder) as draft:
            for reference in stream:
                name, part = self._ray.get(reference)
                if isinstance(part, StageTimes):
                    times = part
                    continue
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("ab") as file:
                    file.write(part)
        return times


def _draw_and_send(draw: DrawChunk, job: ChunkJob) -> Generator[tuple[str, bytes | StageTimes]]:
    """Draw a chunk on a worker and yield its files in parts, then its times."""
    with tempfile.TemporaryDirectory(prefix="rsatalker-chunk-") as scratch:
        folder = Path(scratch) / job.key
        times = draw(job, folder, never)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as file:
                while part := file.read(LARGEST_PART):
                    yield name, part
    yield "", times
