"""Draws chunks, in any process: holds avatars, renderer and background of a scene from one to the next."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import numpy as np
from jaxtyping import UInt8, UInt32
from PIL import Image

from rsatalker.avatars.cast import load_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.cutscenes.backgrounds import BackgroundPainter
from rsatalker.cutscenes.chunk import EYES, STILL_NAME, TIMES_NAME, ChunkJob, SceneSettings, segment_name
from rsatalker.cutscenes.compositing import lay_into_video, lay_over_background, unmultiply
from rsatalker.cutscenes.picture import HeadPainter, Instant, StageTimes
from rsatalker.cutscenes.pose_rows import POSE_FLOATS
from rsatalker.cutscenes.script import CUT_OUT, OPAQUE, Output, Stereo
from rsatalker.exports.exr import Layer, write_exr
from rsatalker.exports.full_disk import full_disk_named
from rsatalker.exports.segments import CODECS, SegmentWriter
from rsatalker.exports.smpte import timecode_of
from rsatalker.exports.yuv import empty_video_picture, planes_of
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.whole_files import whole_folder

STILL_WIDTH_PX = 640  # at least, where frames have as many


class DrawingStoppedError(Exception):
    """A chunk was given up between two frames, because the whole render stops."""


def never() -> bool:
    """Let every chunk be finished."""
    return False


class ChunkArtist:
    """Draws chunks of one scene; holds avatars, renderer and background between them."""

    def __init__(self, settings: SceneSettings) -> None:
        self._settings = settings
        output = settings.output
        detail = output.detail
        avatars = [load_avatar(name, detail=detail, threads=settings.threads) for name in settings.avatars]
        self._painter = HeadPainter(avatars, settings.world_from_heads, settings.renderer, settings.threads)
        self._background = BackgroundPainter(settings.background, output.width, output.height)
        self._rows_shown = self._background.rows_shown()
        views = 1 if settings.stereo is None else 2
        self._colors = np.zeros((views, output.height, output.width, 4), np.uint8)
        self._straight = np.zeros_like(self._colors)
        self._depths = np.zeros((views, output.height, output.width), np.float32)
        self._still = np.zeros((output.height, output.width, 3), np.uint8)
        self._is_opaque = any(name in OPAQUE for name in output.formats)
        self._is_cut_out = any(name in CUT_OUT and name != "exr" for name in output.formats)
        self._video = empty_video_picture(*(joined_size(output, settings.stereo) if self._is_opaque else (0, 0)))

    def warm_up(self) -> None:
        """Draw a small frame that nobody sees: kernels are compiled, or loaded from the cache."""
        camera = look_at(np.array([0, 0, 2], np.float32), np.zeros(3, np.float32), width=32, height=32)
        row = np.zeros((len(self._settings.names), POSE_FLOATS), np.float32)
        colors, depths = np.zeros((1, 32, 32, 4), np.uint8), np.zeros((1, 32, 32), np.float32)
        self._painter.draw(Instant(row, [camera], studio_light(), 0.0), colors, depths)

    def draw(self, job: ChunkJob, folder: Path, stopped: Callable[[], bool] = never) -> StageTimes:
        """Write a chunk; the folder has its name only once it is complete.

        Raises:
            DrawingStoppedError: `stopped` said so before a frame.
            OutputError: A package for a format is missing.
            OSError: The disk is full, or the like.
        """
        started, processor = time.perf_counter(), time.process_time()
        self._painter.times = times = StageTimes()
        with whole_folder(folder, shared=True) as draft:
            with full_disk_named(draft):
                self._write(job, draft, times, stopped)
            times.whole, times.processor = time.perf_counter() - started, time.process_time() - processor
            (draft / TIMES_NAME).write_text(json.dumps(asdict(times)), encoding="utf-8")
        return times

    def _write(self, job: ChunkJob, folder: Path, times: StageTimes, stopped: Callable[[], bool]) -> None:
        output, stereo = self._settings.output, self._settings.stereo
        self._background.room = job.room
        size = joined_size(output, stereo)
        with ExitStack() as stack:
            videos = {
                name: stack.enter_context(
                    SegmentWriter(folder / segment_name(name), name, *size, output.frame_rate, output.quality)
                )
                for name in output.formats
                if name in CODECS
            }
            rate = float(output.frame_rate)
            # Hair of an earlier chunk that ends where this one's lead begins would swing on: frames would depend on it.
            self._painter.settle_hair(job.rows[0], None)
            for index, row in enumerate(job.lead, job.first_frame - len(job.lead)):
                self._painter.settle_hair(row, index / rate)
            for index in range(len(job)):
                if stopped():
                    raise DrawingStoppedError
                instant = Instant(job.rows[index], job.cameras[index], job.light, (job.first_frame + index) / rate)
                self._painter.draw(instant, self._colors, self._depths)
                self._compose(instant, times)
                started, rendered = time.perf_counter(), times.rendering
                for name, video in videos.items():
                    video.write(self._video if name in OPAQUE else side_by_side(self._straight, stereo))
                if "png" in output.formats:
                    self._write_pngs(folder, index)
                if "exr" in output.formats:
                    self._write_exrs(folder, index, job.first_frame + index, instant)
                # EXRs are drawn once more, at full precision
                times.encode += time.perf_counter() - started - (times.rendering - rendered)
            started = time.perf_counter()
        times.encode += time.perf_counter() - started
        self._write_still(folder / STILL_NAME, job.cameras[-1][0])

    def _compose(self, instant: Instant, times: StageTimes) -> None:
        """Fill the picture with background and those that are cut out, whichever is asked for."""
        started = time.perf_counter()
        for view, camera in enumerate(instant.cameras):
            if self._is_opaque:
                left, top = view_corner(view, self._settings.output, self._settings.stereo)
                behind = self._background.paint(camera)
                lay_into_video(
                    _pixels(self._colors[view]), _pixels(behind), self._rows_shown, top, left, *planes_of(self._video)
                )
            if self._is_cut_out:
                unmultiply(self._colors[view], self._straight[view])
        times.background += time.perf_counter() - started

    def _write_still(self, path: Path, camera: Camera) -> None:
        """Write the frame that was drawn last, at a size that shows what it is."""
        lay_over_background(self._colors[0], self._background.paint(camera), self._rows_shown, self._still)
        still = Image.fromarray(self._still)
        still.reduce(max(1, still.width // STILL_WIDTH_PX)).save(path, quality=90)

    def _write_pngs(self, folder: Path, index: int) -> None:
        for view, frame in enumerate(self._straight):
            path = folder / "png" / _eye_folder(view, len(self._straight)) / f"{index:06d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(frame).save(path, compress_level=4)

    def _write_exrs(self, folder: Path, index: int, frame: int, instant: Instant) -> None:
        output, names = self._settings.output, self._settings.names
        timecode = timecode_of(frame, output.frame_rate)
        for view, (whole, *alone) in enumerate(self._painter.draw_layers(instant, apart=output.layers)):
            path = folder / "exr" / _eye_folder(view, len(instant.cameras)) / f"{index:06d}.exr"
            path.parent.mkdir(parents=True, exist_ok=True)
            layers: Mapping[str, Layer] = dict(zip(names, alone, strict=False))
            write_exr(path, whole, layers, timecode)
        self._painter.times.frames -= 1  # the same frame, drawn again at full precision


def joined_size(output: Output, stereo: Stereo | None) -> tuple[int, int]:
    """Return width and height of a video."""
    if stereo is None:
        return output.width, output.height
    if stereo.layout == "side-by-side":
        return 2 * output.width, output.height
    return output.width, 2 * output.height


def view_corner(view: int, output: Output, stereo: Stereo | None) -> tuple[int, int]:
    """Return the column and the row of a video at which a view begins."""
    if stereo is None or view == 0:
        return 0, 0
    return (output.width, 0) if stereo.layout == "side-by-side" else (0, output.height)


def side_by_side(views: UInt8[np.ndarray, "C H W D"], stereo: Stereo | None) -> UInt8[np.ndarray, "h w D"]:
    """Return the picture of a video from those of its eyes."""
    if stereo is None:
        return views[0]
    return np.concatenate(list(views), axis=1 if stereo.layout == "side-by-side" else 0)


def _pixels(image: UInt8[np.ndarray, "H W 4"]) -> UInt32[np.ndarray, "H W"]:
    """Return an image with each pixel's four bytes as one number; it shares its memory."""
    return image.view(np.uint32)[..., 0]


def _eye_folder(view: int, views: int) -> str:
    return "" if views == 1 else EYES[view]


_artists: dict[str, ChunkArtist] = {}  # of this process: a worker draws many chunks of one scene


def draw_chunk(job: ChunkJob, folder: Path, stopped: Callable[[], bool] = never) -> StageTimes:
    """Draw a chunk into a folder, in any process; see `ChunkArtist.draw`."""
    return _artist(job.settings).draw(job, folder, stopped)


def prepare(settings: SceneSettings) -> None:
    """Load in this process what chunks of a scene need, so that the first one is drawn as quickly as the others."""
    _artist(settings).warm_up()


def _artist(settings: SceneSettings) -> ChunkArtist:
    digest = settings.digest
    if digest not in _artists:
        _artists.clear()  # a batch goes from scene to scene
        _artists[digest] = ChunkArtist(settings)
    return _artists[digest]
