"""The demo's two passes against a running sidecar with heads that are cheap to draw."""

import csv
from pathlib import Path

import av
import numpy as np
import pytest

from rsatalker.exports.curves import read_flame_npz
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.speech.audio import Audio
from sidecar.client import SidecarClient
from sidecar.demo.live import LiveMeasurement, play_live
from sidecar.demo.recording import record
from sidecar.demo.scene import world_from_heads

pytestmark = pytest.mark.integration

RATE_HZ = 16_000
SIZE = 64


@pytest.fixture
def dialogue() -> Audio:
    """Two seconds; a is loud in the first, b in the second."""
    voices = np.zeros((2, 2 * RATE_HZ), np.float32)
    voices[0, 1000 : RATE_HZ - 1000] = 0.4
    voices[1, RATE_HZ + 1000 : -1000] = 0.2
    return Audio(voices, RATE_HZ)


def conversation(client: SidecarClient):
    return client.create_conversation(
        "ann", "bob", width=SIZE, height=SIZE, starts_with_speech=True, world_from_heads=world_from_heads()
    )


def test_recording_writes_every_picture_and_both_heads(client: SidecarClient, dialogue: Audio, tmp_path: Path) -> None:
    advanced: list[float] = []
    with conversation(client) as open_conversation:
        recording = record(open_conversation, dialogue, SIZE, tmp_path / "out", advanced.append)
    assert recording.pictures == len(advanced) == 50
    assert [file.name for file in recording.files][:2] == ["demo.mp4", "contact_sheet.png"]
    assert all(file.stat().st_size > 0 for file in recording.files)
    with av.open(str(tmp_path / "out" / "demo.mp4")) as container:
        pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert len(pictures) == 50
    red = np.array([picture[..., 0] - picture[..., 1] for picture in pictures])
    left, right = red[:, :, : red.shape[2] // 2].max(axis=(1, 2)), red[:, :, red.shape[2] // 2 :].max(axis=(1, 2))
    assert left[12] > 60 > left[37]  # a's mouth, in the middle of a's second and of b's
    assert right[37] > 30 > right[12]


def test_recording_writes_motion_on_the_time_of_the_sound(
    client: SidecarClient, dialogue: Audio, tmp_path: Path
) -> None:
    with conversation(client) as open_conversation:
        record(open_conversation, dialogue, SIZE, tmp_path, lambda seconds: None)
    motion = read_flame_npz(tmp_path / "a_flame.npz")
    assert 0 <= motion.start_us < 34_000
    assert len(motion) == pytest.approx(60, abs=2)
    opening = motion.arkit[:, ARKIT_INDEX["jawOpen"]]
    assert opening[15] == pytest.approx(0.4, abs=0.01)
    assert opening[45] == 0
    with (tmp_path / "b_arkit.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[90]["JawOpen"]) == pytest.approx(0.2, abs=0.01)
    assert float(rows[30]["JawOpen"]) == 0


def test_recording_is_the_same_every_time(client: SidecarClient, dialogue: Audio, tmp_path: Path) -> None:
    for name in ("first", "second"):
        with conversation(client) as open_conversation:
            record(open_conversation, dialogue, SIZE, tmp_path / name, lambda seconds: None)
    for file in ("a_arkit.csv", "b_arkit.csv"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_live_pass_sees_frames_of_the_utterance(client: SidecarClient, dialogue: Audio) -> None:
    def played() -> LiveMeasurement:
        with conversation(client) as open_conversation:
            return play_live(open_conversation, dialogue, 1.0, lambda seconds: None)

    # On a machine that stands still for this second there is nothing to see; it does not do so every time.
    live = next(live for live in (played() for _ in range(20)) if live.frames > 2 and live.latency_ms)
    assert live.played_s == 1.0
    assert len(live.skew_ms) > len(live.latency_ms)
    assert np.isfinite(live.first_motion_ms)
    assert live.frames_per_s == live.frames / 2
