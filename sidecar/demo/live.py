"""The first pass: play the dialogue in real time, as an engine would, and measure what a player would see."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np

from rsatalker.speech.audio import Audio
from sidecar.demo.engine import Engine
from sidecar.demo.options import chunks
from sidecar.regions.frame_ring import Frame
from sidecar.regions.host_clock import host_clock_ns
from sidecar.remote_conversation import RemoteConversation

TICK_S = 1 / 90  # of a headset's display
DISPLAYED_AFTER_S = 0.35  # from the first chunk sent to the sound's start: two chunks and the model's look-ahead, twice
UTTERANCE_ID = 1


@dataclass(slots=True)
class LiveMeasurement:
    """What was seen while the dialogue played.

    Attributes:
        played_s: How long the sound ran.
        frames: New frames of both heads that were seen meanwhile.
        skew_ms: At each tick of the display and for each head: the sound's position less the frame's; positive: the
            picture is late.
        latency_ms: Of each new frame: from the engine's writing of a pose to a frame for it in the engine's hands.
        apart_ms: Of each new frame: how long after the one before it of the same head it was published.
        sent_ns: When the first chunk was sent, which is when its last sample had been spoken; 0: not yet.
        first_motion_ms: From then to the first motion that has heard it.
    """

    played_s: float = 0.0
    frames: int = 0
    skew_ms: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    apart_ms: list[float] = field(default_factory=list)
    sent_ns: int = 0
    first_motion_ms: float = nan

    @property
    def frames_per_s(self) -> float:
        """New frames of one head in a second."""
        return self.frames / 2 / self.played_s if self.played_s else 0.0


def play_live(
    conversation: RemoteConversation, dialogue: Audio, seconds: float, advance: Callable[[float], object]
) -> LiveMeasurement:
    """Stream the dialogue as fast as it is spoken, play it, and return what was seen.

    Args:
        conversation: Fresh, with frames.
        dialogue: Two voices.
        seconds: How long to play.
        advance: Called with the seconds played so far, for a progress display.
    """
    seconds = min(seconds, dialogue.duration_s)
    engine, measured = Engine(conversation, UTTERANCE_ID), LiveMeasurement()
    speaker = threading.Thread(
        target=_speak, args=(conversation, dialogue, seconds, measured), name="speaker", daemon=True
    )
    engine.play(round(-DISPLAYED_AFTER_S * 1e6), rate=0.0)
    begun_ns = host_clock_ns()
    speaker.start()
    sound_ns = begun_ns + round(DISPLAYED_AFTER_S * 1e9)
    shown: list[Frame | None] = [None, None]
    counts = [0, 0]
    for tick in range(round((seconds + DISPLAYED_AFTER_S) / TICK_S)):
        time.sleep(max(0.0, begun_ns / 1e9 + tick * TICK_S - host_clock_ns() / 1e9))
        position_us = (host_clock_ns() - sound_ns) // 1000
        engine.play(position_us, rate=1.0, moving_s=tick * TICK_S)
        _look(conversation, engine, measured, shown, counts, sound_ns)
        _note_first_motion(engine, measured)
        advance(max(0.0, position_us / 1e6))
    measured.played_s = seconds
    speaker.join()
    return measured


def _look(
    conversation: RemoteConversation,
    engine: Engine,
    measured: LiveMeasurement,
    shown: list[Frame | None],
    counts: list[int],
    sound_ns: int,
) -> None:
    """Take each head's frame if there is a new one, as an engine does once a display frame, and compare its time."""
    for head, reader in enumerate(conversation.frames):
        before = shown[head]
        frame = before
        if reader.published_count != counts[head]:
            counts[head] = reader.published_count
            frame = reader.latest() or before
        shown[head] = frame
        now_ns = host_clock_ns()
        if frame is None or frame.header.utterance_id != UTTERANCE_ID or now_ns < sound_ns:
            continue
        measured.skew_ms.append((now_ns - sound_ns) / 1e6 - frame.header.media_us / 1e3)
        if before is None or frame.header.frame_number != before.header.frame_number:
            measured.frames += 1
            if before is not None:
                measured.apart_ms.append((frame.published_ns - before.published_ns) / 1e6)
            if written_ns := engine.written_ns.get(frame.header.pose_id):
                measured.latency_ms.append((now_ns - written_ns) / 1e6)


def _note_first_motion(engine: Engine, measured: LiveMeasurement) -> None:
    if not isnan(measured.first_motion_ms):
        return
    engine.read_motion()
    spoken = [i for i in engine.instants if i.heads[0].utterance_id == UTTERANCE_ID]
    if spoken:
        measured.first_motion_ms = (spoken[0].published_ns - measured.sent_ns) / 1e6


def _speak(conversation: RemoteConversation, dialogue: Audio, seconds: float, measured: LiveMeasurement) -> None:
    """Stream the voices in real time, chunk by chunk, as a text-to-speech engine would."""
    spoken = _in_real_time(dialogue, seconds, measured)
    conversation.stream_audio(spoken, dialogue.sample_rate_hz, "both", UTTERANCE_ID)


def _in_real_time(dialogue: Audio, seconds: float, measured: LiveMeasurement) -> Iterator[np.ndarray]:
    begun_s, sent_s = time.monotonic(), 0.0
    for chunk in chunks(dialogue):
        if sent_s > seconds:
            return
        sent_s += chunk.shape[1] / dialogue.sample_rate_hz
        time.sleep(max(0.0, begun_s + sent_s - time.monotonic()))  # it is there once it has been spoken
        measured.sent_ns = measured.sent_ns or host_clock_ns()
        yield chunk
