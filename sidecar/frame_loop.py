"""Read this: frame -> shared memory at a steady rate.

One thread. At each tick, for each conversation: what the engine says now -> which instant each head shows -> pose ->
cameras -> frame, drawn straight into a slot of shared memory -> published with the pose and the time it was drawn for.
A tick that comes too late is left out, never made up for. An instant that was shown already is not drawn again, and
heads that nobody is known to look at are drawn less often while they are silent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from rsatalker.avatars.light import studio_light
from sidecar.clock import ClockReading
from sidecar.conversation import Conversation, Participant, State
from sidecar.conversations import Conversations
from sidecar.loop import Loop
from sidecar.moment import Moment, moment_of
from sidecar.placement import camera_at, default_eyes, eyes_for_layers, view_of
from sidecar.regions.frame_ring import FrameHeader
from sidecar.regions.layout import FrameFlags
from sidecar.timings import Timings

LOOK_S = (
    0.002  # until the next look while all clocks are stepped by hand: a client that steps waits no longer than this
)

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
        self._idle_period_ns = round(1e9 / idle_frame_rate_hz)
        self._clock_ns = clock_ns
        self._due_ns = clock_ns()
        self._light = studio_light()

    def turn(self) -> float:
        """Tick, and rest until the next tick is due."""
        is_paced = self.tick()
        now_ns = self._clock_ns()
        if not is_paced:
            self._due_ns = now_ns
            return LOOK_S
        missed = max((now_ns - self._due_ns) // self._period_ns, 0)
        self._due_ns += (missed + 1) * self._period_ns
        self._count_missed(missed)
        return (self._due_ns - now_ns) * 1e-9

    def tick(self) -> bool:
        """Show every conversation once; return False if all are stepped by hand and wait for no time to pass."""
        started = time.perf_counter()
        stepped = [self._show_safely(conversation) for conversation in self._conversations.all()]
        is_paced = not (stepped and all(stepped))
        if stepped and is_paced:
            self._timings.add("tick", (time.perf_counter() - started) * 1e3)
        return is_paced

    def _show_safely(self, conversation: Conversation) -> bool:
        """Show one conversation; its trouble stays with it."""
        with conversation.frame_lock:
            if conversation.state is not State.LIVE:
                return False
            try:
                return self._show(conversation)
            except Exception as error:
                conversation.fail(f"its frames cannot be drawn ({type(error).__name__}: {error}).")
                log.exception("frames of conversation %s failed", conversation.conversation_id)
                return False

    def _show(self, conversation: Conversation) -> bool:
        """Show one conversation; return whether its clock is stepped by hand."""
        moment = moment_of(conversation, self._clock_ns(), self._light)
        readings = self._read_clock(conversation, moment)
        if conversation.motion.end_us >= 0 and self._is_due(conversation, readings, moment.now_ns):
            conversation.shown_ns = moment.now_ns
            published_ns = [
                self._draw(conversation, index, participant, readings[index], moment)
                for index, participant in enumerate(conversation.participants)
            ]
            self._note_lead(conversation, readings, moment, [time_ns for time_ns in published_ns if time_ns])
        return any(reading.stepped for reading in readings)

    def _note_lead(
        self,
        conversation: Conversation,
        readings: tuple[ClockReading, ClockReading],
        moment: Moment,
        published_ns: list[int],
    ) -> None:
        """Learn how late frames are seen, from ticks at which time passes by itself."""
        if any(reading.stepped for reading in readings):
            conversation.display_lead.rest()
        elif published_ns:
            conversation.display_lead.note(moment.now_ns, sum(published_ns) // len(published_ns))

    def _is_due(self, conversation: Conversation, readings: tuple[ClockReading, ClockReading], now_ns: int) -> bool:
        """Return whether this tick draws: every one while somebody speaks or an engine looks, else some."""
        if conversation.engine_attached or any(reading.utterance_id for reading in readings):
            return True
        return now_ns - conversation.shown_ns >= self._idle_period_ns - self._period_ns // 2

    def _draw(
        self,
        conversation: Conversation,
        index: int,
        participant: Participant,
        reading: ClockReading,
        moment: Moment,
    ) -> int | None:
        """Draw one head and publish it, unless its newest frame shows the same; return when that was."""
        shown = (reading.timeline_us, moment.pose_id)
        if participant.ring is None or participant.shown == shown:
            return None
        participant.shown = shown
        motion_pose = conversation.motion.pose(index, reading.timeline_us)
        pose = participant.fade.show(motion_pose, reading.timeline_us, moment.now_ns, exact=reading.stepped)
        world_from_head, sphere = moment.world_from_heads[index], participant.head.bounding_sphere
        slot = participant.ring.begin()
        layers, height, width = slot.depths.shape
        eyes = eyes_for_layers(moment.eyes or default_eyes(world_from_head, sphere, layers), layers)
        cameras = [camera_at(eye, world_from_head, sphere, width, height) for eye in eyes]
        drawn = participant.head.draw(pose, cameras, moment.light, world_from_head, slot.colors, slot.depths)
        rendered_ns = self._clock_ns()
        participant.frames_published += 1
        header = FrameHeader(
            frame_number=participant.frames_published,
            utterance_id=reading.utterance_id,
            timeline_us=reading.timeline_us,
            media_us=reading.media_us,
            pose_id=moment.pose_id,
            requested_ns=moment.now_ns,
            rendered_ns=rendered_ns,
            views=tuple(view_of(camera, world_from_head, sphere) for camera in cameras),
            world_from_head=world_from_head,
            flags=FrameFlags(0) if reading.utterance_id else FrameFlags.IDLE,
            pose=pose,
        )
        participant.ring.publish(slot, header)
        self._timings.add("mesh", drawn.mesh_ms)
        self._timings.add("gaussians", drawn.gaussians_ms)
        self._timings.add("frame", drawn.frame_ms)
        published_ns = self._clock_ns()
        self._timings.add("publish", (published_ns - rendered_ns) * 1e-6)
        return published_ns

    def _read_clock(self, conversation: Conversation, moment: Moment) -> tuple[ClockReading, ClockReading]:
        with conversation.voices.lock:
            conversation.readings = conversation.clock.advance(
                moment.now_ns, moment.playback, moment.heartbeat_ns, max(conversation.motion.end_us, 0)
            )
        return conversation.readings

    def _count_missed(self, missed: int) -> None:
        if missed:
            for conversation in self._conversations.all():
                conversation.ticks_missed += missed
