"""Demands on shared memory; the readers themselves refuse every header that breaks the layout."""

from __future__ import annotations

import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import numpy as np

from demands.subject import Subject, Unmet, demand, until
from sidecar.errors import SidecarError
from sidecar.regions import layout
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import MotionInstant, MotionRingReader
from sidecar.regions.shared_memory import region_folder
from sidecar.v1 import conversation_pb2

NAME = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")
WATCHED_S = 1.0
BEATING_S = 60.0  # for a second in which no beat is late
BEAT_S = 2.5 * layout.BEAT_MS / 1000  # the oldest that a beat may be; after 500 ms a reader takes the writer for lost
STEPPED_US = (100_000, 340_000, 700_000)


@dataclass(frozen=True)
class Opened:
    """A conversation with its regions open."""

    conversation_id: str
    names: tuple[str, ...]
    frames: tuple[FrameRingReader, ...]
    motion: MotionRingReader
    engine: EngineRegionWriter
    anchors: np.ndarray


@contextmanager
def opened(subject: Subject, **more: object) -> Iterator[Opened]:
    """Give a conversation with its regions open."""
    with subject.conversation(**more) as created, ExitStack() as stack:
        names = (*created.frame_regions, created.motion_region, created.engine_region)
        try:
            yield Opened(
                created.conversation_id,
                names,
                tuple(stack.enter_context(closing(FrameRingReader(name))) for name in created.frame_regions),
                stack.enter_context(closing(MotionRingReader(created.motion_region))),
                stack.enter_context(closing(EngineRegionWriter(created.engine_region))),
                np.array(created.world_from_heads, np.float32).reshape(2, 4, 4),
            )
        except SidecarError as error:
            raise Unmet(f"expected regions as the layout says; found: {error}") from error


def regions_are_named_and_private(subject: Subject) -> None:
    """A conversation names four regions, {GUID}, which only its user may open."""
    with opened(subject) as conversation:
        demand(len(conversation.frames) == 2, "two regions of frames", len(conversation.frames))
        for name in conversation.names:
            demand(NAME.fullmatch(name) is not None, "a name {GUID} in upper case", name)
            if sys.platform != "win32":
                mode = stat.S_IMODE((region_folder() / name).stat().st_mode)
                demand(mode == 0o600, "mode 600", f"{mode:o}")


def regions_beat(subject: Subject) -> None:
    """Frames and motion beat at least every 100 ms, also while nobody speaks."""
    with opened(subject) as conversation:
        readers = (*conversation.frames, conversation.motion)

        def beats_for_a_while() -> bool:
            """Tell whether no beat is late while it is watched: a busy machine may hold one up, but not ever again."""
            ends = time.monotonic() + WATCHED_S
            while time.monotonic() < ends:
                if max(reader.heartbeat_age_s for reader in readers) >= BEAT_S:
                    return False
                time.sleep(0.01)
            return True

        expected = f"{WATCHED_S:.0f} s with a beat every {layout.BEAT_MS} ms in every region"
        until(beats_for_a_while, expected, BEATING_S)


def frames_follow_the_pose_of_the_engine(subject: Subject) -> None:
    """Frames of both heads carry the pose_id that the engine wrote last, with times in order."""
    with opened(subject) as conversation:
        conversation.engine.write(EngineState(41, (), conversation.anchors))
        for reader in conversation.frames:
            frame = until(lambda reader=reader: _frame_of_pose(reader, 41), "a frame of pose 41")
            times = (frame.header.requested_ns, frame.header.rendered_ns, frame.published_ns, host_clock_ns())
            demand(times == tuple(sorted(times)), "requested <= rendered <= published <= now", times)
            demand(frame.colors.shape == (1, 64, 64, 4), "64 x 64 pixels", frame.colors.shape)


def _frame_of_pose(reader: FrameRingReader, pose_id: int) -> Frame | None:
    frame = reader.latest()
    return frame if frame is not None and frame.header.pose_id == pose_id else None


def stepped_clock_is_shown_exactly(subject: Subject) -> None:
    """With rate 0, the frame that comes shows exactly the position that was written."""
    with opened(subject) as conversation:
        spoken = subject.call(subject.speech.Speak, subject.speak_request(conversation.conversation_id))
        for pose_id, position_us in enumerate(STEPPED_US, start=1):
            playback = Playback(spoken.utterance_id, position_us, host_clock_ns(), 0.0)

            def shown(playback: Playback = playback, pose_id: int = pose_id) -> int | None:
                conversation.engine.write(EngineState(pose_id, (), conversation.anchors, playbacks=(playback,)))
                frame = conversation.frames[0].latest()
                if frame is None or frame.header.pose_id != pose_id or frame.header.utterance_id == 0:
                    return None
                return frame.header.media_us if abs(frame.header.media_us - playback.position_us) <= 1 else None

            until(shown, f"a frame of {position_us} us of the utterance, give or take 1")


def motion_runs_ahead_in_even_steps(subject: Subject) -> None:
    """Motion of a spoken clip is in the ring, both heads, 30 instants a second."""
    with opened(subject) as conversation:
        spoken = subject.call(subject.speech.Speak, subject.speak_request(conversation.conversation_id))
        half_us = spoken.start_us + spoken.duration_us // 2
        kept: list[MotionInstant] = []

        def reaches() -> bool:
            kept.extend(conversation.motion.instants(kept[-1].index if kept else 0))
            return bool(kept) and kept[-1].timeline_us >= half_us

        until(reaches, "motion up to the middle of the clip")
        times = np.array([instant.timeline_us for instant in kept])
        steps = np.unique(np.diff(times))
        demand(bool(np.isin(steps, (33_333, 33_334)).all()), "steps of a 30th of a second", steps.tolist())
        said = [i.heads[0] for i in kept if spoken.start_us <= i.timeline_us]
        right = all(head.utterance_id == spoken.utterance_id for head in said) and len(said) > 0
        demand(right, f"utterance {spoken.utterance_id} from {spoken.start_us} us on", [h.utterance_id for h in said])


def motion_alone_has_no_frames(subject: Subject) -> None:
    """A conversation of motion alone names no regions of frames."""
    with subject.conversation(frames=conversation_pb2.FrameSetup(motion_only=True)) as created:
        demand(not created.frame_regions, "no regions of frames", list(created.frame_regions))
        demand(bool(created.motion_region), "a region of motion", "none")


def closing_says_stopping_and_removes_the_regions(subject: Subject) -> None:
    """Closing says STOPPING in every region of the sidecar and removes the names."""
    with opened(subject) as conversation:
        readers = (*conversation.frames, conversation.motion)
        subject.close(conversation.conversation_id)
        for reader in readers:
            demand(reader.state == RegionState.STOPPING, "state STOPPING", reader.state.name)
        if sys.platform != "win32":
            left = [name for name in conversation.names if (region_folder() / name).exists()]
            demand(not left, "no region left", left)
