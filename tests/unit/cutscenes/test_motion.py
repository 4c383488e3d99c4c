from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rsatalker.cutscenes.motion import write_motion
from rsatalker.cutscenes.pose_rows import POSE_FLOATS, SceneMotion, pose_of
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.script import Cutscene
from rsatalker.motion.expression_space import ARKIT_INDEX

pytestmark = pytest.mark.unit


def motion_of(cutscene: Cutscene, path: Path) -> np.ndarray:
    write_motion(cutscene, path)
    return np.array(SceneMotion.load(path).rows)


def test_motion_covers_the_scene_and_is_the_same_again(scene: dict[str, Any], tmp_path: Path) -> None:
    cutscene = cutscene_from(scene, tmp_path)
    once, again = (motion_of(cutscene, tmp_path / f"{name}.f32") for name in "ab")
    assert len(once) == -(-cutscene.duration_s * 30 // 1) + 1
    np.testing.assert_array_equal(once, again)


def test_change_shows_from_its_instant_on_and_not_before(scene: dict[str, Any], tmp_path: Path) -> None:
    plain = motion_of(cutscene_from(scene, tmp_path), tmp_path / "plain.f32")
    scene["change"] = [{"at_s": 1.01, "participant": "mara", "mood": "happy", "mood_strength": 1.5}]
    changed = motion_of(cutscene_from(scene, tmp_path), tmp_path / "changed.f32")
    smile = ARKIT_INDEX["mouthSmileLeft"] - 52  # arkit is the last field
    difference = np.abs(changed[:, 0, smile] - plain[:, 0, smile])
    assert difference[:31].max() < 1e-3  # the first instant at or after 1.01 s is number 31
    assert difference[31] > 0.02
    assert difference[-1] > 0.3


def test_mood_of_the_beginning_shows_at_once(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["participant"][1]["mood"] = "sad"
    rows = motion_of(cutscene_from(scene, tmp_path), tmp_path / "m.f32")
    brows = ARKIT_INDEX["browInnerUp"] - 52
    assert rows[30, 1, brows] > rows[30, 0, brows] + 0.3


def test_row_between_instants_is_between_their_poses() -> None:
    rows = np.zeros((3, 2, POSE_FLOATS), np.float32)
    rows[1] = 1
    motion = SceneMotion(rows)
    np.testing.assert_allclose(motion.row(Fraction(1, 60)), 0.5)
    np.testing.assert_allclose(motion.row(Fraction(1, 30)), 1.0)
    np.testing.assert_allclose(motion.row(Fraction(99)), 0.0)


def test_pose_of_a_row_is_what_the_motion_says(scene: dict[str, Any], tmp_path: Path) -> None:
    write_motion(cutscene_from(scene, tmp_path), tmp_path / "m.f32")
    motion = SceneMotion.load(tmp_path / "m.f32")
    pose, expected = pose_of(motion.rows[10, 1]), motion.of(1)[10]
    np.testing.assert_array_equal(pose.arkit, expected.arkit)
    np.testing.assert_array_equal(pose.neck_pose, expected.neck_pose)


def test_motion_that_fails_leaves_no_file(
    scene: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("rsatalker.cutscenes.motion.voices", fail)
    with pytest.raises(OSError, match="no space"):
        write_motion(cutscene_from(scene, tmp_path), tmp_path / "m.f32")
    assert not (tmp_path / "m.f32").exists()
