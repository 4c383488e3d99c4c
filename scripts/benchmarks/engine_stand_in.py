"""An engine without a picture: plays a dialogue, says where its eyes and its sound are, and takes frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rsatalker.speech.audio import Audio
    from sidecar.regions.blocks import View
    from sidecar.regions.frame_ring import Frame
    from sidecar.remote_conversation import RemoteConversation

PAUSE_S = 0.4  # between two utterances
START_S = 0.05  # from the first motion to the sound: what an audio system needs to begin
KEPT_POSES = 2000  # whose time of writing is remembered


@dataclass(slots=True)
class Seen:
    """What was seen of one conversation.

    Attributes:
        frames: New frames, both heads together.
        published_ms: From writing a pose to a frame of it in shared memory, of each new frame.
        taken_ms: From writing a pose to the tick of the display that takes a frame of it.
        skew_ms: Position of the sound less the picture's, each head at each tick; above 0: the picture is late.
        instants: Instants of motion that came.
        least_lead_ms: Shortest motion ahead of the sound.
        width: Of the newest frame, pixels.
    """

    frames: int = 0
    published_ms: list[float] = field(default_factory=list[float])
    taken_ms: list[float] = field(default_factory=list[float])
    skew_ms: list[float] = field(default_factory=list[float])
    instants: int = 0
    least_lead_ms: float = float("inf")
    width: int = 0


class EngineStandIn:
    """One conversation as an engine drives it; `tick` once for every frame of the display.

    Args:
        conversation: Fresh; closed by whoever made it.
        dialogue: Two voices, said again and again.
        sound_rate: Seconds of sound in a second of the host clock: 1.0002 is a sound card that runs 200 ppm fast.
    """

    def __init__(self, conversation: RemoteConversation, dialogue: Audio, sound_rate: float = 1.0) -> None:
        self.seen = Seen()
        self._conversation = conversation
        self._dialogue = dialogue
        self._sound_rate = sound_rate
        self._pose_id = 0
        self._written_ns: dict[int, int] = {}
        self._utterance_id = 0
        self._duration_us = 0
        self._sound_ns: int | None = None  # host clock: when the sound began
        self._over_ns = 0
        self._newest: list[Frame | None] = [None, None]
        self._spare: list[Frame | None] = [None, None]
        self._counts = [0, 0]
        self._instant = 0

    def tick(self, now_ns: int, moving_s: float) -> None:
        """Play what is to be played, say where the eyes will be, and take what has come."""
        self._play(now_ns)
        position_us = self._position_us(now_ns)
        self._write(now_ns, moving_s, position_us)
        self._take_motion(now_ns, position_us)
        for head in (0, 1):
            self._take_frame(head, now_ns, position_us)

    def _play(self, now_ns: int) -> None:
        """Say the dialogue again when it is over; begin the sound once the first motion of it is there."""
        position_us = self._position_us(now_ns)
        if position_us is not None and position_us > self._duration_us:
            self._utterance_id, self._sound_ns, self._over_ns = 0, None, now_ns
        if self._utterance_id == 0 and now_ns - self._over_ns >= PAUSE_S * 1e9:
            spoken = self._conversation.speak(self._dialogue.samples, self._dialogue.sample_rate_hz, "both")
            self._utterance_id, self._duration_us = spoken.utterance_id, spoken.duration_us

    def _position_us(self, now_ns: int) -> int | None:
        if self._sound_ns is None:
            return None
        return round((now_ns - self._sound_ns) * self._sound_rate / 1000)

    def _write(self, now_ns: int, moving_s: float, position_us: int | None) -> None:
        from sidecar.regions.engine_region import EngineState, Playback

        self._pose_id += 1
        self._written_ns[self._pose_id] = now_ns
        self._written_ns.pop(self._pose_id - KEPT_POSES, None)
        playbacks = () if position_us is None else (Playback(self._utterance_id, position_us, now_ns, 1.0),)
        anchors = self._conversation.world_from_heads
        self._conversation.engine.write(EngineState(self._pose_id, eyes(moving_s), anchors, playbacks=playbacks))

    def _take_motion(self, now_ns: int, position_us: int | None) -> None:
        instants = self._conversation.motion.instants(self._instant)
        if not instants:
            return
        self._instant = instants[-1].index
        self.seen.instants += len(instants)
        newest = instants[-1].heads[0]
        if newest.utterance_id != self._utterance_id or self._utterance_id == 0:
            return
        if self._sound_ns is None:
            self._sound_ns = now_ns + round(START_S * 1e9)
        elif position_us is not None and newest.media_us < self._duration_us - 1_000_000:
            self.seen.least_lead_ms = min(self.seen.least_lead_ms, (newest.media_us - position_us) / 1000)

    def _take_frame(self, head: int, now_ns: int, position_us: int | None) -> None:
        reader, seen = self._conversation.frames[head], self.seen
        if reader.published_count != self._counts[head]:
            self._counts[head] = reader.published_count
            frame = reader.latest(self._spare[head])
            if frame is not None:
                self._spare[head], self._newest[head] = self._newest[head], frame
                seen.frames, seen.width = seen.frames + 1, frame.colors.shape[2]
                if written_ns := self._written_ns.get(frame.header.pose_id):
                    seen.published_ms.append((frame.published_ns - written_ns) / 1e6)
                    seen.taken_ms.append((now_ns - written_ns) / 1e6)
        newest = self._newest[head]
        if newest and position_us is not None and newest.header.utterance_id == self._utterance_id:
            seen.skew_ms.append((position_us - newest.header.media_us) / 1000)


def eyes(moving_s: float) -> tuple[View, View]:
    """Return both eyes of a viewer who sways before the two heads."""
    import numpy as np

    from sidecar.demo.scene import sway_m, viewer

    middle = viewer(sway_m(moving_s))
    both: list[View] = []
    for side_m in (0.0315, -0.0315):
        pose = np.array(middle.camera_from_world)
        pose[0, 3] += side_m
        both.append(type(middle)(pose, middle.tangents, middle.near_m, middle.far_m))
    return both[0], both[1]


def percentiles(values: Sequence[float], digits: int = 1) -> str:
    """Return median, 95th and 99th percentile for a table; a dash without values."""
    import numpy as np

    if not values:
        return "-"
    return " / ".join(f"{value:.{digits}f}" for value in np.percentile(np.asarray(values), (50, 95, 99)))


def spoken_sample(seconds: float) -> Audio:
    """Return the beginning of the sample dialogue."""
    from importlib import resources

    from rsatalker.speech.audio import Audio, read_audio

    with resources.as_file(resources.files("rsatalker.samples") / "dialogue.wav") as path:
        dialogue = read_audio(path)
    return Audio(dialogue.samples[:, : round(seconds * dialogue.sample_rate_hz)], dialogue.sample_rate_hz)
