import json
import os
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from rsatalker.exports.video import VideoWriter

pytestmark = pytest.mark.unit

RATE_HZ = 16_000
CLICK_SAMPLE = 4_000
PICTURES = 25


def write_flash_and_click(path: Path) -> None:
    """One second at 25 pictures/s: white at picture 10, a click at sample 4000 on the left, silence on the right."""
    sound = np.zeros((2, RATE_HZ), np.float32)
    sound[0, CLICK_SAMPLE] = 0.9
    with VideoWriter(path, 64, 48, 25, sample_rate_hz=RATE_HZ) as video:
        for index in range(PICTURES):
            video.write(np.full((48, 64, 3), 255 if index == 10 else 20, np.uint8))
            video.write_sound(sound[:, index * 640 : (index + 1) * 640])


def decoded_sound(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def test_video_keeps_every_picture_at_its_time(tmp_path: Path) -> None:
    write_flash_and_click(tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [round(float(frame.time) * 25) for frame in frames] == list(range(PICTURES))
    brightness = [frame.to_ndarray(format="gray").mean() for frame in frames]
    assert int(np.argmax(brightness)) == 10


def test_sound_starts_sample_exact(tmp_path: Path) -> None:
    write_flash_and_click(tmp_path / "a.mp4")
    sound = decoded_sound(tmp_path / "a.mp4")
    assert abs(int(np.argmax(np.abs(sound[0]))) - CLICK_SAMPLE) <= 1
    assert np.abs(sound[1]).max() < 0.05


def test_video_is_what_players_expect_says_ffprobe(tmp_path: Path) -> None:
    if shutil.which("ffprobe") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffprobe is not installed; CI installs ffmpeg")
        pytest.skip("ffprobe is not installed")
    write_flash_and_click(tmp_path / "a.mp4")
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(tmp_path / "a.mp4")]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    pictures, sound = json.loads(answer.stdout)["streams"]
    assert (pictures["codec_name"], pictures["pix_fmt"], pictures["avg_frame_rate"]) == ("h264", "yuv420p", "25/1")
    assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "16000", 2)
    assert float(pictures["start_time"]) == float(sound["start_time"]) == 0.0
    assert float(pictures["duration"]) == pytest.approx(1.0, abs=0.001)
    assert float(sound["duration"]) == pytest.approx(1.0, abs=0.065)


def test_video_has_its_name_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.mp4"
    with VideoWriter(path, 64, 48, 25) as video:
        video.write(np.zeros((48, 64, 3), np.uint8))
        assert not path.exists()
    assert [found.name for found in path.parent.iterdir()] == ["a.mp4"]


def test_video_leaves_nothing_behind_when_writing_fails(tmp_path: Path) -> None:
    def fail_while_writing() -> None:
        with VideoWriter(tmp_path / "a.mp4", 64, 48, 25) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
            raise RuntimeError("the head exploded")

    with pytest.raises(RuntimeError, match="exploded"):
        fail_while_writing()
    assert list(tmp_path.iterdir()) == []


def test_video_leaves_nothing_behind_when_its_end_does_not_fit(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows limits no file's size")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def end_on_a_full_disk() -> None:
        with VideoWriter(tmp_path / "a.mp4", 64, 48, 25) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))

    try:
        with pytest.raises(OSError, match="File too large"):
            end_on_a_full_disk()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("width", "channels", "sentence"), [(63, 2, "H.264 takes even sizes"), (64, 3, "takes 1 or 2")]
)
def test_video_refuses_what_it_cannot_hold(tmp_path: Path, width: int, channels: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        VideoWriter(tmp_path / "a.mp4", width, 48, 25, channels=channels)
    assert list(tmp_path.iterdir()) == []


def test_video_refuses_picture_of_another_size(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 64, 48, 25) as video:
        video.write(np.zeros((48, 64, 3), np.uint8))
        with pytest.raises(ValueError, match=r"takes \(48, 64, 3\)"):
            video.write(np.zeros((64, 48, 3), np.uint8))


def test_video_refuses_sound_of_other_channels(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 64, 48, 25) as video:
        video.write(np.zeros((48, 64, 3), np.uint8))
        with pytest.raises(ValueError, match="this video takes 2"):
            video.write_sound(np.zeros((1, 100), np.float32))


def test_video_refuses_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no picture was written"), VideoWriter(tmp_path / "a.mp4", 64, 48, 25):
        pass
    assert list(tmp_path.iterdir()) == []
