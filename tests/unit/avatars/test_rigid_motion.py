import numpy as np
import pytest

from rsatalker.avatars.rigid_motion import fill_rotations_between, rigid_motion

pytestmark = pytest.mark.unit


def rotation_about_y(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def some_points():
    return np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


def rotations_between(first, second, count):
    rotations = np.empty((count, 3, 3))
    fill_rotations_between(first, second, rotations)
    return rotations


def test_rigid_motion_finds_rotation_and_translation():
    points = some_points()
    posed = (points @ rotation_about_y(0.4).T + [0.1, 0.2, 0.3]).astype(np.float32)
    motion = rigid_motion(points, posed, np.arange(20))
    np.testing.assert_allclose(motion.rotation, rotation_about_y(0.4), atol=1e-6)
    np.testing.assert_allclose(motion.translation, [0.1, 0.2, 0.3], atol=1e-6)


def test_rigid_motion_is_never_a_reflection():
    points = some_points()
    motion = rigid_motion(points, points * np.array([-1, 1, 1], np.float32), np.arange(20))
    assert np.linalg.det(motion.rotation) == pytest.approx(1, abs=1e-5)


def test_rigid_motion_looks_at_the_given_points_only():
    points = some_points()
    posed = points + np.float32(0.5)
    posed[7] = 1000
    motion = rigid_motion(points, posed, np.arange(7))
    np.testing.assert_allclose(motion.translation, 0.5, atol=1e-5)


def test_rotations_between_share_the_turn():
    turns = rotations_between(rotation_about_y(0.2), rotation_about_y(0.8), 3)
    for turn, angle in zip(turns, (0.2, 0.5, 0.8), strict=True):
        np.testing.assert_allclose(turn, rotation_about_y(angle), atol=1e-7)


def test_rotations_between_equal_rotations_stay():
    turns = rotations_between(rotation_about_y(0.3), rotation_about_y(0.3), 2)
    np.testing.assert_allclose(turns, np.tile(rotation_about_y(0.3), (2, 1, 1)), atol=1e-7)
