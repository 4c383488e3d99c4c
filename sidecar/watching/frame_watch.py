"""One head's newest frames for one watcher."""

from __future__ import annotations

from dataclasses import dataclass

from sidecar.regions.frame_ring import Frame, FrameHeader, FrameRingReader
from sidecar.watching.pictures import Picture, PictureFormat, picture_of


@dataclass(frozen=True, slots=True)
class WatchedFrame:
    """A frame for a watcher.

    Attributes:
        participant: Whose head, 0 or 1.
        header: What it shows and when.
        picture: As files.
        dropped_count: Frames since the watch began that the watcher did not get.
    """

    participant: int
    header: FrameHeader
    picture: Picture
    dropped_count: int


class FrameWatch:
    """Reads a head's frames from its region, as an engine would; what it does not take is lost to it alone. One thread.

    Args:
        region: Name of the head's region of frames.
        participant: Whose head, 0 or 1.
        form: Of the pictures.
    """

    def __init__(self, region: str, participant: int, form: PictureFormat) -> None:
        self._reader = FrameRingReader(region)
        self._participant = participant
        self._form = form
        self._seen = 0  # published_count at the last look
        self._first: int | None = None  # number of the first frame
        self._taken = 0
        self._frames: list[Frame | None] = [None, None]  # the newest, and one whose memory is used again

    @property
    def has_new(self) -> bool:
        """Whether a frame was published since the last look."""
        return self._reader.published_count != self._seen

    def take(self) -> WatchedFrame | None:
        """Return the newest frame; None if there is none yet or it is being overwritten."""
        self._seen = self._reader.published_count
        frame = self._reader.latest(self._frames[1])
        if frame is None:
            self._frames[1] = None
            return None
        self._frames = [frame, self._frames[0]]
        number = frame.header.frame_number
        self._first = number if self._first is None else self._first
        self._taken += 1
        dropped = number - self._first + 1 - self._taken
        return WatchedFrame(self._participant, frame.header, picture_of(frame.colors, self._form), dropped)

    def close(self) -> None:
        """Let go of the region."""
        self._reader.close()
