"""The renderer for machines without CUDA: a tile rasteriser in Numba, no compiler needed on the user's machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.renderers.checks import check_images, complaint
from rsatalker.renderers.cpu_composite import composite_tiles
from rsatalker.renderers.cpu_project import GAUSSIANS_PER_CHUNK, camera_rows, project_gaussians
from rsatalker.renderers.cpu_scratch import SPARE, Scratch
from rsatalker.renderers.oversampling import draw_oversampled
from rsatalker.renderers.worker_threads import WorkerThreads, usable_threads

BYTE_SCALE, BYTE_ROUNDING = np.float32(255), np.float32(0.5)
THREADS_PER_PART = 2  # for two threads alone, merging the tile lists of two parts costs what sorting them apart saves
FLOAT_SCALE, FLOAT_ROUNDING = np.float32(1), np.float32(0)
KEPT = 2  # renders whose memory is kept: of the two heads of a conversation, which may differ in size


class CpuRenderer:
    """Draws Gaussians with a bounded number of threads; several threads may call it at once."""

    name = "cpu"

    def __init__(self, threads: int | None = None) -> None:
        self._threads = WorkerThreads(usable_threads() if threads is None else threads)
        self._lock = threading.Lock()
        self._idle: list[Scratch] = []  # each serves one render at a time; the one that was used last comes last

    @property
    def scratch_bytes(self) -> int:
        """Memory that is kept between renders."""
        with self._lock:
            return sum(scratch.nbytes for scratch in self._idle)

    def warm_up(self) -> None:
        """Compile the kernels, or load them from Numba's cache, so that the first frame comes at once."""
        camera = look_at(np.zeros(3, np.float32), np.array([0, 0, 1], np.float32), width=16, height=16)
        camera = replace(camera, oversampling=2)  # averaging is a kernel, too
        gaussian = Gaussians(
            np.array([[0, 0, 1]], np.float32),
            np.full((1, 6), 1e-4, np.float32),
            np.ones(1, np.float32),
            np.ones((1, 3), np.float32),
            np.zeros(1, np.uint8),
        )
        self.render(gaussian, [camera], np.empty((1, 16, 16, 4), np.uint8), np.empty((1, 16, 16), np.float32))

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Do nothing: the CPU writes anywhere alike; see `Renderer.lock_pages`."""
        return lambda: None

    def render(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
    ) -> None:
        """Draw what each camera sees into the caller's images; every pixel is written.

        Args:
            gaussians: In world space.
            cameras: One a view; all of one size.
            colors: Premultiplied sRGB with alpha, top row first.
            depths: Expected depth along the camera's z, metres; 0 where nothing is drawn.

        Raises:
            ValueError: Cameras and images do not fit each other, or a Gaussian holds NaN or infinity.
        """
        check_images(cameras, colors, depths)

        def draw(cameras: Sequence[Camera], colors: np.ndarray, depths: np.ndarray) -> None:
            self._draw(gaussians, cameras, colors, depths, BYTE_SCALE, BYTE_ROUNDING)

        draw_oversampled(draw, cameras, colors, depths)

    def render_floats(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: Float32[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
    ) -> None:
        """Draw as `render` does, without rounding to bytes and without oversampling: colours and alpha in [0, 1]."""
        check_images(cameras, colors, depths)
        self._draw(gaussians, cameras, colors, depths, FLOAT_SCALE, FLOAT_ROUNDING)

    def _draw(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: np.ndarray,
        depths: np.ndarray,
        scale: np.float32,
        rounding: np.float32,
    ) -> None:
        count, run = len(gaussians), self._threads.run
        with self._scratch(len(cameras), count, cameras[0].width, cameras[0].height) as scratch:
            unusable = np.zeros(1, np.int64)
            run(
                project_gaussians,
                _as_compiled(gaussians.means),
                _as_compiled(gaussians.covariances),
                _as_compiled(gaussians.opacities),
                _as_compiled(gaussians.colors),
                _as_compiled(gaussians.antialiased, np.uint8),
                np.float32(gaussians.eps2d),
                camera_rows(cameras),
                cameras[0].width,
                cameras[0].height,
                scratch.splats,
                scratch.boxes,
                unusable,
                chunks=-(-count // GAUSSIANS_PER_CHUNK) * len(cameras),
            )
            if unusable[0]:
                raise ValueError(complaint(gaussians, int(unusable[0]) - 1))
            scratch.sort_into_tiles(run, count)
            run(
                composite_tiles,
                scratch.splats,
                scratch.tile_begins,
                scratch.tile_ends,
                scratch.tile_splats,
                scale,
                rounding,
                colors,
                depths,
                chunks=scratch.tile_begins.size // scratch.parts,
            )

    @contextmanager
    def _scratch(self, cameras: int, count: int, width: int, height: int) -> Generator[Scratch]:
        """Lend memory for one render: one that was used before and is large enough, or a new one."""
        with self._lock:
            fitting = (
                place for place, scratch in enumerate(self._idle) if scratch.holds(cameras, count, width, height)
            )
            place = next(fitting, None)
            scratch = None if place is None else self._idle.pop(place)
        if scratch is None:
            parts = max(self._threads.threads // (THREADS_PER_PART * cameras), 1)
            scratch = Scratch(cameras, int(count * SPARE), width, height, parts)
        try:
            yield scratch
        finally:
            with self._lock:
                self._idle = [*self._idle, scratch][-KEPT:]


def _as_compiled(array: np.ndarray, dtype: type[np.generic] = np.float32) -> np.ndarray:
    """Return the array in the one form that the kernels are compiled for; nearly always it has it already.

    A read-only or strided array would be another type to Numba, which would compile for seconds in mid-conversation.
    """
    return np.require(array, dtype, ["C", "W"])
