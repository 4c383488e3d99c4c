"""`rsatalker retarget-motion`: tracked FLAME motion becomes motion of one of our characters, with ARKit curves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up_flame_face import FlamePerson

from rsatalker.avatars.retarget_motion import RetargetMotionOptions, read_any_head, retarget_motion
from rsatalker.errors import AssetError, ExpressionSpaceError
from rsatalker.exports.curves import read_flame_npz
from rsatalker.heads.head_file import read_head
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.rig import joint_weights
from rsatalker.training.head_comparison import shape_pose

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def head_file(flame: FlamePerson) -> Path:
    return flame.file


@pytest.fixture(scope="module")
def tracked(head_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smile that grows while the jaw opens, as a tracker of FLAME would have seen it."""
    head = read_head(head_file)[0]
    pose = shape_pose("mouthSmileLeft", "mouthSmileRight")
    weights = np.linspace(0, 0.9, 5, dtype=np.float32)
    jaw = np.outer(weights, [0.2, 0, 0]).astype(np.float32)
    path = tmp_path_factory.mktemp("tracked") / "flame_param.npz"
    np.savez(path, expr=np.outer(weights, pose.arkit @ head.expression_from_arkit).astype(np.float32), jaw_pose=jaw)
    return path


def options(tracked: Path, head_file: Path, tmp_path: Path) -> RetargetMotionOptions:
    return RetargetMotionOptions(tracked, str(head_file), "tomas", tmp_path / "moved.npz")


def test_tracked_motion_drives_a_character_of_ours(tracked: Path, head_file: Path, tmp_path: Path) -> None:
    said: list[str] = []
    retarget_motion(options(tracked, head_file, tmp_path), said.append)
    moved = read_flame_npz(tmp_path / "moved.npz")
    assert moved.expression_space == "procedural-1"
    smile = moved.arkit[:, ARKIT_INDEX["mouthSmileLeft"]]
    np.testing.assert_allclose(smile, np.linspace(0, 0.9, 5), atol=0.15)
    np.testing.assert_allclose(moved.arkit[-1, ARKIT_INDEX["jawOpen"]], joint_weights(moved[4])[17], atol=0.1)
    assert (tmp_path / "moved.csv").read_text().startswith("Timecode,BlendShapeCount,EyeBlinkLeft")
    assert said[0] == "5 instants of flame2023, 0.2 s"


def test_motion_file_of_ours_says_its_own_space(tracked: Path, head_file: Path, tmp_path: Path) -> None:
    first = options(tracked, head_file, tmp_path)
    retarget_motion(first, lambda _: None)
    back = replace(first, motion=first.out, source="tomas", target="mara", out=tmp_path / "again.npz")
    again = retarget_motion(back, lambda _: None)
    found = read_flame_npz(first.out)
    np.testing.assert_allclose(again.expression, found.expression, atol=0.05)
    np.testing.assert_array_equal(again.arkit, found.arkit)


def test_motion_of_another_flame_is_refused(tracked: Path, head_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ExpressionSpaceError, match=r"motion is of flame2020, the head .* is of flame2023"):
        retarget_motion(replace(options(tracked, head_file, tmp_path), space="flame2020"), lambda _: None)


def test_head_that_is_neither_file_nor_character_is_refused() -> None:
    with pytest.raises(AssetError, match=r"there is no head 'nobody'; give a head file .* or one of mara, tomas"):
        read_any_head("nobody")
