"""The second pass: step through the dialogue picture by picture and write it to files, frame-exact."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.exports.curves import write_flame_npz, write_live_link_csv
from rsatalker.exports.images import contact_sheet, write_png
from rsatalker.exports.video import VideoWriter
from rsatalker.speech.audio import Audio
from sidecar.demo.engine import Engine
from sidecar.demo.moments import BestMoments, Moment, who_speaks
from sidecar.demo.options import chunks
from sidecar.demo.scene import Picture
from sidecar.remote_conversation import RemoteConversation

PICTURES_PER_S = 25
UTTERANCE_ID = 1
AHEAD_S = 3.0  # of motion that is made before the first picture, at full speed, which shows the real-time factor
OWN_SIDE, OTHER_SIDE = 0.9, 0.45  # gain of a voice in the ear on its head's side and in the other one
SHEET_COLUMNS, SHEET_TILE_PX = 3, 640


@dataclass(frozen=True, slots=True)
class Recording:
    """What was written and how fast it went.

    Attributes:
        files: In the order in which one would open them.
        pictures: Of the video.
        seconds: That all pictures took.
        motion_factor: Seconds of motion of both heads that were made in a second.
    """

    files: tuple[Path, ...]
    pictures: int
    seconds: float
    motion_factor: float


def record(
    conversation: RemoteConversation, dialogue: Audio, frame_px: int, out: Path, advance: Callable[[float], object]
) -> Recording:
    """Write video, contact sheet and curves of a dialogue.

    Args:
        conversation: Fresh, with square frames of one layer.
        dialogue: Two voices.
        frame_px: Width of those frames.
        out: Folder; made if it is missing.
        advance: Called with the seconds of dialogue recorded so far, for a progress display.
    """
    engine = Engine(conversation, UTTERANCE_ID)
    engine.play(-1, rate=0.0)  # before the utterance exists, so that its clock stands at the first sample
    utterance = conversation.stream_audio(chunks(dialogue), dialogue.sample_rate_hz, "both", UTTERANCE_ID)
    factor = _motion_factor(engine, min(AHEAD_S, dialogue.duration_s - 0.5))
    picture, moments = Picture(frame_px), BestMoments()
    count = int(dialogue.duration_s * PICTURES_PER_S)
    started_s = time.perf_counter()
    rate = dialogue.sample_rate_hz
    with VideoWriter(out / "demo.mp4", picture.width, picture.height, PICTURES_PER_S, rate) as video:
        video.write_sound(stereo(dialogue.samples[:, : count * rate // PICTURES_PER_S]))
        for index in range(count):
            position_us = picture_us(index)
            frames = engine.frames_at(utterance.start_us + position_us, position_us)
            engine.play(picture_us(index + 1), rate=0.0)  # the sidecar draws the next ones while these are written
            engine.read_motion()
            image = picture.compose(frames)
            video.write(image)
            time_s = position_us * 1e-6
            poses = [frame.header.pose for frame in frames]
            moments.see(Moment(time_s, poses, who_speaks(dialogue.samples, rate, time_s)), image)
            advance(time_s)
    seconds = time.perf_counter() - started_s
    write_png(out / "contact_sheet.png", contact_sheet(moments.tiles(), SHEET_COLUMNS, SHEET_TILE_PX))
    curves = _write_curves(engine, utterance.start_us, utterance.start_us + utterance.duration_us, out)
    return Recording((out / "demo.mp4", out / "contact_sheet.png", *curves), count, seconds, factor)


def picture_us(index: int) -> int:
    """Return the time of a picture on the utterance's own audio."""
    return index * 1_000_000 // PICTURES_PER_S


def stereo(voices: Float32[np.ndarray, "2 S"]) -> Float32[np.ndarray, "2 S"]:
    """Return both voices as they are heard between the heads: a rather left, b rather right, nobody on one ear only."""
    gains = np.array([[OWN_SIDE, OTHER_SIDE], [OTHER_SIDE, OWN_SIDE]], np.float32)
    mixed = gains @ voices
    return mixed / max(1.0, float(np.abs(mixed).max(initial=0.0)))


def _motion_factor(engine: Engine, ahead_s: float) -> float:
    """Wait until motion is ahead by that much and return how many seconds of it were made in a second."""
    deadline_s = time.monotonic() + 30.0
    while engine.read_motion() < ahead_s * 1e6 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    made = [instant for instant in engine.instants if instant.heads[0].utterance_id]
    if len(made) < 2 or made[-1].published_ns == made[0].published_ns:
        return float("nan")
    return (made[-1].timeline_us - made[0].timeline_us) * 1e3 / (made[-1].published_ns - made[0].published_ns)


def _write_curves(engine: Engine, start_us: int, end_us: int, out: Path) -> list[Path]:
    """Write FLAME parameters and ARKit curves of both heads; time 0 is the first sample."""
    files: list[Path] = []
    for head, name in enumerate("ab"):
        motion = engine.motion_of(head, start_us, end_us)
        files += [out / f"{name}_flame.npz", out / f"{name}_arkit.csv"]
        write_flame_npz(files[-2], motion)
        write_live_link_csv(files[-1], motion)
    return files
