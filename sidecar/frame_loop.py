"""Read this: frame -> shared memory at a steady rate.

One thread. At each tick, for each conversation: what the engine says now -> which instant each head shows -> pose ->
cameras -> frame, drawn straight into a slot of shared memory -> published with the pose and the time it was drawn for.
A tick that comes too late is left out, never made up for. An instant that was shown already is not drawn again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light, studio_light
from sidecar.clock import ClockReading, PlaybackPosition
from sidecar.conversation import Conversation, Participant, State
from sidecar.conversations import Conversations
from sidecar.errors import FrameRingError
from sidecar.placement import camera_at, default_eyes, eyes_for_layers, is_anchor, view_of
from sidecar.regions.engine_region import EngineState
from sidecar.regions.frame_ring import FrameHeader
from sidecar.regions.layout import BEAT_MS, FrameFlags, RegionState
from sidecar.timings import Timings

LOOK_S = 0.002  # until the next look while all clocks stand: a client that steps waits no longer than this
SETTLED_M = 0.001  # anchors that moved by less, in any entry, are where they were

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """What one tick of one conversation goes by; all frames of it carry the same pose.

    Attributes:
        now_ns: Of the host clock.
        pose_id: Of the engine's eyes; 0: no engine says where they are.
        eyes: Positions in world space; empty: a default eye in front of each face.
        world_from_heads: Where both heads stand.
        light: Of the scene.
        playback: Where the engine is in each utterance that it plays.
        heartbeat_ns: When the engine was heard last.
    """

    now_ns: int
    pose_id: int
    eyes: tuple[Float32[np.ndarray, "3"], ...]
    world_from_heads: Float32[np.ndarray, "2 4 4"]
    light: Light
    playback: dict[int, PlaybackPosition]
    heartbeat_ns: int


class FrameLoop:
    """Draws all heads of all conversations until it is stopped."""

    def __init__(
        self, conversations: Conversations, timings: Timings, frame_rate_hz: int, clock_ns: Callable[[], int]
    ) -> None:
        self._conversations = conversations
        self._timings = timings
        self._period_ns = round(1e9 / frame_rate_hz)
        self._clock_ns = clock_ns
        self._light = studio_light()
        self._beaten_ns = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the frame that is being drawn."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        due_ns = self._clock_ns()
        while not self._stop.is_set():
            is_paced = self.tick()
            now_ns = self._clock_ns()
            if not is_paced:
                due_ns = now_ns
                self._stop.wait(LOOK_S)
                continue
            missed = max((now_ns - due_ns) // self._period_ns, 0)
            due_ns += (missed + 1) * self._period_ns
            self._count_missed(missed)
            self._stop.wait((due_ns - now_ns) * 1e-9)

    def tick(self) -> bool:
        """Show every conversation once; return whether any moves by itself and so wants the next tick on time."""
        started = time.perf_counter()
        shown = [self._show_safely(conversation) for conversation in self._conversations.all()]
        self._beat()
        if any(shown):
            self._timings.add("tick", (time.perf_counter() - started) * 1e3)
        return any(shown)

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
        moment = self._moment(conversation)
        readings = self._read_clock(conversation, moment)
        for index, participant in enumerate(conversation.participants):
            self._beat()
            if participant.ring and conversation.motion.end_us >= 0:
                self._draw(conversation, index, participant, readings[index], moment)
        return not any(reading.stepped for reading in readings)

    def _draw(
        self,
        conversation: Conversation,
        index: int,
        participant: Participant,
        reading: ClockReading,
        moment: Moment,
    ) -> None:
        """Draw one head and publish it, unless its newest frame shows the same."""
        shown = (reading.timeline_us, moment.pose_id)
        if participant.ring is None or participant.shown == shown:
            return
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
        self._timings.add("publish", (self._clock_ns() - rendered_ns) * 1e-6)

    def _read_clock(self, conversation: Conversation, moment: Moment) -> tuple[ClockReading, ClockReading]:
        with conversation.voices.lock:
            conversation.readings = conversation.clock.advance(
                moment.now_ns, moment.playback, moment.heartbeat_ns, max(conversation.motion.end_us, 0)
            )
        return conversation.readings

    def _moment(self, conversation: Conversation) -> Moment:
        """Return what this tick goes by: the engine's newest state, or defaults for what it does not say."""
        now_ns = self._clock_ns()
        engine = self._engine_state(conversation)
        if engine is None:
            return Moment(now_ns, 0, (), conversation.world_from_heads, self._light, {}, 0)
        self._follow_anchors(conversation, engine)
        beaten_ns = now_ns - round(conversation.regions.engine.heartbeat_age_s * 1e9)
        return Moment(
            now_ns=now_ns,
            pose_id=engine.pose_id,
            eyes=tuple(_position(eye.camera_from_world) for eye in engine.eyes),
            world_from_heads=conversation.world_from_heads,
            light=engine.light or self._light,
            playback={
                entry.utterance_id: PlaybackPosition(entry.position_us, entry.at_ns, entry.rate)
                for entry in engine.playbacks
            },
            heartbeat_ns=beaten_ns,
        )

    def _engine_state(self, conversation: Conversation) -> EngineState | None:
        """Return the engine's newest state; None before the first and after the engine has left."""
        region = conversation.regions.engine
        try:
            conversation.engine_attached = not region.writer_is_lost
            conversation.engine = None if region.state == RegionState.STOPPING else region.latest()
        except FrameRingError as error:
            conversation.warning = str(error)
        return conversation.engine

    def _follow_anchors(self, conversation: Conversation, engine: EngineState) -> None:
        """Take over where the engine says that the heads stand."""
        if np.abs(engine.world_from_head - conversation.world_from_heads).max() < SETTLED_M:
            return
        if not all(is_anchor(anchor) for anchor in engine.world_from_head):
            conversation.warning = (
                "world_from_head in the engine region is not a rotation and a shift for both heads, so it is ignored; "
                "write rigid 4 x 4 matrices without scale."
            )
            return
        conversation.world_from_heads = engine.world_from_head.copy()
        conversation.motion.place(conversation.world_from_heads)

    def _beat(self) -> None:
        """Show in all regions that the sidecar lives, twice as often as readers ask for."""
        now_ns = self._clock_ns()
        if now_ns - self._beaten_ns < BEAT_MS * 1_000_000 // 2:
            return
        self._beaten_ns = now_ns
        for conversation in self._conversations.all():
            conversation.beat()

    def _count_missed(self, missed: int) -> None:
        if missed:
            for conversation in self._conversations.all():
                conversation.ticks_missed += missed


def _position(camera_from_world: Float32[np.ndarray, "4 4"]) -> Float32[np.ndarray, "3"]:
    """Return the centre of projection of an eye in world space."""
    return -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
