"""Frames of one head, sidecar to engine: both eyes, colour and depth, and the pose that they show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, UInt8

from sidecar.regions.frame_slot import (
    COLOR_BYTES,
    COLOR_OFFSET_BYTES,
    DEPTH_BYTES,
    Frame,
    FrameHeader,
    depth_offset,
    frame_geometry,
    read_frame,
    write_header,
)
from sidecar.regions.layout import RegionKind, RegionState
from sidecar.regions.region_header import demand_within, read_expression_space, write_expression_space
from sidecar.regions.ring_ends import RingReader, RingWriter
from sidecar.regions.slot_ring import SlotRing

__all__ = ["Frame", "FrameHeader", "FrameRingReader", "FrameRingWriter", "Slot"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one frame in shared memory; it holds an older frame's pixels until they are overwritten.

    Attributes:
        index: Of the slot.
        colors: Premultiplied sRGB and alpha, top row first; one image per eye.
        depths: Metres along z; 0 where nothing is drawn.
    """

    index: int
    colors: UInt8[np.ndarray, "L H W 4"]
    depths: Float32[np.ndarray, "L H W"]


class FrameRingWriter(RingWriter):
    """Makes the region and publishes frames in it. One thread, but any may call `beat`."""

    def __init__(
        self, width: int, height: int, layers: int, expression_count: int, expression_space: str = "procedural-1"
    ) -> None:
        """Make the region.

        Raises:
            RegionFull: There is no room for three slots of that size.
        """
        ring = SlotRing.create(RegionKind.FRAMES, frame_geometry(width, height, layers, expression_count))
        write_expression_space(ring.region, expression_space)
        super().__init__(ring, RegionState.STARTING)
        self._size = width, height
        self._slots = self._views_of_slots(width, height)

    @property
    def largest_size(self) -> tuple[int, int]:
        """Width and height of the frames that just fit, pixels."""
        return self._ring.geometry.width, self._ring.geometry.height

    @property
    def memory(self) -> UInt8[np.ndarray, " B"]:
        """All bytes of the region, in which all frames lie."""
        return self._ring.region.bytes

    def _views_of_slots(self, width: int, height: int) -> list[Slot]:
        shape = (self._ring.geometry.layers, height, width)
        pixels = math.prod(shape)
        slots: list[Slot] = []
        for index, slot in enumerate(self._ring.slots):
            colors = slot[COLOR_OFFSET_BYTES : COLOR_OFFSET_BYTES + COLOR_BYTES * pixels]
            depths = slot[depth_offset(pixels) : depth_offset(pixels) + DEPTH_BYTES * pixels]
            slots.append(Slot(index, colors.reshape(*shape, 4), depths.view(np.float32).reshape(shape)))
        return slots

    def begin(self, size: tuple[int, int] | None = None) -> Slot:
        """Return the slot to draw the next frame into; again the same one if the last was never published.

        Args:
            size: Width and height of this frame, at most `largest_size`, which it is without.

        Raises:
            FrameRingError: The frame does not fit.
        """
        size = size or self.largest_size
        if size != self._size:
            demand_within("width", size[0], 1, self.largest_size[0])
            demand_within("height", size[1], 1, self.largest_size[1])
            self._size, self._slots = size, self._views_of_slots(*size)
        return self._slots[self._ring.begin()]

    def publish(self, slot: Slot, header: FrameHeader) -> None:
        """Publish the slot from `begin`, whose pixels have been drawn."""
        _, height, width = slot.depths.shape
        geometry = replace(self._ring.geometry, width=width, height=height)
        write_header(self._ring.slots[slot.index], self._ring.headers[slot.index], geometry, header)
        self._ring.publish(slot.index)

    def lay_out(self, width: int, height: int, layers: int) -> None:
        """Go on with frames of another size in the same region; slots from `begin` are void.

        Raises:
            FrameRingError: Frames of that size do not fit into the region.
        """
        self._ring.lay_out(frame_geometry(width, height, layers, self._ring.geometry.expression_count))
        self._size = width, height
        self._slots = self._views_of_slots(width, height)

    def close(self) -> None:
        """Tell readers that it is over and remove the region. Can be called twice."""
        self._slots = []
        super().close()


class FrameRingReader(RingReader):
    """Reads the newest frame of one head, as an engine would. One thread.

    Attributes:
        expression_space: What the expression coefficients mean.
    """

    def __init__(self, name: str) -> None:
        """Open the region.

        Raises:
            RegionNotFound: It was closed, or its sidecar has gone.
            ProtocolVersionError: Its layout has another major version.
            FrameRingError: It is malformed.
        """
        super().__init__(SlotRing.open(name, RegionKind.FRAMES))
        self.expression_space = read_expression_space(self._ring.region)

    @property
    def published_count(self) -> int:
        """Frames published so far; cheap to poll, changes whenever `latest` would."""
        return self._ring.latest

    def latest(self, into: Frame | None = None) -> Frame | None:
        """Return a copy of the newest frame; None if there is none yet or the writer was faster than the copy.

        Args:
            into: A frame from an earlier call that is not needed any more: its pixel arrays are filled again if they
                fit. They are void afterwards, also when None comes back, so keep two frames and hand in the older one.

        Raises:
            FrameRingError: The slot is malformed; nothing outside it was touched.
        """
        return self._ring.read_newest(lambda index: self._copy(index, into))

    def _copy(self, index: int, into: Frame | None) -> Frame:
        return read_frame(self._ring.slots[index], self._ring.copied_header(index), self._ring.geometry, into)
