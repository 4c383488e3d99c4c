"""What the process that renders tells."""

import io
from pathlib import Path

import pytest
from PIL import Image

from sidecar.cutscenes.background_render import Telling, render
from sidecar.cutscenes.film import FilmProgress, FilmState
from sidecar.cutscenes.job import CutsceneJob, Told

pytestmark = pytest.mark.unit


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_line_is_read_as_it_was_written():
    for told in (Told("motion"), Told("frames", 0, 6, 12, b"\xff\xd8"), Told(files=()), Told(error="E", message="m")):
        assert Told.of_line(told.line()) == told


def test_time_left_follows_from_the_frames_drawn_so_far(tmp_path: Path):
    clock, told = Clock(), list[Told]()
    telling = Telling(told.append, clock)
    telling.motion(0.5, 1.0)
    telling.motion(1.0, 1.0)
    telling.frames(10, 40, None)  # ten were kept
    clock.now_s += 2.0
    Image.new("RGB", (640, 360), "red").save(tmp_path / "still.jpg")
    telling.frames(20, 40, tmp_path / "still.jpg")
    telling.writing("mp4")
    telling.writing("wav")
    assert [one.stage for one in told] == ["motion", "frames", "frames", "files"]
    assert [one.eta_ms for one in told] == [0, 0, 4000, 0]
    assert Image.open(io.BytesIO(told[2].still)).size == (320, 180)


def test_error_is_told_with_its_kind(tmp_path: Path):
    told: list[Told] = []
    job = CutsceneJob("seed = -1", "sent", "cutscene", str(tmp_path), str(tmp_path), str(tmp_path / "out"))
    render(job, told.append)
    assert [one.error for one in told] == ["ScriptError"]
    assert told[0].message.startswith("sent:1: ")


def test_progress_keeps_what_is_not_mentioned():
    progress = FilmProgress(FilmState.RENDERING).after(Told("frames", 3, 6, 7, b"still"))
    later = progress.after(Told("files"))
    assert (later.stage, later.frames_done, later.frames_total, later.still) == ("files", 3, 6, b"still")
    assert later.still is progress.still
