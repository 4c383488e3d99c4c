"""Videos joined from pieces are what one encoder would have made, as far as a reader can tell."""

import json
import os
import platform
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from plain_yuv import video_picture

from rsatalker.exports.segments import CODECS, Segment, SegmentWriter, join_segments

pytestmark = pytest.mark.unit

WIDTH, HEIGHT, PIECE = 96, 64, 9
CLICK = 8_000
RATES = (Fraction(24000, 1001), Fraction(24), Fraction(30000, 1001), Fraction(60), Fraction(120))


def picture(index: int, has_alpha: bool) -> np.ndarray:
    """Return a red picture whose green counts."""
    frame = np.full(
        (HEIGHT, WIDTH, 4 if has_alpha else 3), (200, 8 * index, 30, 128)[: 4 if has_alpha else 3], np.uint8
    )
    frame[:8, :8, :3] = 0
    return frame


def encoded(index: int, has_alpha: bool) -> np.ndarray:
    """Return the picture as its codec takes it."""
    return picture(index, has_alpha) if has_alpha else video_picture(picture(index, has_alpha))


def write(folder: Path, codec: str, rate: Fraction, pieces: int = 3) -> Path:
    kind = CODECS[codec]
    segments = []
    for piece in range(pieces):
        path = folder / f"{piece}{kind.suffix}"
        with SegmentWriter(path, codec, WIDTH, HEIGHT, rate, 18) as writer:
            for index in range(PIECE):
                writer.write(encoded(piece * PIECE + index, kind.has_alpha))
        segments.append(Segment(path, piece * PIECE))
    sound = np.zeros((2, round(pieces * PIECE / rate * 48_000)), np.float32)
    sound[0, CLICK] = 0.9
    joined = folder / f"whole{kind.suffix}"
    join_segments(joined, codec, segments, rate, [sound[:, :9_000], sound[:, 9_000:]], 48_000)
    return joined


@pytest.mark.parametrize("codec", list(CODECS))
@pytest.mark.parametrize("rate", RATES[:3])
def test_every_picture_is_there_at_its_exact_time(tmp_path: Path, codec: str, rate: Fraction) -> None:
    with av.open(str(write(tmp_path, codec, rate))) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert [frame.pts * stream.time_base * rate for frame in frames] == list(range(3 * PIECE))
    has_alpha = CODECS[codec].has_alpha
    for index in (0, PIECE - 1, PIECE, 3 * PIECE - 1):
        if has_alpha:
            shown = frames[index].to_ndarray(format="rgba")
        else:
            shown = frames[index].reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
        assert np.abs(shown[40, 60].astype(int) - picture(index, has_alpha)[40, 60]).max() <= 4


@pytest.mark.parametrize("codec", ["mp4", "qtrle"])
def test_sound_is_at_its_sample(tmp_path: Path, codec: str) -> None:
    with av.open(str(write(tmp_path, codec, Fraction(24)))) as container:
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
    sound = np.concatenate([part.reshape(-1, 2).T if len(part) == 1 else part for part in parts], axis=1)
    assert int(np.argmax(np.abs(sound[0].astype(float)))) == CLICK


@pytest.mark.parametrize(
    ("codec", "name", "profile", "pixels"),
    [
        ("mp4", "h264", "High", "yuv420p"),
        ("av1", "av1", "Main", "yuv420p"),
        ("prores", "prores", "4444", "yuva444p"),
        ("qtrle", "qtrle", "", "argb"),
    ],
)
def test_video_is_what_players_expect_says_ffprobe(
    tmp_path: Path, codec: str, name: str, profile: str, pixels: str
) -> None:
    if shutil.which("ffprobe") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffprobe is not installed; CI installs ffmpeg")
        pytest.skip("ffprobe is not installed")
    path = write(tmp_path, codec, RATES[0])
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    assert answer.stderr == ""
    video, sound = json.loads(answer.stdout)["streams"]
    assert video["codec_name"] == name
    assert profile in video.get("profile", "")
    assert video["pix_fmt"].startswith(pixels)
    assert (video["avg_frame_rate"], video["nb_frames"]) == ("24000/1001", str(3 * PIECE))
    assert (float(video["start_time"]), float(sound["start_time"])) == (0, 0)


MOVING = """
import hashlib, sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from plain_yuv import video_picture
from rsatalker.exports.segments import CODECS, Segment, SegmentWriter, join_segments

sound = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 32_000)).astype(np.float32)
grain = np.random.default_rng(0).uniform(-0.5, 0.5, (360, 320, 1))
y, x = np.mgrid[0:360, 0:320]
for codec, kind in CODECS.items():
    path = Path(sys.argv[1]) / f"moving{kind.suffix}"
    with SegmentWriter(path, codec, 320, 360, Fraction(24), 20) as writer:
        for index in range(16):
            ball = 80 + 60 * np.exp(-((x - 190 - 2 * index) ** 2 + (y - 90) ** 2) / 2000)
            edge = 30 * np.sin(x * 0.2 + index * 0.1) * np.exp(-((x - 290) ** 2 + (y - 180) ** 2) / 3000)
            colors = (ball + edge)[..., None] * [1, 0.8, 0.6] + grain
            if kind.has_alpha:
                colors = np.concatenate([colors, ball[..., None]], axis=-1)
            shown = np.clip(colors + 0.5, 0, 255).astype(np.uint8)
            writer.write(shown if kind.has_alpha else video_picture(shown))
    joined = path.with_name(f"joined{kind.suffix}")
    join_segments(joined, codec, [Segment(path, 0)], Fraction(24), [sound], 48_000)
    print(codec, hashlib.sha256(joined.read_bytes()).hexdigest())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc fills memory with a chosen byte")
def test_bytes_do_not_depend_on_what_memory_held_before(tmp_path: Path) -> None:
    """What an encoder reads without having written it shows: glibc fills all memory that it gives out."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", MOVING, str(tmp_path)],
            env={**os.environ, "MALLOC_PERTURB_": fill, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.splitlines()
        for fill in ("1", "85", "170")
    ]
    assert len(printed[0]) == len(CODECS)
    assert printed[0] == printed[1] == printed[2]


@pytest.mark.parametrize("codec", list(CODECS))
def test_memory_of_a_picture_may_be_used_for_the_next_one(tmp_path: Path, codec: str) -> None:
    kind, memory = CODECS[codec], np.empty(0, np.uint8)
    for name, is_reused in (("own", False), ("reused", True)):
        with SegmentWriter(tmp_path / name, codec, WIDTH, HEIGHT, Fraction(24), 18) as writer:
            for index in range(PIECE):
                shown = encoded(index, kind.has_alpha)
                memory = memory if is_reused and index else np.empty_like(shown)
                memory[:] = shown
                writer.write(memory)
            memory[:] = 0  # what an encoder has not yet written
    assert (tmp_path / "own").read_bytes() == (tmp_path / "reused").read_bytes()


def test_encoder_keeps_its_settings_to_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "av1", Fraction(24), pieces=1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="threads are listed in /proc")
def test_encoder_takes_no_real_time_priority(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "a", "av1", WIDTH, HEIGHT, Fraction(24), 18) as writer:
        writer.write(encoded(0, has_alpha=False))
        policies = {os.sched_getscheduler(int(thread.name)) for thread in Path("/proc/self/task").iterdir()}
    assert policies <= {os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE}


def test_video_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "0.mp4", "mp4", WIDTH, HEIGHT, Fraction(24), 18) as writer:
        writer.write(encoded(0, has_alpha=False))

    def broken():
        yield np.zeros((2, 100), np.float32)
        raise RuntimeError("the sound broke")

    with pytest.raises(RuntimeError, match="the sound broke"):
        join_segments(tmp_path / "a.mp4", "mp4", [Segment(tmp_path / "0.mp4", 0)], Fraction(24), broken(), 48_000)
    assert [path.name for path in tmp_path.iterdir()] == ["0.mp4"]


def test_writer_refuses_a_picture_of_another_size(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "0.mp4", "mp4", WIDTH, HEIGHT, Fraction(24), 18) as writer:
        writer.write(encoded(0, has_alpha=False))
        with pytest.raises(ValueError, match=r"takes \(96, 96\)"):
            writer.write(np.zeros((8, 8, 3), np.uint8))


def test_colors_stay_in_place_in_a_video_whose_height_no_four_divides(tmp_path: Path) -> None:
    flat = np.full((66, WIDTH, 3), (200, 60, 30), np.uint8)
    with SegmentWriter(tmp_path / "0.mp4", "mp4", WIDTH, 66, Fraction(24), 0) as writer:
        writer.write(video_picture(flat))
    with av.open(str(tmp_path / "0.mp4")) as container:
        shown = next(container.decode(video=0))
    for plane in shown.planes[1:]:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        assert rows.max() - rows.min() <= 1
