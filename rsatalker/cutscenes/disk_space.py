"""How much room a scene's files take, as far as one can say before."""

from __future__ import annotations

import shutil
from pathlib import Path

from rsatalker.cutscenes.script import Output, Stereo

# Bytes a pixel and picture that the formats take with two heads in the picture, rounded up; measured on the gallery.
BYTES_PER_PIXEL = {"mp4": 0.08, "av1": 0.05, "prores": 1.1, "qtrle": 1.9, "png": 0.8, "exr": 2.6}
LAYERED_EXR = 2.4  # times as large with a layer for each head
BYTES_PER_SECOND = 1_000_000  # of sound and motion, whatever the formats


def estimated_bytes(output: Output, stereo: Stereo | None, frames: int) -> int:
    """Return about how many bytes so many frames take."""
    pixels = output.width * output.height * (1 if stereo is None else 2) * frames
    total = sum(BYTES_PER_PIXEL.get(kind, 0.0) for kind in output.formats)
    if "exr" in output.formats and output.layers:
        total += BYTES_PER_PIXEL["exr"] * (LAYERED_EXR - 1)
    videos = sum(BYTES_PER_PIXEL[kind] for kind in ("mp4", "av1", "prores", "qtrle") if kind in output.formats)
    return round(pixels * (total + videos) + float(frames / output.frame_rate) * BYTES_PER_SECOND)  # segments and file


def free_bytes(folder: Path) -> int:
    """Return the bytes that the disk of a folder has left."""
    return shutil.disk_usage(folder).free


def megabytes(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
