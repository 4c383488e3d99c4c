"""Tracked FLAME parameters are read in the layouts that people have, and refused by the name of the array at fault."""

from pathlib import Path

import numpy as np
import pytest

from rsatalker.errors import AssetError
from rsatalker.heads.flame_param import read_flame_param

pytestmark = pytest.mark.unit

COUNT = 4


def tracked(**change: np.ndarray | None) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shapes = {"shape": (300,), "expr": (COUNT, 100), "static_offset": (1, 7, 3)}
    shapes |= {"rotation": (COUNT, 3), "neck_pose": (COUNT, 3), "jaw_pose": (COUNT, 3), "eyes_pose": (COUNT, 6)}
    columns = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return {name: value for name, value in (columns | change).items() if value is not None}


def written(folder: Path, columns: dict[str, np.ndarray]) -> Path:
    np.savez(folder / "flame_param.npz", allow_pickle=False, **columns)
    return folder / "flame_param.npz"


def test_file_of_gaussian_avatars_is_read(tmp_path: Path) -> None:
    columns = tracked()
    found = read_flame_param(written(tmp_path, columns))
    np.testing.assert_array_equal(found.betas, columns["shape"])
    np.testing.assert_array_equal(found.static_offset, columns["static_offset"][0])
    motion = found.motion("flame2023", 25.0)
    np.testing.assert_array_equal(motion.jaw_pose, columns["jaw_pose"])
    assert not motion.transl.any()  # left out of this file
    assert motion.expression_space == "flame2023"


def test_file_of_dualtalk_is_read(tmp_path: Path) -> None:
    pose = np.arange(24, dtype=np.float32).reshape(COUNT, 6)
    shape = np.stack([np.zeros(100), np.ones(100)] * 2).astype(np.float32)
    columns = {"exp": np.ones((COUNT, 50), np.float32), "pose": pose, "shape": shape}
    found = read_flame_param(written(tmp_path, columns))
    np.testing.assert_array_equal(found.neck_pose, pose[:, :3])
    np.testing.assert_array_equal(found.jaw_pose, pose[:, 3:])
    np.testing.assert_array_equal(found.betas, np.full(100, 0.5, np.float32))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"expr": None}, "has no expr; it has .*jaw_pose"),
        ({"expr": np.zeros((0, 100), np.float32)}, r"expr has the shape \(0, 100\); expected \(T, E\)"),
        ({"jaw_pose": np.zeros((2, 3), np.float32)}, r"jaw_pose has the shape \(2, 3\); expected \(4, 3\)"),
        ({"eyes_pose": np.full((COUNT, 6), np.nan, np.float32)}, "eyes_pose is float32, or holds NaN"),
        (
            {"static_offset": np.zeros((2, 7, 3), np.float32)},
            r"static_offset has the shape \(2, 7, 3\); expected \(V, 3",
        ),
    ],
    ids=["none", "empty", "length", "nan", "offset"],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, change: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(AssetError, match=sentence):
        read_flame_param(written(tmp_path, tracked(**change)))


def test_pose_of_dualtalk_of_another_width_is_refused(tmp_path: Path) -> None:
    columns = {"exp": np.ones((COUNT, 50), np.float32), "pose": np.ones((COUNT, 5), np.float32)}
    with pytest.raises(AssetError, match=r"pose has the shape \(4, 5\); expected \(T, 6\), head then jaw"):
        read_flame_param(written(tmp_path, columns))


def test_file_that_is_missing_or_no_npz_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"does not exist; expected the flame_param\.npz"):
        read_flame_param(tmp_path / "flame_param.npz")
    (tmp_path / "flame_param.npz").write_bytes(b"no npz")
    with pytest.raises(AssetError, match="cannot be read"):
        read_flame_param(tmp_path / "flame_param.npz")
