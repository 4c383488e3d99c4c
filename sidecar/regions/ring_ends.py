"""The two ends of a ring of slots: what every reader tells of its writer, and every writer of itself."""

from __future__ import annotations

from sidecar.regions.layout import RegionState
from sidecar.regions.slot_ring import SlotRing


class RingReader:
    """The reading end of a region. One thread.

    Attributes:
        name: The region's name.
    """

    def __init__(self, ring: SlotRing) -> None:
        self._ring = ring
        self.name = ring.name

    @property
    def state(self) -> RegionState:
        """What the writer said last; STARTING before it attaches."""
        return self._ring.state

    @property
    def heartbeat_age_s(self) -> float:
        """Seconds since the writer's last sign of life; infinite before the first."""
        return self._ring.heartbeat_age_s

    @property
    def writer_is_lost(self) -> bool:
        """Whether the writer is closing, silent for too long, or has never been there."""
        return self._ring.writer_is_lost

    def close(self) -> None:
        """Let go of the memory; whoever made the region also removes it. Can be called twice."""
        self._ring.close()


class RingWriter:
    """The writing end of a region. One thread, but any may call `beat`.

    Attributes:
        name: The region's name.
    """

    def __init__(self, ring: SlotRing, state: RegionState) -> None:
        self._ring = ring
        self.name = ring.name
        ring.attach_writer()
        self.beat(state)

    def beat(self, state: RegionState) -> None:
        """Show that the writer lives and what it is doing; at least every `layout.BEAT_MS`, also when idle."""
        self._ring.beat(state)

    def close(self) -> None:
        """Tell readers that it is over and let go; whoever made the region also removes it. Can be called twice."""
        if not self._ring.is_closed:
            self.beat(RegionState.STOPPING)
            self._ring.close()
