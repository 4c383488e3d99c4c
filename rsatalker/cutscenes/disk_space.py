"""How much room a scene's files take, as far as one can say before, and how much is missing on a disk that is full."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rsatalker.cutscenes.script import Cutscene, Output, Stereo
from rsatalker.exports.segments import CODECS

# Bytes a pixel and picture that the formats take with two heads in the picture, rounded up; measured on the gallery.
BYTES_PER_PIXEL = {"mp4": 0.08, "av1": 0.05, "prores": 1.1, "qtrle": 1.9, "png": 0.8, "exr": 2.6}
LAYERED_EXR = 2.4  # times as large with a layer for each head
BYTES_PER_SECOND = 1_000_000  # of sound and motion, whatever the formats


VIDEOS = tuple(CODECS)  # formats that take room twice: as segments and as a file


@dataclass(frozen=True, slots=True)
class Finished:
    """What a render has written.

    Attributes:
        frames: In finished chunks.
        chunk_bytes: Of those chunks.
        video_bytes: Of each format's segments in them.
        other_bytes: Of motion, of sound, and of complete files that are no videos.
    """

    frames: int
    chunk_bytes: int
    video_bytes: dict[str, int]
    other_bytes: int


def estimated_bytes(output: Output, stereo: Stereo | None, frames: int) -> int:
    """Return about how many bytes so many frames take."""
    seconds = float(frames / output.frame_rate)
    videos = sum(_picture_bytes(output, stereo, kind) for kind in VIDEOS if kind in output.formats)
    return round(frames * (_frame_bytes(output, stereo) + videos) + seconds * BYTES_PER_SECOND)


def missing_bytes(cutscene: Cutscene, finished: Finished, joined: Collection[str], free: int) -> int:
    """Return about how many bytes more a render needs that a full disk has stopped; at least a megabyte.

    Frames that are finished tell better than any estimate how large the others will be.

    Args:
        cutscene: The scene.
        finished: What it has written.
        joined: Formats whose videos are complete.
        free: Bytes that the disk has left.
    """
    output, stereo, total = cutscene.output, cutscene.stereo, cutscene.frame_count if cutscene.output.is_drawn else 0
    if finished.frames:
        frame_bytes = finished.chunk_bytes / finished.frames
        videos = {kind: size / finished.frames for kind, size in finished.video_bytes.items()}
    else:
        frame_bytes = _frame_bytes(output, stereo)
        videos = {kind: _picture_bytes(output, stereo, kind) for kind in VIDEOS if kind in output.formats}
    needed = frame_bytes * (total - finished.frames)
    needed += total * sum(size for kind, size in videos.items() if kind not in joined)
    needed += max(float(cutscene.duration_s) * BYTES_PER_SECOND - finished.other_bytes, 0.0)
    return max(round(needed) - free, 1_000_000)


def _frame_bytes(output: Output, stereo: Stereo | None) -> float:
    """Return about how many bytes of a chunk are one frame's."""
    return sum(_picture_bytes(output, stereo, kind) for kind in output.formats)


def _picture_bytes(output: Output, stereo: Stereo | None, kind: str) -> float:
    """Return about how many bytes a format takes for a frame."""
    pixels = output.width * output.height * (1 if stereo is None else 2)
    layered = LAYERED_EXR if kind == "exr" and output.layers else 1.0
    return BYTES_PER_PIXEL.get(kind, 0.0) * layered * pixels


def free_bytes(folder: Path) -> int:
    """Return the bytes that the disk of a folder has left."""
    return shutil.disk_usage(folder).free


def megabytes(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
