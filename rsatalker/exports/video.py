"""Video files: H.264 pictures with AAC sound, both beginning at exactly zero."""

from __future__ import annotations

from contextlib import ExitStack, closing
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.whole_files import whole_file

VIDEO_OPTIONS = {"preset": "veryfast", "crf": "18"}  # 83 pictures/s at 1024x512 on two cores; visually lossless
SOUND_BITS_PER_S = 160_000  # transparent for speech in stereo


class VideoWriter:
    """Writes pictures and sound as they come; the file has its name only once it is complete.

    Use it as a context manager. Leaving the context normally finishes the file, leaving it by an exception removes what
    was written. Pictures and sound may be written in any order and in pieces of any size.

    Args:
        path: The `.mp4` to write; its folder is made if it is missing.
        width: Pixels, even (colour is stored at half resolution).
        height: Pixels, even.
        frame_rate_hz: Pictures per second.
        sample_rate_hz: Rate of the sound.
        channels: 1 or 2.
    """

    def __init__(
        self, path: Path, width: int, height: int, frame_rate_hz: int, sample_rate_hz: int = 48_000, channels: int = 2
    ) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"the video is {width}x{height} pixels; H.264 takes even sizes, so add a row or column.")
        if channels not in (1, 2):
            raise ValueError(f"the sound has {channels} channels; a video takes 1 or 2.")
        self.path = path
        with ExitStack() as stack:
            draft = stack.enter_context(whole_file(path))
            self._container = av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"})
            stack.enter_context(closing(self._container))
            self._files = stack.pop_all()
        self._pictures = self._container.add_stream("libx264", rate=frame_rate_hz, options=VIDEO_OPTIONS)
        self._pictures.width, self._pictures.height = width, height
        self._pictures.pix_fmt = "yuv420p"
        self._sound = self._container.add_stream("aac", rate=sample_rate_hz)
        self._sound.bit_rate = SOUND_BITS_PER_S
        self._sound.layout = self._layout = "stereo" if channels == 2 else "mono"
        self._channels = channels
        self._shape = (height, width, 3)
        self._picture_time = Fraction(1, frame_rate_hz)
        self._sample_time = Fraction(1, sample_rate_hz)
        self._pictures_written = 0
        self._samples_written = 0

    def write(self, picture: UInt8[np.ndarray, "H W 3"]) -> None:
        """Append one picture, sRGB, top row first."""
        if picture.shape != self._shape:
            raise ValueError(f"the picture's shape is {picture.shape}; this video takes {self._shape}.")
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self._pictures_written, self._picture_time
        self._container.mux(self._pictures.encode(frame))
        self._pictures_written += 1

    def write_sound(self, sound: Float32[np.ndarray, "channels S"]) -> None:
        """Append sound in [-1, 1]; what exceeds it is clipped."""
        if sound.shape[0] != self._channels:
            raise ValueError(f"the sound has {sound.shape[0]} channels; this video takes {self._channels}.")
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(np.clip(sound, -1.0, 1.0)), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._sample_time.denominator
        frame.pts, frame.time_base = self._samples_written, self._sample_time
        self._container.mux(self._sound.encode(frame))
        self._samples_written += sound.shape[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._files.__exit__(kind, error, traceback)
            return
        with self._files:
            if self._pictures_written == 0:
                raise ValueError(f"no picture was written to {self.path}; a video needs at least one.")
            self._container.mux(self._pictures.encode(None))
            self._container.mux(self._sound.encode(None))
