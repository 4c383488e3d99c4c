"""The thread that makes motion: ahead of time, conversation after conversation, one block of audio at a turn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations

REST_S = 0.005  # between looks when nothing is due: a chunk of live audio waits no longer than this

log = logging.getLogger(__name__)


class MotionLoop:
    """Runs the motion of all conversations until it is stopped."""

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        self._conversations = conversations
        self._clock_ns = clock_ns
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="motion", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the block that is being made."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def turn(self) -> bool:
        """Give every conversation one block; return whether any had something due."""
        worked = [self._advance(conversation) for conversation in self._conversations.all()]
        return any(worked)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self.turn():
                self._stop.wait(REST_S)

    def _advance(self, conversation: Conversation) -> bool:
        if conversation.state is not State.LIVE:
            return False
        try:
            return conversation.motion.advance(conversation.clock_us, self._clock_ns())
        except Exception as error:
            if conversation.state is State.LIVE:
                conversation.fail(f"its motion cannot be made ({type(error).__name__}: {error}).")
                log.exception("motion of conversation %s failed", conversation.conversation_id)
            return False
