from pathlib import Path
from typing import Any

import pytest

from rsatalker.cutscenes.disk_space import Finished, estimated_bytes, megabytes, missing_bytes
from rsatalker.cutscenes.estimate import estimate
from rsatalker.cutscenes.read_script import cutscene_from

pytestmark = pytest.mark.unit


@pytest.mark.usefixtures("light_avatars")
def test_estimate_says_frames_time_and_room_and_writes_nothing(scene: dict[str, Any], tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    found = estimate(cutscene_from(scene, tmp_path), "cpu", workers=2)
    assert found.frames == 53
    assert found.workers == 2
    assert found.seconds > 0
    assert found.size_bytes > 100_000
    assert set(tmp_path.iterdir()) == before


def test_room_grows_with_formats_eyes_and_frames(scene: dict[str, Any], tmp_path: Path) -> None:
    plain = cutscene_from(scene, tmp_path)
    scene["output"]["write"] = ["mp4", "exr"]
    more = cutscene_from(scene | {"stereo": {}}, tmp_path)
    assert estimated_bytes(more.output, more.stereo, 10) > 1.5 * estimated_bytes(plain.output, None, 10)
    assert estimated_bytes(plain.output, None, 20) == pytest.approx(2 * estimated_bytes(plain.output, None, 10), abs=1)


def test_bytes_are_said_as_people_read_them() -> None:
    assert (megabytes(1), megabytes(2_600_000), megabytes(3_240_000_000)) == ("1 MB", "3 MB", "3.2 GB")


def test_missing_room_follows_from_what_is_finished(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["output"]["write"] = ["mp4", "png"]
    cutscene = cutscene_from(scene | {"duration_s": 100}, tmp_path)
    assert cutscene.frame_count == 2400
    nothing = Finished(0, 0, {}, 0)
    assert missing_bytes(cutscene, nothing, (), 5_000_000) == pytest.approx(
        estimated_bytes(cutscene.output, None, 2400) - 5_000_000, abs=1
    )
    half = Finished(1200, 1_200_000_000, {"mp4": 120_000_000}, 60_000_000)
    to_draw, to_join, other = 1_200_000_000, 240_000_000, 100_000_000 - 60_000_000
    assert missing_bytes(cutscene, half, (), 80_000_000) == to_draw + to_join + other - 80_000_000
    drawn = Finished(2400, 2_400_000_000, {"mp4": 240_000_000}, 60_000_000)
    assert missing_bytes(cutscene, drawn, (), 0) == to_join + other
    assert missing_bytes(cutscene, drawn, ("mp4",), 0) == other
    assert missing_bytes(cutscene, drawn, ("mp4",), 10**12) == 1_000_000
