"""The demo's stand-in for an engine: one conversation, its playback clock, and what is read of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion
from sidecar.demo.scene import sway_m, viewer, world_from_heads
from sidecar.errors import FrameRingError
from sidecar.regions.engine_region import EngineState, Playback
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.motion_ring import MotionInstant
from sidecar.remote_conversation import RemoteConversation

LOOK_S = 0.001  # between looks for a frame
PATIENCE_S = 20.0  # longest wait for one frame; the reference renderer takes a few seconds
BEAT_S = 0.1  # between two writes while waiting, so that the sidecar knows that the engine lives


class Engine:
    """Writes eye and playback position, as a plugin does, and keeps the motion of both heads.

    Args:
        conversation: Of which the engine plays one utterance.
        utterance_id: That utterance.
    """

    def __init__(self, conversation: RemoteConversation, utterance_id: int) -> None:
        self.written_ns: dict[int, int] = {}  # by pose_id: when the engine wrote that pose
        self._conversation = conversation
        self._utterance_id = utterance_id
        self._pose_id = 0
        self._anchors = world_from_heads()
        self._instants: list[MotionInstant] = []

    def play(self, position_us: int, rate: float, moving_s: float = 0.0) -> None:
        """Tell the sidecar what is heard now.

        Args:
            position_us: On the utterance's own audio; negative before its start.
            rate: 1 while playing, 0 while the position is stepped by hand.
            moving_s: How long the viewer's head has been swaying; 0 while it stands still.
        """
        if moving_s or self._pose_id == 0:
            self._pose_id += 1
        now_ns = host_clock_ns()
        self.written_ns[self._pose_id] = now_ns
        self._conversation.engine.write(
            EngineState(
                pose_id=self._pose_id,
                eyes=(viewer(sway_m(moving_s)),),
                world_from_head=self._anchors,
                playbacks=(Playback(self._utterance_id, position_us, now_ns, rate),),
            )
        )

    def frames_at(self, timeline_us: int, position_us: int) -> list[Frame]:
        """Step to a position and return both heads' frames of exactly that instant.

        Raises:
            FrameRingError: They do not come; the message says what was seen instead.
        """
        self.play(position_us, rate=0.0)
        written_s = started_s = time.monotonic()
        found: list[Frame | None] = [None, None]
        seen = [0, 0]
        while True:
            for head, reader in enumerate(self._conversation.frames):
                if found[head] is None and reader.published_count != seen[head]:
                    seen[head] = reader.published_count
                    found[head] = _frame_of(reader, timeline_us)
            frames = [frame for frame in found if frame is not None]
            if len(frames) == len(found):
                return frames
            now_s = time.monotonic()
            if now_s - started_s > PATIENCE_S:
                raise FrameRingError(self._missing(timeline_us))
            if now_s - written_s > BEAT_S:
                self.play(position_us, rate=0.0)
                written_s = now_s
            time.sleep(LOOK_S)

    def read_motion(self) -> int:
        """Take over the motion that is new in shared memory; return the time of its end on the timeline, -1: none."""
        since = self._instants[-1].index if self._instants else 0
        self._instants += self._conversation.motion.instants(since)
        return self._instants[-1].timeline_us if self._instants else -1

    @property
    def instants(self) -> Sequence[MotionInstant]:
        """Everything that `read_motion` took over."""
        return self._instants

    def motion_of(self, head: int, start_us: int, end_us: int) -> FlameMotion:
        """Return one head's motion between two instants of the timeline, counted from the first."""
        chosen = [instant for instant in self._instants if start_us <= instant.timeline_us <= end_us]
        poses = [instant.heads[head].pose for instant in chosen]
        space = self._conversation.motion.expression_space
        return FlameMotion.of(poses, chosen[0].timeline_us - start_us, MOTION_RATE_HZ, space)

    def _missing(self, timeline_us: int) -> str:
        newest = [reader.latest() for reader in self._conversation.frames]
        shown = " and ".join(str(frame.header.timeline_us) if frame else "none" for frame in newest)
        return f"No frames of instant {timeline_us} us within {PATIENCE_S:.0f} s; the newest show {shown} us."


def _frame_of(reader: FrameRingReader, timeline_us: int) -> Frame | None:
    """Return the newest frame if it shows that instant, to the microsecond that rounding may cost."""
    frame = reader.latest()
    return frame if frame is not None and abs(frame.header.timeline_us - timeline_us) <= 1 else None


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile; NaN if there are no values."""
    if not values:
        return float("nan"), float("nan")
    middle, high = np.percentile(np.asarray(values), (50, 95))
    return float(middle), float(high)
