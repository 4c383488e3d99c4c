from pathlib import Path
from typing import Any

import pytest

from rsatalker.cutscenes.disk_space import estimated_bytes, megabytes
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
