"""Videos in pieces: segments that several processes encode, joined to one file with its sound without encoding again.

Each segment begins with a picture that needs no other, and none refers to another segment, so that where the pieces are
cut, and who encoded them, shows only in which pictures are key frames.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from jaxtyping import Float32, UInt8

from rsatalker.exports.full_disk import full_disk_named
from rsatalker.exports.thread_priority import ordinary_threads
from rsatalker.exports.yuv import planes_of
from rsatalker.whole_files import whole_file

SOUND_BITS_PER_S = 192_000  # of AAC; transparent for speech in stereo
X264_PARAMS = ":".join((
    # Heads that talk before a still room: a simpler search, whole blocks and many pictures that others predict take two
    # fifths less time, and 5 % more bytes for the same error.
    "me=dia:subme=0:partitions=none:weightp=0:bframes=7:b-adapt=0",
    # A piece is a second of one shot: nothing is to be found by looking ahead.
    "scenecut=0:rc-lookahead=0",
    # Macroblock trees read memory that nobody has written: the same pictures gave other bytes in another process.
    "mbtree=0",
    # Without trees, the bits that the default gives flat places make files a quarter larger.
    "aq-strength=0.4",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of video is encoded.

    Attributes:
        name: Of the encoder in FFmpeg.
        pixel_format: That it takes.
        container: Format of segment and file.
        suffix: Of the file.
        sound: Encoder of the sound.
        options: Of the encoder; `{quality}` is the constant rate factor, `{quality63}` the same on AV1's scale.
        has_alpha: Whether pictures have four channels.
    """

    name: str
    pixel_format: str
    container: str
    suffix: str
    sound: str
    options: dict[str, str]
    has_alpha: bool = False


CODECS: dict[str, Codec] = {
    # One thread each: the pieces are what is parallel, and the bytes must not depend on the number of cores.
    "mp4": Codec(
        "libx264", "yuv420p", "mp4", ".mp4", "aac",
        {"preset": "veryfast", "x264-params": X264_PARAMS, "crf": "{quality}", "threads": "1"},
    ),
    "av1": Codec(
        "libsvtav1", "yuv420p", "mp4", ".av1.mp4", "aac",
        {"preset": "8", "crf": "{quality63}", "svtav1-params": "lp=1:pred-struct=1"},  # in order: short pieces
    ),
    "prores": Codec(
        "prores_ks", "yuva444p10le", "mov", ".prores.mov", "pcm_s16le",
        {"profile": "4444", "alpha_bits": "16", "vendor": "apl0", "threads": "1"}, has_alpha=True,
    ),
    "qtrle": Codec("qtrle", "argb", "mov", ".qtrle.mov", "pcm_s16le", {"threads": "1"}, has_alpha=True),
}  # fmt: skip


class SegmentWriter:
    """Encodes pictures into one piece of a video; a context manager.

    Args:
        path: The file to write; complete when the context is left.
        codec: Key of `CODECS`.
        width: Pixels.
        height: Pixels.
        frame_rate: Pictures per second, exact.
        quality: Constant rate factor, 0 to 51.
    """

    def __init__(self, path: Path, codec: str, width: int, height: int, frame_rate: Fraction, quality: int) -> None:
        self._codec = CODECS[codec]
        if self._codec.name == "libsvtav1":  # it writes settings to stderr, and complains when it is given up
            os.environ.setdefault("SVT_LOG", "0")
        scales = {"quality": str(quality), "quality63": str(round(quality * 63 / 51))}
        options = {name: value.format(**scales) for name, value in self._codec.options.items()}
        self._container = av.open(str(path), "w", format=self._codec.container)
        self._stream: Any = self._container.add_stream(self._codec.name, rate=frame_rate, options=options)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = self._codec.pixel_format
        if not self._codec.pixel_format.endswith("rgb"):
            self._stream.codec_context.color_range = ColorRange.MPEG
            self._stream.codec_context.colorspace = Colorspace.ITU709
            self._stream.codec_context.color_primaries = ColorPrimaries.BT709
            self._stream.codec_context.color_trc = ColorTrc.BT709
        self._height = height
        self._shape = (height, width, 4) if self._codec.has_alpha else (height * 3 // 2, width)
        self._time_base = 1 / frame_rate
        self._count = 0
        self._reformatter = VideoReformatter()  # kept: a new one for each picture sets its tables up again

    def write(self, picture: UInt8[np.ndarray, "..."]) -> None:
        """Append one picture; its memory may be used for the next one at once.

        Args:
            picture: (H, W, 4) sRGB with straight alpha, top row first, where the codec has alpha; else (H * 3 / 2, W),
                as in `yuv.py`.
        """
        if picture.shape != self._shape:
            raise ValueError(f"the picture's shape is {picture.shape}; this video takes {self._shape}.")
        # Nothing is copied here: encoders copy what they keep.
        source = "rgba" if self._codec.has_alpha else self._codec.pixel_format
        picture = np.require(picture, np.uint8, ["C", "W"])
        if source == "yuv420p" and self._height % 4:
            frame = _copied(picture)
        else:
            frame = av.VideoFrame.from_numpy_buffer(picture, format=source)
        if self._codec.has_alpha and not self._codec.pixel_format.endswith("rgb"):
            frame = self._reformatter.reformat(
                frame,
                format=self._codec.pixel_format,
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
        frame.pts, frame.time_base = self._count, self._time_base
        with nullcontext() if self._count else ordinary_threads():  # the first picture opens the encoder
            packets = self._stream.encode(frame)
        self._container.mux(packets)
        self._count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()


def _copied(picture: UInt8[np.ndarray, "R W"]) -> av.VideoFrame:
    """Return a frame of a picture as in `yuv.py`; PyAV takes heights in place as multiples of four only."""
    luma, *chroma = planes_of(picture)
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    for plane, values in zip(frame.planes, (luma, *chroma), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        rows[: plane.height, : plane.width] = values
    return frame


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a video.

    Attributes:
        path: That a `SegmentWriter` wrote.
        first_frame: Of the piece in the whole video.
    """

    path: Path
    first_frame: int


def join_segments(
    path: Path,
    codec: str,
    segments: Sequence[Segment],
    frame_rate: Fraction,
    sound: Iterable[Float32[np.ndarray, "2 S"]],
    sample_rate_hz: int,
) -> None:
    """Write a video of all segments and its sound; it has its name only once it is complete.

    Picture 0 and sample 0 begin at the same moment, exactly zero.

    Args:
        path: The file to write.
        codec: Of all segments, a key of `CODECS`.
        segments: In order, without gaps; at least one.
        frame_rate: Pictures per second.
        sound: Blocks of any length, in [-1, 1].
        sample_rate_hz: Of the sound.
    """
    kind = CODECS[codec]
    with (
        whole_file(path) as draft,
        full_disk_named(path.parent),
        av.open(str(draft), "w", format=kind.container, options={"movflags": "+faststart"}) as out,
        av.open(str(segments[0].path)) as first,
    ):
        pictures = out.add_stream_from_template(first.streams.video[0], opaque=True)
        pictures.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag  # which ProRes it is
        pictures.time_base = 1 / frame_rate
        _write(out, pictures, _Sound(out, kind.sound, sound, sample_rate_hz), segments, frame_rate)


def _write(out: Any, pictures: Any, sound: _Sound, segments: Sequence[Segment], frame_rate: Fraction) -> None:
    """Mux picture packets and sound, neither more than a segment ahead of the other."""
    for segment in segments:
        sound.write_until(segment.first_frame / frame_rate)
        with av.open(str(segment.path)) as piece:
            stream = piece.streams.video[0]
            assert stream.time_base is not None
            offset = segment.first_frame / frame_rate / stream.time_base
            assert offset.denominator == 1, "a segment's clock cannot count this frame rate"
            for packet in piece.demux(stream):
                if packet.dts is None or packet.pts is None:  # the empty packet that ends a file
                    continue
                packet.pts += offset.numerator
                packet.dts += offset.numerator
                packet.stream = pictures
                out.mux(packet)
    sound.finish()


class _Sound:
    """Encodes sound as it is needed."""

    def __init__(self, out: Any, codec: str, blocks: Iterable[np.ndarray], sample_rate_hz: int) -> None:
        self._out = out
        self._stream = out.add_stream(codec, rate=sample_rate_hz)
        self._stream.layout = "stereo"
        self._is_pcm = codec.startswith("pcm")
        if not self._is_pcm:
            self._stream.bit_rate = SOUND_BITS_PER_S
        self._rate_hz = sample_rate_hz
        self._blocks: Iterator[np.ndarray] = iter(blocks)
        self._samples = 0

    def write_until(self, time_s: Fraction) -> None:
        """Write the sound up to a time, to the end of the block that holds it."""
        while self._samples < time_s * self._rate_hz:
            block = next(self._blocks, None)
            if block is None:
                return
            self._write(block)

    def finish(self) -> None:
        """Write what is left."""
        for block in self._blocks:
            self._write(block)
        self._out.mux(self._stream.encode(None))

    def _write(self, block: np.ndarray) -> None:
        clipped = np.clip(block, -1.0, 1.0)
        if self._is_pcm:
            steps = np.round(clipped.T * 32767).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(steps), format="s16", layout="stereo")
        else:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(clipped, np.float32), format="fltp", layout="stereo"
            )
        frame.sample_rate = self._rate_hz
        frame.pts, frame.time_base = self._samples, Fraction(1, self._rate_hz)
        self._out.mux(self._stream.encode(frame))
        self._samples += block.shape[1]
