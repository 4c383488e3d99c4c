"""The thread that makes motion: ahead of time, one block of audio of every conversation at a turn.

Conversations are stepped together: as soon as one has motion due, all others that have something to hear go along, and
both models' weights are read once for all of them. Each keeps its own state, chance and trouble, and its motion is what
it would be alone. `scripts/bench.py motion` prints what that saves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from rsatalker.motion.together import together
from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations
from sidecar.loop import Loop

REST_S = 0.005  # between looks when nothing is due: a chunk of live audio waits no longer than this
MOST_TOGETHER = 8  # more save nothing more, and a call on one of them waits until all are done

log = logging.getLogger(__name__)


class MotionLoop(Loop):
    """Makes the motion of all conversations."""

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        super().__init__("motion")
        self._conversations = conversations
        self._clock_ns = clock_ns

    def turn(self) -> float:
        """Give every conversation one block if any has one due; rest only if none has."""
        live = [conversation for conversation in self._conversations.all() if conversation.state is State.LIVE]
        now_ns = self._clock_ns()
        if not any(conversation.motion.is_due(conversation.shown, now_ns) for conversation in live):
            return REST_S
        made = [self._advance(live[first : first + MOST_TOGETHER]) for first in range(0, len(live), MOST_TOGETHER)]
        return 0.0 if any(made) else REST_S

    def _advance(self, conversations: Sequence[Conversation]) -> int:
        """Make motion of some conversations together; return of how many samples."""
        started_s, now_ns = time.perf_counter(), self._clock_ns()
        makings = [one.motion.making(one.shown, now_ns, in_company=True) for one in conversations]
        made: list[tuple[Conversation, int]] = []
        for conversation, result in zip(conversations, together(makings), strict=True):
            if isinstance(result, Exception):
                self._fail(conversation, result)
            else:
                made.append((conversation, result))
        spent_s, total = time.perf_counter() - started_s, sum(samples for _, samples in made)
        for conversation, samples in made:
            if samples:
                conversation.motion.load.note(spent_s * samples / total, samples)
        return total

    def _fail(self, conversation: Conversation, error: Exception) -> None:
        if conversation.state is State.LIVE:
            conversation.fail(f"its motion cannot be made ({type(error).__name__}: {error}).")
            log.error("motion of conversation %s failed", conversation.conversation_id, exc_info=error)
