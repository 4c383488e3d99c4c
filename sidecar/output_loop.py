"""The thread that sends motion to other programs, at a steady rate between the ticks of the frame loop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from sidecar.clock import ClockReading
from sidecar.conversation import Conversation, State
from sidecar.conversations import Conversations
from sidecar.loop import Loop
from sidecar.network.outputs import RATE_HZ, UdpSender

REST_S = 0.05  # between looks while no conversation sends anything
LONGEST_GUESS_NS = 100_000_000  # beyond the newest reading of the clock; then the face waits for the next
FASTEST = 1.5  # microseconds of the timeline per microsecond: what the free clock does when it catches up, smoothed

log = logging.getLogger(__name__)


class GoingOn:
    """Where a head is between two readings of its clock: it goes on as fast as it went."""

    def __init__(self) -> None:
        self._reading = ClockReading(0)
        self._read_ns = 0
        self._rate = 0.0

    def at(self, reading: ClockReading, read_ns: int, now_ns: int) -> int:
        """Return the instant of the timeline at a moment of the host clock."""
        if read_ns != self._read_ns:
            passed_us = (read_ns - self._read_ns) / 1000
            moved_us = reading.timeline_us - self._reading.timeline_us
            self._rate = 0.0 if reading.stepped or passed_us <= 0 else min(max(moved_us / passed_us, 0.0), FASTEST)
            self._reading, self._read_ns = reading, read_ns
        guess_ns = min(max(now_ns - read_ns, 0), LONGEST_GUESS_NS)
        return reading.timeline_us + round(self._rate * guess_ns / 1000)


class OutputLoop(Loop):
    """Sends the motion of all conversations that have outputs.

    Args:
        conversations: Whose motion is sent.
        clock_ns: The host clock.
    """

    def __init__(self, conversations: Conversations, clock_ns: Callable[[], int]) -> None:
        super().__init__("outputs")
        self._conversations = conversations
        self._clock_ns = clock_ns
        self._sender = UdpSender()
        self._clocks: WeakKeyDictionary[Conversation, tuple[GoingOn, GoingOn]] = WeakKeyDictionary()
        self._due_ns = clock_ns()

    def turn(self) -> float:
        """Send what is due, and rest until the next packet is."""
        sending = [one for one in self._conversations.all() if not one.outputs.targets.are_none]
        for conversation in sending:
            self._send_safely(conversation)
        now_ns = self._clock_ns()
        if not sending:
            self._due_ns = now_ns
            return REST_S
        period_ns = round(1e9 / RATE_HZ)
        missed = max((now_ns - self._due_ns) // period_ns, 0)  # left out, never made up for
        self._due_ns += (missed + 1) * period_ns
        return (self._due_ns - now_ns) * 1e-9

    def stop(self) -> None:
        """End, and give the ports back."""
        super().stop()
        self._sender.close()

    def _send_safely(self, conversation: Conversation) -> None:
        """Send one conversation's motion; its trouble stays with it."""
        if conversation.state is not State.LIVE or conversation.motion.end_us < 0:
            return
        clocks = self._clocks.setdefault(conversation, (GoingOn(), GoingOn()))
        readings, read_ns, now_ns = conversation.readings, conversation.read_ns, self._clock_ns()
        try:
            for participant, (clock, reading) in enumerate(zip(clocks, readings, strict=True)):
                timeline_us = min(clock.at(reading, read_ns, now_ns), conversation.motion.end_us)
                pose = conversation.motion.pose(participant, timeline_us)
                conversation.outputs.send(participant, timeline_us, pose, self._sender.send)
        except Exception as error:
            conversation.fail(f"its motion cannot be sent ({type(error).__name__}: {error}).")
            log.exception("outputs of conversation %s failed", conversation.conversation_id)
