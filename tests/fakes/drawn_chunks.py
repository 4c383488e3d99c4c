"""What workers of a test do with a job: quick, and it dies when the test wants it to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from light_avatar import LightAvatar

from rsatalker.cutscenes import chunk_artist
from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.chunk_artist import DrawingStoppedError, never
from rsatalker.cutscenes.picture import StageTimes

DIES_ONCE, ALWAYS_DIES, ENDLESS = "dies-once", "always-dies", "endless"  # keys of jobs


def draw(job: ChunkJob, folder: Path, stopped: Callable[[], bool] = never) -> StageTimes:
    """Write a file whose bytes follow from the job, a large one and one in a folder."""
    if job.key == ALWAYS_DIES:
        os._exit(1)
    if job.key == ENDLESS:
        while not stopped():
            time.sleep(0.005)
        raise DrawingStoppedError
    mark = Path(os.environ.get("DIED_MARK", folder.parent / "died"))  # a cluster draws into a fresh folder each time
    if job.key == DIES_ONCE and not mark.exists():
        mark.touch()
        os._exit(1)
    (folder / "png").mkdir(parents=True, exist_ok=True)  # it may be there if only its report was lost
    (folder / "png" / "0.png").write_bytes(job.rows.tobytes())
    (folder / "large").write_bytes(job.key.encode() * 1_000_000)
    return StageTimes(frame=1.0, frames=len(job))


def draw_light(job: ChunkJob, folder: Path, stopped: Callable[[], bool] = never) -> StageTimes:
    """Draw a chunk as it is drawn, but for the avatars."""
    chunk_artist.load_avatar = lambda name, **options: LightAvatar(str(name))
    return chunk_artist.draw_chunk(job, folder, stopped)


def prepare(settings: str) -> None:
    """Leave a mark in the folder that the settings name; a test's settings are its path."""
    Path(settings, f"ready-{os.getpid()}").touch()


def say(words: str) -> None:
    """Write words to stdout, which a worker has of its parent."""
    print(words, flush=True)  # noqa: T201
