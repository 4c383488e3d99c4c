"""Both heads' motion for one watcher."""

from __future__ import annotations

from sidecar.regions.motion_ring import MotionInstant, MotionRingReader

LARGEST_BATCH = 64  # instants in one message: two seconds


class MotionWatch:
    """Reads a conversation's motion from its region, as an engine would. One thread.

    Attributes:
        lost_count: Instants that were overwritten before they were taken.

    Args:
        region: Name of the conversation's region of motion.
        since_us: Time on the timeline from which on instants are of interest at first.
    """

    def __init__(self, region: str, since_us: int) -> None:
        self.lost_count = 0
        self._reader = MotionRingReader(region)
        self._held = [instant for instant in self._reader.instants() if instant.timeline_us >= since_us]
        self._index = self._held[-1].index if self._held else self._reader.latest_index

    @property
    def has_new(self) -> bool:
        """Whether there is an instant that was not taken."""
        return bool(self._held) or self._reader.latest_index > self._index

    def take(self) -> list[MotionInstant]:
        """Return instants that were not taken yet, oldest first."""
        if not self._held:
            self._held = self._reader.instants(self._index)
            if self._held:
                self.lost_count += self._held[-1].index - self._index - len(self._held)
                self._index = self._held[-1].index
        taken, self._held = self._held[:LARGEST_BATCH], self._held[LARGEST_BATCH:]
        return taken

    def close(self) -> None:
        """Let go of the region."""
        self._reader.close()
