"""One conversation whose loops are turned by hand, in a time of its own."""

from sidecar.conversations import Conversations, ConversationSetup
from sidecar.frame_loop import LOOK_NS, FrameLoop
from sidecar.regions.host_clock import host_clock_ns
from sidecar.timings import Timings

TICK_NS = 16_666_667


class Scene:
    def __init__(self, conversations: Conversations, setup: ConversationSetup) -> None:
        self.conversation = conversations.create(setup)
        self.now_ns = host_clock_ns()  # regions carry the host clock: start where it is
        self.conversation.pace.look_again(self.now_ns + TICK_NS)  # however long creating took
        self.loop = FrameLoop(conversations, Timings(), 60, 15, lambda: self.now_ns)

    def tick(self, count: int = 1) -> bool:
        """Let ticks pass; return whether the last one was paced."""
        is_paced = True
        for _ in range(count):
            self.now_ns += TICK_NS
            while self.conversation.motion.advance(self.conversation.shown, self.now_ns):
                pass
            is_paced = self.turn_until_rest() > LOOK_NS * 1e-9
        return is_paced

    def turn_until_rest(self) -> float:
        """Let the frame loop take all turns that are due; return how long it would rest then."""
        while (rest_s := self.loop.turn()) == 0:
            pass
        return rest_s

    @property
    def frames(self) -> int:
        """Frames of a that were published."""
        return self.conversation.participants[0].frames_published
