import csv
from pathlib import Path

import numpy as np
import pytest

from rsatalker.errors import AssetError
from rsatalker.exports.curves import LIVE_LINK_NAMES, read_flame_npz, timecode, write_flame_npz, write_live_link_csv
from rsatalker.motion.pose import FIELDS, FlameMotion, FlamePose

pytestmark = pytest.mark.unit


def motion(instants: int = 31, start_us: int = 0) -> FlameMotion:
    """Random curves at 30 Hz."""
    random = np.random.default_rng(5)
    neutral = FlamePose.neutral()
    sizes = [len(getattr(neutral, name)) for name in FIELDS]
    columns = (random.uniform(0, 0.5, (instants, size)).astype(np.float32) for size in sizes)
    return FlameMotion(start_us, 30.0, "procedural-1", *columns)


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows


def test_npz_has_the_documented_keys(tmp_path: Path) -> None:
    write_flame_npz(tmp_path / "folder" / "a.npz", motion())
    with np.load(tmp_path / "folder" / "a.npz", allow_pickle=False) as stored:
        assert set(stored) == {*FIELDS, "frame_rate_hz", "start_us", "expression_space"}
        assert stored["expression"].shape == (31, 43)
        assert stored["arkit"].shape == (31, 52)
        assert str(stored["expression_space"]) == "procedural-1"


def test_npz_reads_back_as_the_same_motion(tmp_path: Path) -> None:
    written = motion(start_us=1_500_000)
    write_flame_npz(tmp_path / "a.npz", written)
    read = read_flame_npz(tmp_path / "a.npz")
    assert (read.start_us, read.frame_rate_hz, read.expression_space) == (1_500_000, 30.0, "procedural-1")
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))


def test_npz_says_when_the_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="is missing"):
        read_flame_npz(tmp_path / "a.npz")


def test_npz_says_when_a_key_is_missing(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", expression=np.zeros((1, 43)))
    with pytest.raises(AssetError, match="no key"):
        read_flame_npz(tmp_path / "a.npz")


def test_npz_says_when_the_file_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"not a motion")
    with pytest.raises(AssetError, match="is no npz"):
        read_flame_npz(tmp_path / "a.npz")


def test_csv_has_the_columns_of_the_app(tmp_path: Path) -> None:
    write_live_link_csv(tmp_path / "a.csv", motion())
    header, rows = read_rows(tmp_path / "a.csv")
    assert header[:4] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft", "EyeLookDownLeft"]
    assert header[-10:-8] == ["TongueOut", "HeadYaw"]
    assert len(header) == 2 + 61 == 2 + len(LIVE_LINK_NAMES)
    assert {row[1] for row in rows} == {"61"}
    assert {len(row) for row in rows} == {63}


@pytest.mark.parametrize(("rate_hz", "count", "last"), [(30, 31, "00:00:03:00.000"), (60, 61, "00:00:03:00.000")])
def test_csv_is_at_the_rate_asked_for(tmp_path: Path, rate_hz: int, count: int, last: str) -> None:
    write_live_link_csv(tmp_path / "a.csv", motion(start_us=2_000_000), rate_hz)
    _, rows = read_rows(tmp_path / "a.csv")
    assert (len(rows), rows[0][0], rows[-1][0]) == (count, "00:00:02:00.000", last)


def test_csv_weights_are_those_of_the_motion(tmp_path: Path) -> None:
    written = motion()
    write_live_link_csv(tmp_path / "a.csv", written, 60)
    header, rows = read_rows(tmp_path / "a.csv")
    jaw = [float(row[header.index("JawOpen")]) for row in rows]
    np.testing.assert_allclose(jaw[::2], written.arkit[:, 17], atol=1e-6)
    np.testing.assert_allclose(jaw[1], written.arkit[:2, 17].mean(), atol=1e-6)


def test_csv_angles_join_head_and_neck(tmp_path: Path) -> None:
    written = motion(instants=2)
    for name in ("global_orient", "neck_pose", "eye_pose"):
        getattr(written, name)[:] = 0
    written.global_orient[:, 1], written.neck_pose[:, 1] = 0.2, 0.1
    written.eye_pose[:, 3] = -0.05
    write_live_link_csv(tmp_path / "a.csv", written)
    header, rows = read_rows(tmp_path / "a.csv")
    found = {name: float(rows[0][header.index(name)]) for name in LIVE_LINK_NAMES[52:]}
    assert found["HeadYaw"] == pytest.approx(0.3, abs=1e-6)
    assert found["RightEyePitch"] == pytest.approx(-0.05, abs=1e-6)
    assert sum(abs(angle) for angle in found.values()) == pytest.approx(0.35, abs=1e-5)


def test_csv_refuses_other_rates(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="30 or 60"):
        write_live_link_csv(tmp_path / "a.csv", motion(), 25)


def test_timecode_counts_hours_frames_and_parts_of_frames() -> None:
    assert timecode(3_661_500_000, 30) == "01:01:01:15.000"
    assert timecode(1_000_000 + 1e6 / 120, 60) == "00:00:01:00.500"
    assert timecode(999_999.999, 60) == "00:00:01:00.000"
