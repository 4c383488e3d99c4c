"""What a render will take, before it is begun: frames, time and room."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rsatalker.cutscenes.chunk import ChunkJob
from rsatalker.cutscenes.chunk_artist import ChunkArtist
from rsatalker.cutscenes.disk_space import estimated_bytes
from rsatalker.cutscenes.plan import Plan
from rsatalker.cutscenes.pose_rows import SceneMotion, rows_of
from rsatalker.cutscenes.render import workers_for
from rsatalker.cutscenes.script import Cutscene
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.renderers.choose import RendererName, resolved

SAMPLE_FRAMES = 4  # drawn to measure; the first shows compiling and loading and does not count


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a scene will take.

    Attributes:
        frames: Of the scene.
        seconds: Of wall time for all frames, measured on a few of them.
        size_bytes: Of files and work folder together, roughly.
        workers: That the time is for.
    """

    frames: int
    seconds: float
    size_bytes: int
    workers: int


def estimate(cutscene: Cutscene, renderer: RendererName = "auto", workers: int | None = None) -> Estimate:
    """Return what a scene will take; draws a few of its frames with faces at rest."""
    name = resolved(renderer)
    count = workers_for(workers, name).count
    frame_s = _frame_seconds(cutscene, name) if cutscene.output.is_drawn else 0.0
    size_bytes = estimated_bytes(cutscene.output, cutscene.stereo, cutscene.frame_count)
    return Estimate(cutscene.frame_count, frame_s * cutscene.frame_count / count, size_bytes, count)


def _frame_seconds(cutscene: Cutscene, renderer: RendererName) -> float:
    rest = FlameMotion.of([FlamePose.neutral()], 0, MOTION_RATE_HZ, "procedural-1")
    plan = Plan(cutscene, SceneMotion(rows_of((rest, rest))), renderer)
    job = plan.job(plan.chunks[len(plan.chunks) // 2])
    artist = ChunkArtist(job.settings)
    frame_s = [_seconds(artist, _part(job, index)) for index in range(SAMPLE_FRAMES)]
    return float(np.median(frame_s[1:]))


def _part(job: ChunkJob, index: int) -> ChunkJob:
    index = min(index, len(job) - 1)
    part = slice(index, index + 1)
    return ChunkJob(job.settings, job.first_frame + index, job.rows[part], job.cameras[part], job.light, job.key)


def _seconds(artist: ChunkArtist, job: ChunkJob) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        artist.draw(job, Path(folder) / job.key)
        return time.perf_counter() - started
