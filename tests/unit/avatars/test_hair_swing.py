import numpy as np
import pytest

from rsatalker.avatars.hair_swing import FARTHEST_M, LONGEST_STEP_S, SETTLING_S, HairSwing, skull_of
from rsatalker.avatars.rigid_motion import RigidMotion
from rsatalker.heads.rotations import matrix_from_axis_angle
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit

STILL = RigidMotion(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))


def turned(angle):
    return RigidMotion(matrix_from_axis_angle(np.array([0, angle, 0])).astype(np.float32), np.zeros(3, np.float32))


def moved(x):
    return RigidMotion(np.eye(3, dtype=np.float32), np.array([x, 0, 0], np.float32))


def shaking(at_s):
    return turned(0.4 * np.sin(5.0 * at_s))


def swung(times, skull_at=shaking):
    swing = HairSwing(np.zeros(3))
    return [swing.follow(skull_at(at_s), at_s) for at_s in times][-1]


def test_hair_hangs_still_on_a_still_head():
    assert np.abs(swung(np.arange(0, 1, 1 / 30), lambda at_s: STILL)).max() == 0


def test_hair_stays_behind_when_the_head_starts_to_move():
    swing = HairSwing(np.zeros(3))
    swing.follow(STILL, 0.0)
    assert swing.follow(moved(0.01), 1 / 30)[:, 0].max() < 0


def test_hair_swings_past_its_place_when_the_head_stops():
    signs = {int(np.sign(swung(np.arange(0, end, 1 / 30), lambda at_s: moved(min(at_s, 0.5) * 0.4))[0, 0]))
             for end in (0.55, 0.7, 0.85)}  # fmt: skip
    assert signs == {-1, 1}


def test_hair_comes_to_rest():
    times = np.arange(0, 1 + 2 * SETTLING_S, 1 / 30)
    assert np.abs(swung(times, lambda at_s: shaking(min(at_s, 1.0)) if at_s < 1 else STILL)).max() < 5e-5


def test_swing_is_nearly_the_same_at_any_frame_rate():
    end = 1.5
    few, many = swung(np.arange(25 * end + 1) / 25), swung(np.arange(100 * end + 1) / 100)
    assert np.abs(many).max() > 0.004
    assert np.abs(few - many).max() < 0.0015


def test_swing_forgets_what_lies_further_back_than_it_says():
    whole, late = np.arange(0, 4, 1 / 30), np.arange(4 - 1 / 30 - SETTLING_S, 4, 1 / 30)
    assert np.abs(swung(whole) - swung(late)).max() < 5e-5


def test_the_same_instant_again_changes_nothing():
    swing = HairSwing(np.zeros(3))
    first = [swing.follow(shaking(at_s), at_s) for at_s in (0.0, 0.05, 0.1)][-1]
    np.testing.assert_array_equal(swing.follow(shaking(0.1), 0.1), first)


@pytest.mark.parametrize("jump_s", [-0.5, LONGEST_STEP_S + 0.01, None])
def test_hair_is_at_rest_after_a_jump_in_time(jump_s):
    swing = HairSwing(np.zeros(3))
    for at_s in (0.0, 0.05, 0.1):
        swing.follow(shaking(at_s), at_s)
    assert np.abs(swing.follow(shaking(1.0), None if jump_s is None else 0.1 + jump_s)).max() == 0


def test_hair_is_at_rest_after_a_jump_in_place():
    swing = HairSwing(np.zeros(3))
    swing.follow(moved(0.0), 0.0)
    assert np.abs(swing.follow(moved(3.0), 1 / 30)).max() == 0


def test_hair_never_swings_farther_than_it_may():
    ends = swung(np.arange(0, 1, 1 / 30), lambda at_s: moved(0.2 * np.sin(12 * at_s)))
    assert 0.5 * FARTHEST_M < np.linalg.norm(ends, axis=1).max() < FARTHEST_M


def test_hair_hangs_down_when_the_head_tilts():
    tilted = RigidMotion(matrix_from_axis_angle(np.array([0, 0, 0.5])).astype(np.float32), np.zeros(3, np.float32))
    assert HairSwing(np.zeros(3)).follow(tilted, None)[:, 0].max() < 0  # the chin goes to +x, hair falls to -x


def test_skull_of_a_pose_is_where_the_mesh_has_it(head):
    pose = FlamePose.neutral()
    pose.neck_pose[:] = (0.1, 0.3, -0.2)
    pose.transl[:] = (0.01, 0.02, 0.03)
    world = np.eye(4, dtype=np.float32)
    world[:3, 3] = (1, 2, 3)
    skull = skull_of(head, pose, world)
    crown = head.neutral_vertices[:, 1].argmax()
    expected = head(pose)[crown] + world[:3, 3]
    np.testing.assert_allclose(skull.rotation @ head.neutral_vertices[crown] + skull.translation, expected, atol=1e-5)
