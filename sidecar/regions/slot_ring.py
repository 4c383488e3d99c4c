"""A ring of slots with one writer and any number of readers: what frames, motion and engine state have in common.

Writing: take the slot after the newest; make `seq_begin` odd; write; set `seq_end`, then `seq_begin`, to the next even
number; then announce it in `latest`. Reading: take the newest slot; remember `seq_begin`; copy; look at `seq_begin`
again; if it moved, the copy is torn: try once more, then keep what you had. Nobody ever waits for anybody.

On x86-64 aligned 8-byte stores become visible in program order, so that Python's stores through a uint64 array are
enough. Other processors may reorder them: there `order_memory` puts a barrier between the steps.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from jaxtyping import UInt8, UInt64

from sidecar.errors import FrameRingError, RegionNotFound
from sidecar.regions import layout
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import RegionKind, RegionState
from sidecar.regions.owner import this_process
from sidecar.regions.region_header import SLOT_HEADERS, Geometry, check_identity, read_geometry, write_geometry
from sidecar.regions.shared_memory import Region, create_region, open_region

OPEN_ATTEMPTS = 1000  # looks at a layout that is being changed: some 50 ms, a thousand times what a change takes
ATTEMPTS = 2  # copies of the newest slot before a reader keeps what it had

_Record = TypeVar("_Record")
_barrier = threading.Lock()
_STORES_ARE_ORDERED = platform.machine().lower() in ("x86_64", "amd64")


def order_memory() -> None:
    """Let no memory access move across this line; free on x86-64, whose own order is enough.

    Elsewhere two turns of a lock: the release in the first waits for all accesses before it, the acquisition in the
    second holds back all accesses after it.
    """
    if _STORES_ARE_ORDERED:
        return
    for _ in range(2):
        with _barrier:
            pass


class SlotRing:
    """A region seen as slots. One thread at a time.

    Attributes:
        name: The region's name.
        region: The memory.
        geometry: Where the slots are, as of `generation`.
        generation: Version of the geometry that was read last.
        is_closed: Whether `close` has been called.
        slots: Bytes of each slot.
        headers: The slots' headers, views into `slots`.
    """

    def __init__(self, region: Region, kind: RegionKind) -> None:
        self.name = region.name
        self.region = region
        self._kind = kind
        self._latest = self._word("latest")
        self._generation = self._word("generation")
        self._heartbeat_ns = self._word("heartbeat_ns")
        self.is_closed = False
        self.take_geometry()

    @staticmethod
    def create(kind: RegionKind, geometry: Geometry) -> SlotRing:
        """Make a region for these slots; this process owns it and `close` removes it.

        Raises:
            RegionFull: There is no room for it.
        """
        region = create_region(geometry.region_bytes, kind)
        write_geometry(region, kind, geometry)
        region.header["generation"] = 2
        return SlotRing(region, kind)

    @staticmethod
    def open(name: str, kind: RegionKind, writable: bool = False) -> SlotRing:
        """Open another process's region and check its header.

        Raises:
            RegionNotFound: No region has that name, or its writer died while it changed the layout.
            ProtocolVersionError: Its layout has another major version.
            FrameRingError: Its header is malformed; the message names the field.
        """
        region = open_region(name, writable)
        try:
            check_identity(region, kind)
            return SlotRing._settled(region, kind)
        except BaseException:
            region.close()
            raise

    @staticmethod
    def _settled(region: Region, kind: RegionKind) -> SlotRing:
        """Return the region's slots, also if its writer is changing their layout right now."""
        for _ in range(OPEN_ATTEMPTS):
            generation = int(region.header["generation"])
            try:
                return SlotRing(region, kind)
            except FrameRingError:
                if generation % 2 == 0 and generation == int(region.header["generation"]):
                    raise
        raise RegionNotFound(f"Region {region.name} is being laid out anew. Ask for the conversation again.")

    def _word(self, field: str) -> UInt64[np.ndarray, "1"]:
        offset = layout.REGION_HEADER.fields[field][1]  # type: ignore[index]  # it has fields
        return self.region.bytes[offset : offset + 8].view(np.uint64)

    def take_geometry(self) -> None:
        """Read and check where the slots are now; a layout that is refused is refused again at the next look."""
        generation = int(self._generation[0])
        order_memory()
        self.geometry = read_geometry(self.region, self._kind)
        self.generation = generation
        slots = self.region.bytes[self.geometry.slots_offset_bytes : self.geometry.slots_end]
        self.slots: UInt8[np.ndarray, "slots stride"] = slots.reshape(self.geometry.slot_count, -1)
        header = SLOT_HEADERS[self._kind]
        self.headers: np.ndarray = self.slots[:, : header.itemsize].view(header)[:, 0]
        self._seq_begin: UInt64[np.ndarray, " slots"] = self.headers["seq_begin"]
        self._seq_end: UInt64[np.ndarray, " slots"] = self.headers["seq_end"]

    def close(self) -> None:
        """Let go of the memory; the owner also removes its name. Can be called twice."""
        if not self.is_closed:
            self.is_closed = True
            nothing = np.empty(0, np.uint64)
            self._latest = self._generation = self._heartbeat_ns = self._seq_begin = self._seq_end = nothing
            self.slots = np.empty((0, 0), np.uint8)
            self.headers = np.empty(0, SLOT_HEADERS[self._kind])
            self.region.close()

    def check_open(self) -> None:
        """Raise FrameRingError if the ring has been closed."""
        if self.is_closed:
            raise FrameRingError(f"Region {self.name} has been closed on this side. Open it again to go on.")

    # What both sides ask.

    @property
    def latest(self) -> int:
        """Number of the newest publication; 0: none yet."""
        self.check_open()
        return int(self._latest[0])

    @property
    def state(self) -> RegionState:
        """What the writer said last; it may have died since: see `writer_is_lost`."""
        self.check_open()
        value = int(self.region.header["state"])
        try:
            return RegionState(value)
        except ValueError as error:
            raise FrameRingError(f"Malformed region: state is {value}; expected 1 to {len(RegionState)}.") from error

    @property
    def heartbeat_ns(self) -> int:
        """When the writer gave its last sign of life, host clock; 0 before the first."""
        self.check_open()
        return int(self._heartbeat_ns[0])

    @property
    def heartbeat_age_s(self) -> float:
        """Seconds since the writer's last sign of life; infinite before the first."""
        beat_ns = self.heartbeat_ns
        return (host_clock_ns() - beat_ns) * 1e-9 if beat_ns else float("inf")

    @property
    def writer_is_lost(self) -> bool:
        """Whether the writer is closing or has been silent for too long."""
        return self.state == RegionState.STOPPING or self.heartbeat_age_s * 1e3 > layout.STALE_MS

    # Writing.

    def attach_writer(self) -> None:
        """Say in the header that this process writes the slots."""
        self.region.header["writer_pid"] = this_process().pid

    def begin(self) -> int:
        """Return the index of the slot to write; until `publish`, no reader takes it for whole."""
        index = (self.latest + 1) % self.geometry.slot_count
        self._seq_begin[index] |= np.uint64(1)
        order_memory()
        return index

    def publish(self, index: int) -> None:
        """Declare the slot from `begin` whole and announce it."""
        self.check_open()
        whole = self._seq_begin[index] + np.uint64(1)
        order_memory()
        self._seq_end[index] = whole
        order_memory()
        self._seq_begin[index] = whole
        order_memory()
        self._latest[0] += np.uint64(1)
        self.beat(RegionState.LIVE)

    def beat(self, state: RegionState) -> None:
        """Show that the writer lives and what it is doing; at least every `layout.BEAT_MS`."""
        self.check_open()
        self.region.header["state"] = state
        self._heartbeat_ns[0] = host_clock_ns()

    def lay_out(self, geometry: Geometry) -> None:
        """Change the slots inside the same region; readers notice the new generation. What was published is void.

        Raises:
            FrameRingError: The new slots need more bytes than the region has.
        """
        self.check_open()
        if geometry.region_bytes > self.region.size_bytes:
            raise FrameRingError(
                f"The new slots need {geometry.region_bytes} bytes; region {self.name} has {self.region.size_bytes}. "
                "Make a new region."
            )
        self._generation[0] += np.uint64(1)
        order_memory()
        write_geometry(self.region, self._kind, geometry)
        self.take_geometry()
        self.slots[:, : SLOT_HEADERS[self._kind].itemsize] = 0  # old pixels must not pass for sequence numbers
        order_memory()
        self._generation[0] += np.uint64(1)
        self.generation = int(self._generation[0])

    # Reading.

    def has_settled(self) -> bool:
        """Follow a new generation of the layout; return False while the writer is still changing it."""
        self.check_open()
        generation = int(self._generation[0])
        if generation % 2:
            return False
        if generation != self.generation:
            try:
                self.take_geometry()
            except FrameRingError:
                if generation == int(self._generation[0]):
                    raise
        return self.generation == int(self._generation[0])

    def copied_header(self, index: int) -> np.void:
        """Return a private copy of a slot's header, reserved bytes included, for a reader to check and then trust."""
        header = SLOT_HEADERS[self._kind]
        return self.slots[index, : header.itemsize].copy().view(header)[0]

    def read(self, number: int, copy: Callable[[int], _Record]) -> _Record | None:
        """Return a consistent copy of one publication, or None if it is torn or gone.

        Args:
            number: Publication number, as in `latest`.
            copy: Copies and checks the slot of the given index; what it raises counts only if the slot stayed whole.

        Raises:
            FrameRingError: The slot is whole and malformed.
        """
        index = number % self.geometry.slot_count
        sequence = int(self._seq_begin[index])
        if sequence % 2 or sequence == 0 or int(self._seq_end[index]) != sequence:
            return None
        order_memory()
        record, problem = None, None
        try:
            record = copy(index)
        except FrameRingError as error:
            problem = error
        order_memory()
        if int(self._seq_begin[index]) != sequence or int(self._generation[0]) != self.generation:
            return None
        if problem is not None:
            raise problem
        return record

    def read_newest(self, copy: Callable[[int], _Record]) -> _Record | None:
        """Return a consistent copy of the newest publication; None if there is none or the writer was faster twice."""
        for _ in range(ATTEMPTS):
            if self.has_settled() and (number := self.latest):
                record = self.read(number, copy)
                if record is not None:
                    return record
        return None
