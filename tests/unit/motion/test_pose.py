"""Motion over time."""

import numpy as np
import pytest

from rsatalker.motion.expression_space import ARKIT_INDEX, GAZE_YAW_RAD, JAW_OPEN_RAD, PROCEDURAL_1
from rsatalker.motion.pose import FlameMotion, FlamePose
from rsatalker.motion.rig import joint_weights, pose_from_arkit

pytestmark = pytest.mark.unit


def opening_jaw(instants: int, start_us: int = 0) -> FlameMotion:
    arkit = np.zeros((instants, 52), np.float32)
    arkit[:, ARKIT_INDEX["jawOpen"]] = np.linspace(0, 1, instants)
    still = np.zeros(2, np.float32), np.zeros(2, np.float32), np.zeros(3, np.float32), np.zeros(3, np.float32)
    return FlameMotion.of([pose_from_arkit(row, *still) for row in arkit], start_us, 30, "procedural-1")


def test_motion_interpolates_between_instants() -> None:
    motion = opening_jaw(31, start_us=2_000_000)
    assert motion.at(2_500_000).jaw_pose[0] == pytest.approx(0.5 * JAW_OPEN_RAD, abs=1e-6)
    assert motion.at(2_516_667).jaw_pose[0] == pytest.approx(JAW_OPEN_RAD * 15.5 / 30, abs=1e-5)


def test_motion_holds_at_both_ends() -> None:
    motion = opening_jaw(31, start_us=1_000_000)
    assert motion.at(0).jaw_pose[0] == 0
    assert motion.at(9e6).jaw_pose[0] == pytest.approx(JAW_OPEN_RAD)


def test_motion_of_one_instant_can_be_asked_at_any_time() -> None:
    assert opening_jaw(1).at(123.0).jaw_pose[0] == 0


def test_joined_motions_follow_each_other() -> None:
    assert len(FlameMotion.joined([opening_jaw(4), opening_jaw(5)])) == 9


def test_pose_carries_gaze_in_joints_and_arkit() -> None:
    zero = np.zeros(3, np.float32)
    gaze = np.array([0.5 * GAZE_YAW_RAD, 0.0], np.float32)
    pose = pose_from_arkit(np.zeros(52, np.float32), np.zeros(2, np.float32), gaze, zero, zero)
    assert pose.eye_pose[1] == pytest.approx(0.5 * GAZE_YAW_RAD)
    assert pose.arkit[ARKIT_INDEX["eyeLookOutLeft"]] == pytest.approx(0.5)
    assert pose.arkit[ARKIT_INDEX["eyeLookInRight"]] == pytest.approx(0.5)


def test_eyes_that_meet_turn_towards_the_nose() -> None:
    zero = np.zeros(3, np.float32)
    straight = np.zeros(2, np.float32)
    pose = pose_from_arkit(np.zeros(52, np.float32), straight, straight, zero, zero, vergence=0.1 * GAZE_YAW_RAD)
    assert pose.eye_pose[[1, 4]] == pytest.approx([-0.1 * GAZE_YAW_RAD, 0.1 * GAZE_YAW_RAD])  # left eye first
    looks = {name for name in ARKIT_INDEX if name.startswith("eyeLook") and pose.arkit[ARKIT_INDEX[name]] > 0}
    assert looks == {"eyeLookInLeft", "eyeLookInRight"}
    assert joint_weights(pose) == pytest.approx(pose.arkit)


def test_neutral_pose_has_the_size_of_its_expression_space() -> None:
    assert FlamePose.neutral().expression.shape == (len(PROCEDURAL_1),)
    assert FlamePose.neutral("flame2020").expression.shape == (100,)


def test_mixed_pose_lies_between() -> None:
    motion = opening_jaw(2)
    assert motion[0].mixed(motion[1], 0.25).jaw_pose[0] == pytest.approx(0.25 * JAW_OPEN_RAD)
