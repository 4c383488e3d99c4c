"""The shared memory of one conversation, made and removed as a whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from sidecar.regions.engine_region import EngineRegionReader
from sidecar.regions.frame_ring import FrameRingWriter
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import MotionRingWriter


@dataclass(frozen=True, slots=True)
class FrameSize:
    """How large frames are at most.

    Attributes:
        width: Pixels of one layer.
        height: Pixels of one layer.
        layers: 1, or both eyes.
        pixels_per_degree: Of the display; 0: unknown.
    """

    width: int
    height: int
    layers: int
    pixels_per_degree: float = 0.0


@dataclass(frozen=True, slots=True)
class Regions:
    """The shared memory of a conversation.

    Attributes:
        frames: Of a and b; empty if the client draws the heads itself.
        motion: Of both.
        engine: What the engine tells.
        unlock_pages: Undo what a renderer did to the memory of frames.
    """

    frames: tuple[FrameRingWriter, ...]
    motion: MotionRingWriter
    engine: EngineRegionReader
    unlock_pages: tuple[Callable[[], None], ...] = ()

    @staticmethod
    def create(
        size: FrameSize | None,
        expression_count: int,
        expression_space: str,
        lock_pages: Callable[[UInt8[np.ndarray, " B"]], Callable[[], None]],
    ) -> Regions:
        """Make all regions.

        Args:
            size: Of frames; None without frames.
            expression_count: Coefficients of a pose.
            expression_space: What they mean.
            lock_pages: Prepares the memory of frames; see `Studio.lock_pages`.

        Raises:
            RegionFull: There is no room; those already made have been removed again.
        """
        frames: list[FrameRingWriter] = []
        unlock_pages: list[Callable[[], None]] = []
        with ExitStack() as made:
            engine = made.enter_context(closing(EngineRegionReader()))
            motion = made.enter_context(closing(MotionRingWriter(expression_count, expression_space)))
            for wanted in () if size is None else (size, size):
                ring = FrameRingWriter(wanted.width, wanted.height, wanted.layers, expression_count, expression_space)
                frames.append(made.enter_context(closing(ring)))
                unlock_pages.append(made.callback(lock_pages(ring.memory)))
            made.pop_all()
        return Regions(tuple(frames), motion, engine, tuple(unlock_pages))

    def beat(self, state: RegionState) -> None:
        """Show in all regions that the sidecar lives."""
        for ring in (*self.frames, self.motion):
            ring.beat(state)

    def close(self) -> None:
        """Remove all regions, whatever becomes of one of them. Can be called twice."""
        with ExitStack() as all_of_them:
            for region in (*self.frames, self.motion, self.engine):
                all_of_them.callback(region.close)
            for unlock in self.unlock_pages:  # last in, first out: before the memory goes
                all_of_them.callback(unlock)
