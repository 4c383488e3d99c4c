"""One frame of a scene: both heads as one sorted set of Gaussians, so that hair is before and behind hair as it should.

Everything in a frame is a function of its row of motion, camera and light, and of the rows shortly before, which hair
swings through: no frame needs another one to be drawn, so any worker can draw any frame.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.fitted_avatar import FittedAvatar
from rsatalker.avatars.gaussians import Gaussians
from rsatalker.avatars.light import Light
from rsatalker.cutscenes.pose_rows import pose_of
from rsatalker.exports.exr import Layer
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.choose import RendererName, choose_renderer
from rsatalker.renderers.cpu import CpuRenderer


@dataclass(slots=True)
class StageTimes:
    """Seconds that each stage took by the clock, over many frames.

    Attributes:
        mesh: Posing the heads.
        gaussians: Their Gaussians, placed and shaded.
        frame: Drawing them.
        background: Laying them over it, or cutting them out.
        encode: Videos, and pictures of sequences.
        whole: All of that and what is between: hair before the first frame of a chunk, files, stills.
        processor: Seconds that processors worked on that; the rest of `whole` went to other programs and to disks.
        frames: How many.
    """

    mesh: float = 0.0
    gaussians: float = 0.0
    frame: float = 0.0
    background: float = 0.0
    encode: float = 0.0
    whole: float = 0.0
    processor: float = 0.0
    frames: int = 0

    @property
    def rendering(self) -> float:
        """What the renderer takes: a frame is not drawn before its heads are posed and shaded."""
        return self.mesh + self.gaussians + self.frame

    def add(self, other: StageTimes) -> None:
        """Add another count to this one."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Instant:
    """What a frame shows.

    Attributes:
        row: Motion of both heads, as `motion.SceneMotion.row` gives it.
        cameras: One, or two eyes.
        light: Of the shot.
        at_s: Time in the scene.
    """

    row: Float32[np.ndarray, "2 P"]
    cameras: Sequence[Camera]
    light: Light
    at_s: float


class HeadPainter:
    """Draws both heads.

    Args:
        avatars: Of the two.
        world_from_heads: Where they stand.
        renderer_name: Of the renderer.
        threads: Of the renderer.

    Attributes:
        times: Summed up over all frames.
    """

    def __init__(
        self,
        avatars: Sequence[Avatar | FittedAvatar],
        world_from_heads: Float32[np.ndarray, "2 4 4"],
        renderer_name: RendererName,
        threads: int = 1,
    ) -> None:
        self.times = StageTimes()
        self._avatars, self._places = avatars, world_from_heads
        self._renderer = choose_renderer(renderer_name, threads)
        self._joined: Gaussians | None = None  # memory of the last frame's

    def settle_hair(self, row: Float32[np.ndarray, "2 P"], at_s: float | None) -> None:
        """Let the hair of both swing through an instant before the first that is drawn; None puts it to rest."""
        for avatar, place, values in zip(self._avatars, self._places, row, strict=True):
            avatar.settle_hair(pose_of(values), place, at_s)

    def draw(
        self, instant: Instant, colors: UInt8[np.ndarray, "C H W 4"], depths: Float32[np.ndarray, "C H W"]
    ) -> None:
        """Draw both heads into the caller's images: premultiplied sRGB, and metres."""
        heads = self._gaussians(instant)
        started = time.perf_counter()
        self._joined = Gaussians.joined(heads, self._joined)
        self._renderer.render(self._joined, instant.cameras, colors, depths)
        self.times.frame += time.perf_counter() - started
        self.times.frames += 1

    def draw_layers(self, instant: Instant, *, apart: bool) -> list[list[Layer]]:
        """Return for each camera both heads together and, if asked for, each alone."""
        heads = self._gaussians(instant)
        self._joined = Gaussians.joined(heads, self._joined)
        sets = [self._joined, *(heads if apart else ())]
        started = time.perf_counter()
        drawn = [self._floats(gaussians, instant.cameras) for gaussians in sets]
        self.times.frame += time.perf_counter() - started
        self.times.frames += 1
        return [[Layer(colors[view], depths[view]) for colors, depths in drawn] for view in range(len(instant.cameras))]

    def _floats(
        self, gaussians: Gaussians, cameras: Sequence[Camera]
    ) -> tuple[Float32[np.ndarray, "C H W 4"], Float32[np.ndarray, "C H W"]]:
        """Draw at full precision where the renderer can, else in steps of 1/255."""
        shape = (len(cameras), cameras[0].height, cameras[0].width)
        depths = np.empty(shape, np.float32)
        if isinstance(self._renderer, CpuRenderer):
            colors = np.empty((*shape, 4), np.float32)
            self._renderer.render_floats(gaussians, cameras, colors, depths)
            return colors, depths
        steps = np.empty((*shape, 4), np.uint8)
        self._renderer.render(gaussians, cameras, steps, depths)
        return steps.astype(np.float32) / np.float32(255), depths

    def _gaussians(self, instant: Instant) -> list[Gaussians]:
        eye = np.mean([camera.position for camera in instant.cameras], axis=0).astype(np.float32)
        found: list[Gaussians] = []
        for avatar, place, row in zip(self._avatars, self._places, instant.row, strict=True):
            pose = pose_of(row)
            started = time.perf_counter()
            vertices = avatar.head(pose)
            meshed = time.perf_counter()
            found.append(avatar.follow(vertices, pose, instant.light, eye, place, instant.at_s))
            self.times.mesh += meshed - started
            self.times.gaussians += time.perf_counter() - meshed
        return found
