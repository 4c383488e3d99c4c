"""A source of motion as it was a little while ago, so that motion can be made again from there."""

from __future__ import annotations

from collections import deque

from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.skipping_source import SkippingSource

SPACING = SPEECH_RATE_HZ * 2 // 5  # samples, 400 ms: a copy costs as much as 15 ms of motion; going back, half of this


class Bookmarks:
    """Copies of one source, oldest first. Not thread-safe."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, SkippingSource]] = deque()  # (samples heard, copy)

    @property
    def oldest(self) -> int:
        """The first sample to which one can go back; 0 if nothing has been heard."""
        return self._kept[0][0] if self._kept else 0

    def note(self, heard: int, source: SkippingSource, shown: int) -> None:
        """Keep a copy of the source as it is, if the last one is old, and what is needed to go back to what is shown.

        Args:
            heard: Samples that the source has taken.
            source: To be copied.
            shown: The sample that the heads show now.
        """
        if not self._kept or heard - self._kept[-1][0] >= SPACING:
            self._kept.append((heard, source.fork()))
        while len(self._kept) > 1 and self._kept[1][0] <= shown:
            self._kept.popleft()

    def go_back(self, sample: int) -> tuple[int, SkippingSource]:
        """Return the newest source that has not heard a sample, not before `oldest`, and how many it has heard."""
        while len(self._kept) > 1 and self._kept[-1][0] > sample:
            self._kept.pop()
        heard, source = self._kept[-1]
        return heard, source.fork()
