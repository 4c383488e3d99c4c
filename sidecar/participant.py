"""One of the two of a conversation, as the frame loop sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sidecar.motion_window import Fade
from sidecar.regions.frame_ring import FrameRingWriter
from sidecar.seen_size import SeenSize
from sidecar.studio import TalkingHead


@dataclass(slots=True)
class Participant:
    """A head, where its frames go, and what became of them.

    Attributes:
        head: What is drawn.
        ring: Where its frames go; None if the client draws it itself.
        seen_size: How large its frames are worth drawing.
        fade: Keeps it from popping when its clock jumps.
        frames_published: So far.
        frame_number: Of the newest frame: every tick that was missed while there was something to show counts, too.
        shown: What the newest frame was drawn from; another frame of the same would be a duplicate.
        drawn_ns: Host clock: when the newest frame was asked for.
        gaussians: That the newest frame was drawn with.
        missed: Ticks that the conversation had missed when there was a frame, or nothing to show.
    """

    head: TalkingHead
    ring: FrameRingWriter | None
    seen_size: SeenSize
    fade: Fade = field(default_factory=Fade)
    frames_published: int = 0
    frame_number: int = 0
    shown: object = None
    drawn_ns: int = 0
    gaussians: int = 0
    missed: int = 0

    def count_frame(self, ticks_missed: int) -> int:
        """Count a frame in; return how many were dropped before it.

        Args:
            ticks_missed: Of the conversation, so far.
        """
        dropped = ticks_missed - self.missed
        self.frames_published += 1
        self.frame_number += 1 + dropped
        self.missed = ticks_missed
        return dropped

    def had_nothing_to_show(self, ticks_missed: int) -> None:
        """Count no dropped frames for the ticks that were missed up to here."""
        self.missed = ticks_missed
