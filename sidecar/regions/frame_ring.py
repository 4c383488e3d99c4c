"""Frames of one head, sidecar to engine: both eyes, colour and depth, and the pose that they show."""

from __future__ import annotations

from dataclasses import dataclass

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
from sidecar.regions.region_header import read_expression_space, write_expression_space
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


class FrameRingWriter:
    """Makes the region and publishes frames in it. One thread.

    Attributes:
        name: The region's name, to hand to the engine.
    """

    def __init__(
        self, width: int, height: int, layers: int, expression_count: int, expression_space: str = "procedural-1"
    ) -> None:
        """Make the region.

        Raises:
            RegionFull: There is no room for three slots of that size.
        """
        self._ring = SlotRing.create(RegionKind.FRAMES, frame_geometry(width, height, layers, expression_count))
        self.name = self._ring.name
        write_expression_space(self._ring.region, expression_space)
        self._ring.attach_writer()
        self.beat(RegionState.STARTING)
        self._slots = self._views_of_slots()

    def _views_of_slots(self) -> list[Slot]:
        geometry = self._ring.geometry
        shape = (geometry.layers, geometry.height, geometry.width)
        pixels = geometry.layers * geometry.height * geometry.width
        slots: list[Slot] = []
        for index, slot in enumerate(self._ring.slots):
            colors = slot[COLOR_OFFSET_BYTES : COLOR_OFFSET_BYTES + COLOR_BYTES * pixels]
            depths = slot[depth_offset(pixels) : depth_offset(pixels) + DEPTH_BYTES * pixels]
            slots.append(Slot(index, colors.reshape(*shape, 4), depths.view(np.float32).reshape(shape)))
        return slots

    def begin(self) -> Slot:
        """Return the slot to draw the next frame into; again the same one if the last was never published."""
        return self._slots[self._ring.begin()]

    def publish(self, slot: Slot, header: FrameHeader) -> None:
        """Publish the slot from `begin`, whose pixels have been drawn."""
        geometry = self._ring.geometry
        slot_bytes = self._ring.slots[slot.index]
        write_header(slot_bytes, self._ring.headers[slot.index], geometry, header)
        self._ring.publish(slot.index)

    def beat(self, state: RegionState) -> None:
        """Show that the writer lives and what it is doing; at least every `layout.BEAT_MS`, also when idle."""
        self._ring.beat(state)

    def lay_out(self, width: int, height: int, layers: int) -> None:
        """Go on with frames of another size in the same region; slots from `begin` are void.

        Raises:
            FrameRingError: Frames of that size do not fit into the region.
        """
        self._ring.lay_out(frame_geometry(width, height, layers, self._ring.geometry.expression_count))
        self._slots = self._views_of_slots()

    def close(self) -> None:
        """Tell readers that it is over and remove the region. Can be called twice."""
        if self._slots:
            self._slots = []
            self.beat(RegionState.STOPPING)
            self._ring.close()


class FrameRingReader:
    """Reads the newest frame of one head, as an engine would. One thread.

    Attributes:
        name: The region's name.
        expression_space: What the expression coefficients mean.
    """

    def __init__(self, name: str) -> None:
        """Open the region.

        Raises:
            RegionNotFound: It was closed, or its sidecar has gone.
            ProtocolVersionError: Its layout has another major version.
            FrameRingError: It is malformed.
        """
        self._ring = SlotRing.open(name, RegionKind.FRAMES)
        self.name = name
        self.expression_space = read_expression_space(self._ring.region)

    @property
    def state(self) -> RegionState:
        """What the writer said last."""
        return self._ring.state

    @property
    def heartbeat_age_s(self) -> float:
        """Seconds since the writer's last sign of life."""
        return self._ring.heartbeat_age_s

    @property
    def writer_is_lost(self) -> bool:
        """Whether the writer is closing or silent for too long: ask for the conversation again."""
        return self._ring.writer_is_lost

    @property
    def published_count(self) -> int:
        """Frames published so far in this layout; cheap to poll, changes whenever `latest` would."""
        return self._ring.latest

    def latest(self) -> Frame | None:
        """Return a copy of the newest frame; None if there is none yet or the writer was faster than the copy.

        Raises:
            FrameRingError: The slot is malformed; nothing outside it was touched.
        """
        return self._ring.read_newest(self._copy)

    def close(self) -> None:
        """Let go of the memory. Can be called twice."""
        self._ring.close()

    def _copy(self, index: int) -> Frame:
        return read_frame(self._ring.slots[index], self._ring.copied_header(index), self._ring.geometry)
