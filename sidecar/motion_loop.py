"""The thread that makes motion: ahead of time, conversation after conversation, one block of audio at a turn.

Their models are not run together. Of 47 ms of CPU time for a second of one conversation's motion 26 are products of
both models; run together for eight conversations they would take 13: a quarter less for the thread, bought with waiting
for each other's audio and with bookmarks that hold all of them. Drawing fills a CPU long before motion does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations
from sidecar.loop import Loop

REST_S = 0.005  # between looks when nothing is due: a chunk of live audio waits no longer than this

log = logging.getLogger(__name__)


class MotionLoop(Loop):
    """Makes the motion of all conversations."""

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        super().__init__("motion")
        self._conversations = conversations
        self._clock_ns = clock_ns

    def turn(self) -> float:
        """Give every conversation one block; rest only if none had anything due."""
        worked = [self._advance(conversation) for conversation in self._conversations.all()]
        return 0.0 if any(worked) else REST_S

    def _advance(self, conversation: Conversation) -> bool:
        if conversation.state is not State.LIVE:
            return False
        try:
            return conversation.motion.advance(conversation.shown, self._clock_ns())
        except Exception as error:
            if conversation.state is State.LIVE:
                conversation.fail(f"its motion cannot be made ({type(error).__name__}: {error}).")
                log.exception("motion of conversation %s failed", conversation.conversation_id)
            return False
