"""Read this: one tick of one conversation -> frames of both heads in shared memory.

What the engine says now -> which instant each head shows -> pose -> cameras -> frame, drawn straight into a slot ->
published with the pose and the time it was drawn for. Both heads and both eyes of a tick go by the same pose of the
engine, and on a CPU both heads are drawn at the same time. An instant that was shown already is not drawn again, and
heads that nobody is known to look at are drawn less often: without an engine while they are silent, with one while they
are out of its eyes' view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rsatalker.avatars.light import studio_light
from rsatalker.renderers.camera import Camera
from sidecar.clock import ClockReading
from sidecar.conversation import Conversation
from sidecar.frame_detail import FrameDetail
from sidecar.moment import Moment, moment_of
from sidecar.placement import camera_at, default_eyes, eyes_for_layers, is_in_view, moved, view_of
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter, Slot
from sidecar.regions.layout import FrameFlags
from sidecar.side_by_side import SideBySide
from sidecar.timings import Timings

WHOLE = FrameDetail(least_scale=1.0)  # of frames whose clock is stepped: time does not press them
NEARLY = 0.5  # of a tick before the next idle frame is due: it is drawn at the nearest tick


class FrameArtist:
    """Draws the heads of conversations, one conversation after the other.

    Args:
        timings: Receive how long each stage takes.
        period_ns: Between ticks.
        idle_period_ns: Between frames of a head that nobody is known to look at.
        clock_ns: The host clock.
    """

    def __init__(self, timings: Timings, period_ns: int, idle_period_ns: int, clock_ns: Callable[[], int]) -> None:
        self._timings = timings
        self._idle_after_ns = idle_period_ns - round(NEARLY * period_ns)
        self._clock_ns = clock_ns
        self._light = studio_light()
        self._side_by_side = SideBySide()

    def show(self, conversation: Conversation) -> bool:
        """Show both heads; return whether their clock is stepped by hand."""
        moment = moment_of(conversation, self._clock_ns(), self._light)
        readings = self._read_clock(conversation, moment)
        drawings: list[Callable[[], int]] = []
        for index, participant in enumerate(conversation.participants):
            shown = (readings[index].timeline_us, moment.pose_id)
            is_due = participant.shown != shown and self._is_due(conversation, index, readings, moment)
            if participant.ring is None or not is_due:
                participant.had_nothing_to_show(conversation.pace.missed)
                continue
            participant.shown, participant.drawn_ns = shown, moment.now_ns
            conversation.shown_ns = moment.now_ns
            drawings.append(partial(self._draw, conversation, index, participant.ring, readings[index], moment))
        if conversation.draws_side_by_side:
            published_ns = self._side_by_side.draw(drawings)
        else:
            published_ns = [draw() for draw in drawings]
        is_stepped = any(reading.stepped for reading in readings)
        if is_stepped:
            conversation.display_lead.rest()
        elif published_ns:  # learn how late frames are seen, from ticks at which time passes by itself
            conversation.display_lead.note(moment.now_ns, sum(published_ns) // len(published_ns))
        return is_stepped

    def _read_clock(self, conversation: Conversation, moment: Moment) -> tuple[ClockReading, ClockReading]:
        with conversation.voices.lock:
            conversation.readings = conversation.clock.advance(
                moment.now_ns, moment.playback, moment.heartbeat_ns, max(conversation.motion.end_us, 0)
            )
            conversation.read_ns = moment.now_ns
        return conversation.readings

    def _is_due(
        self, conversation: Conversation, index: int, readings: tuple[ClockReading, ClockReading], moment: Moment
    ) -> bool:
        """Return whether this tick draws a head: every one while somebody is known to look at it, else some."""
        if conversation.motion.end_us < 0:
            return False
        participant = conversation.participants[index]
        center, radius_m = participant.head.bounding_sphere
        if conversation.engine_attached:
            place = moved(moment.world_from_heads[index], center)
            is_watched = readings[index].stepped or not moment.views or is_in_view(moment.views, place, radius_m)
        else:
            is_watched = any(reading.utterance_id for reading in readings)
        return is_watched or moment.now_ns - participant.drawn_ns >= self._idle_after_ns

    def _begin(
        self, conversation: Conversation, index: int, ring: FrameRingWriter, reading: ClockReading, moment: Moment
    ) -> tuple[Slot, list[Camera]]:
        """Begin a frame as large as was asked, or less if time is short or nobody could see that much.

        Return where it goes and the camera of each layer, all alike in how they are oversampled.
        """
        participant, world_from_head = conversation.participants[index], moment.world_from_heads[index]
        sphere, size = participant.head.bounding_sphere, ring.largest_size
        detail, seen_scale = conversation.detail, 1.0
        if reading.stepped:
            detail = WHOLE
        else:
            place = moved(world_from_head, sphere[0])
            seen_scale = participant.seen_size.scale(moment.eyes, place, sphere[1], min(size))
        slot = ring.begin(detail.size(*size, seen_scale))
        layers, height, width = slot.depths.shape
        eyes = eyes_for_layers(moment.eyes or default_eyes(world_from_head, sphere, layers), layers)
        cameras = [camera_at(eye, world_from_head, sphere, width, height) for eye in eyes]
        oversampling = detail.oversampling(max(camera.oversampling for camera in cameras), seen_scale)
        return slot, [replace(camera, oversampling=oversampling) for camera in cameras]

    def _draw(
        self, conversation: Conversation, index: int, ring: FrameRingWriter, reading: ClockReading, moment: Moment
    ) -> int:
        """Draw one head and publish it; return when that was."""
        participant = conversation.participants[index]
        motion_pose = conversation.motion.pose(index, reading.timeline_us)
        pose = participant.fade.show(motion_pose, reading.timeline_us, moment.now_ns, exact=reading.stepped)
        world_from_head, sphere = moment.world_from_heads[index], participant.head.bounding_sphere
        slot, cameras = self._begin(conversation, index, ring, reading, moment)
        drawn = participant.head.draw(
            pose, cameras, moment.light, world_from_head, slot.colors, slot.depths, reading.timeline_us * 1e-6
        )
        rendered_ns = self._clock_ns()
        participant.gaussians = drawn.gaussians
        dropped = participant.count_frame(conversation.pace.missed)
        header = FrameHeader(
            frame_number=participant.frame_number,
            utterance_id=reading.utterance_id,
            timeline_us=reading.timeline_us,
            media_us=reading.media_us,
            pose_id=moment.pose_id,
            requested_ns=moment.now_ns,
            rendered_ns=rendered_ns,
            views=tuple(view_of(camera, world_from_head, sphere) for camera in cameras),
            world_from_head=world_from_head,
            flags=(FrameFlags(0) if reading.utterance_id else FrameFlags.IDLE)
            | (FrameFlags.DROPPED_BEFORE if dropped else FrameFlags(0)),
            pose=pose,
        )
        ring.publish(slot, header)
        published_ns = self._clock_ns()
        self._timings.add("mesh", drawn.mesh_ms)
        self._timings.add("gaussians", drawn.gaussians_ms)
        self._timings.add("frame", drawn.frame_ms)
        self._timings.add("publish", (published_ns - rendered_ns) * 1e-6)
        return published_ns
