"""A conversation of a sidecar on this machine: calls, and the regions open in this process. Imports no torch."""

from __future__ import annotations

from contextlib import ExitStack, closing

from sidecar.conversation_calls import Calls, ConversationCalls, SpokenUtterance
from sidecar.regions.engine_region import EngineRegionWriter
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.motion_ring import MotionRingReader
from sidecar.v1 import conversation_pb2

__all__ = ["RemoteConversation", "SpokenUtterance"]


class RemoteConversation(ConversationCalls):
    """A conversation with its regions open in this process.

    Attributes:
        frames: Readers of a's and b's frames; empty if there are none.
        motion: Reader of both heads' motion.
        engine: Writer of what an engine tells.
    """

    def __init__(self, client: Calls, created: conversation_pb2.CreateConversationResponse) -> None:
        """Open the regions of a conversation that was just made; it is closed again if one cannot be opened.

        Raises:
            RegionNotFound: This process does not see the sidecar's shared memory.
        """
        super().__init__(client, created)
        with ExitStack() as opened:
            opened.callback(self._end)
            opened.callback(super().abandon)
            self.frames = tuple(opened.enter_context(closing(FrameRingReader(name))) for name in created.frame_regions)
            self.motion = opened.enter_context(closing(MotionRingReader(created.motion_region)))
            self.engine = opened.enter_context(closing(EngineRegionWriter(created.engine_region)))
            opened.pop_all()

    def abandon(self) -> None:
        """Let go of the regions without a word to the sidecar, as a client that dies does."""
        super().abandon()
        for region in (*self.frames, self.motion, self.engine):
            region.close()
