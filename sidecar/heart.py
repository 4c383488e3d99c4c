"""The thread that shows readers that the sidecar lives, however long a frame or a step of motion takes."""

from __future__ import annotations

from sidecar.conversations import Conversations
from sidecar.loop import Loop
from sidecar.regions.layout import BEAT_MS

PERIOD_S = BEAT_MS / 1000 / 2  # twice as often as readers ask for: a late turn is no missing beat


class Heart(Loop):
    """Beats in the regions of all conversations."""

    def __init__(self, conversations: Conversations) -> None:
        super().__init__("heart")
        self._conversations = conversations

    def turn(self) -> float:
        """Beat once everywhere."""
        for conversation in self._conversations.all():
            conversation.beat()
        return PERIOD_S
