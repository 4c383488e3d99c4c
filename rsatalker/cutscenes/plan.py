"""Cutscene -> chunks: which frames are drawn together, and the job of each when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rsatalker.avatars.hair_swing import SETTLING_S
from rsatalker.avatars.light import Light
from rsatalker.cutscenes.camera_track import cameras_at
from rsatalker.cutscenes.chunk import ChunkJob, SceneSettings
from rsatalker.cutscenes.lights import light_of, room_of
from rsatalker.cutscenes.pose_rows import SceneMotion
from rsatalker.cutscenes.script import Cutscene
from rsatalker.cutscenes.staging import world_from_heads
from rsatalker.renderers.choose import RendererName

CHUNK_S = Fraction(1)  # of a scene; what a crash can cost, and the distance between key frames
# Towards the end of a scene chunks are shorter, so that workers end nearly together; each has hair to settle, too.
LAST_CHUNKS_S = ((Fraction(2), Fraction(1, 2)), (Fraction(1), Fraction(1, 4)))  # from how long before the end, how long


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """Which frames a chunk has.

    Attributes:
        first_frame: In the scene.
        count: At least one.
        shot: That all of them belong to.
        key: Of the finished chunk's folder.
    """

    first_frame: int
    count: int
    shot: int
    key: str


def settings_of(cutscene: Cutscene, renderer: RendererName) -> SceneSettings:
    """Return what all chunks of a scene share, which is known before its motion."""
    return SceneSettings(
        names=tuple(participant.name for participant in cutscene.participants),
        avatars=tuple(participant.avatar for participant in cutscene.participants),
        world_from_heads=world_from_heads(cutscene.participants),
        background=cutscene.background,
        output=cutscene.output,
        stereo=cutscene.stereo,
        renderer=renderer,
    )


class Plan:
    """All chunks of a scene, in order.

    They follow from the script alone, so that neither the number of workers nor the order in which they work shows.
    """

    def __init__(self, cutscene: Cutscene, motion: SceneMotion, renderer: RendererName) -> None:
        self.settings = settings_of(cutscene, renderer)
        self._cutscene, self._motion = cutscene, motion
        self._digest = self.settings.digest
        self._lights: dict[str | None, Light] = {}
        self.chunks = list(self._planned())

    def job(self, chunk: PlannedChunk) -> ChunkJob:
        """Return all that drawing a chunk needs."""
        return self._job(chunk.first_frame, chunk.count, chunk.shot)

    def _planned(self) -> Iterator[PlannedChunk]:
        cutscene = self._cutscene
        for shot in range(len(cutscene.shots)):
            first, end = cutscene.first_frame(shot), cutscene.first_frame(shot + 1)
            while first < end:
                count = min(longest_chunk(cutscene, first), end - first)
                yield PlannedChunk(first, count, shot, self._job(first, count, shot).key)
                first += count

    def _job(self, first: int, count: int, shot: int) -> ChunkJob:
        cutscene = self._cutscene
        preset = cutscene.shots[shot].light
        if preset not in self._lights:
            self._lights[preset] = light_of(cutscene.lighting, preset)
        frames = range(first, first + count)
        rows = np.stack([self._motion.row(cutscene.time_of(frame)) for frame in frames])
        cameras = tuple(cameras_at(cutscene, frame, shot) for frame in frames)
        swinging = range(max(0, first - round(SETTLING_S * cutscene.output.frame_rate)), first)
        lead = [self._motion.row(cutscene.time_of(frame)) for frame in swinging]
        return ChunkJob.of(
            self.settings, self._digest, first, rows, cameras, self._lights[preset],
            np.stack(lead) if lead else rows[:0], room_of(cutscene.lighting, preset),
        )  # fmt: skip


def longest_chunk(cutscene: Cutscene, first: int) -> int:
    """Return how many frames a chunk has at most that begins with this one."""
    left_s = (cutscene.frame_count - first) / cutscene.output.frame_rate
    chunk_s = min((length_s for before_s, length_s in LAST_CHUNKS_S if left_s <= before_s), default=CHUNK_S)
    return max(1, round(chunk_s * cutscene.output.frame_rate))
