"""The thread that draws: whose turn it is, so that every conversation gets a steady rate and its fair share.

One conversation at a turn, among those whose tick is due the one whose heads have taken the least time so far. So a
heavy conversation waits for the light ones and not they for it. What comes too late is left out, never made up for.
Where the machine cannot keep 30 ticks a second, frames get smaller before they get fewer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations
from sidecar.frame_artist import FrameArtist
from sidecar.loop import Loop
from sidecar.timings import Timings

LOOK_NS = 2_000_000  # until the next look at a clock that is stepped by hand: who steps it waits no longer than this
KEPT_RATE_HZ = 30  # ticks of every conversation: what motion has; frames get smaller to keep it
KEPT_SHARE = 0.85  # of that time for drawing: motion, calls and the engine beside us want some, too
ACTIVE_NS = 500_000_000  # a conversation that was drawn within this time counts as one that needs its share

log = logging.getLogger(__name__)


class FrameLoop(Loop):
    """Draws all heads of all conversations.

    Args:
        conversations: Whose heads are drawn.
        timings: Receive how long each stage takes.
        frame_rate_hz: Frames per second of each head at most.
        idle_frame_rate_hz: The same while nobody speaks and no engine is attached.
        clock_ns: The host clock.
    """

    def __init__(
        self,
        conversations: Conversations,
        timings: Timings,
        frame_rate_hz: int,
        idle_frame_rate_hz: int,
        clock_ns: Callable[[], int],
    ) -> None:
        super().__init__("frames")
        self._conversations = conversations
        self._timings = timings
        self._period_ns = round(1e9 / frame_rate_hz)
        self._longest_ns = max(frame_rate_hz // KEPT_RATE_HZ, 1) * self._period_ns
        self._clock_ns = clock_ns
        self._artist = FrameArtist(timings, self._period_ns, round(1e9 / idle_frame_rate_hz), clock_ns)
        self._served_ns = 0  # what the conversation that had the last turn has spent: newcomers begin there

    def turn(self) -> float:
        """Give the next conversation its tick if one is due; rest until then if not."""
        live = [conversation for conversation in self._conversations.all() if conversation.state is State.LIVE]
        now_ns = self._clock_ns()
        due = [conversation for conversation in live if conversation.pace.due_ns <= now_ns]
        if not due:
            next_ns = min((conversation.pace.due_ns for conversation in live), default=now_ns + self._period_ns)
            return min(next_ns - now_ns, self._period_ns) * 1e-9
        for conversation in due:  # who was idle has no claim to what it did not use
            pace = conversation.pace
            pace.spent_ns = max(pace.spent_ns, self._served_ns - self._period_ns)
        chosen = min(due, key=lambda conversation: conversation.pace.spent_ns)
        self._served_ns = chosen.pace.spent_ns
        self._give_turn(chosen, live)
        return 0.0

    def _give_turn(self, conversation: Conversation, live: Sequence[Conversation]) -> None:
        pace, shown_before_ns, begun_ns = conversation.pace, conversation.shown_ns, self._clock_ns()
        pace.begin(begun_ns, self._period_ns)
        is_stepped = self._show_safely(conversation)
        now_ns = self._clock_ns()
        if is_stepped:
            pace.look_again(now_ns + LOOK_NS)
            return
        if conversation.shown_ns != shown_before_ns:
            pace.draw_took(now_ns - begun_ns)
            conversation.detail.note(now_ns - begun_ns, self._budget_ns(conversation, live, now_ns))
            self._timings.add("tick", (now_ns - begun_ns) * 1e-6)
        pace.go_on(now_ns, self._period_ns, self._longest_ns)

    def _show_safely(self, conversation: Conversation) -> bool:
        """Show one conversation; its trouble stays with it. Return whether its clock is stepped by hand."""
        with conversation.frame_lock:
            if conversation.state is not State.LIVE:
                return False
            try:
                return self._artist.show(conversation)
            except Exception as error:
                conversation.fail(f"its frames cannot be drawn ({type(error).__name__}: {error}).")
                log.exception("frames of conversation %s failed", conversation.conversation_id)
                return False

    def _budget_ns(self, conversation: Conversation, live: Sequence[Conversation], now_ns: int) -> float:
        """Return how long a tick of a conversation may take: its fair share, or more if the others leave it."""
        all_ns = KEPT_SHARE * 1e9 / KEPT_RATE_HZ
        others = [
            other.pace.cost_ns for other in live if other is not conversation and now_ns - other.shown_ns < ACTIVE_NS
        ]
        return max(all_ns / (1 + len(others)), all_ns - sum(others))
