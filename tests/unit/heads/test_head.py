from dataclasses import replace

import numpy as np
import pytest

from rsatalker.errors import ExpressionSpaceError
from rsatalker.heads.head import SparseShapes
from rsatalker.heads.regions import Region
from rsatalker.heads.rotations import matrix_from_axis_angle, rotate_about
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit


def test_head_gives_its_neutral_mesh_when_the_pose_is_neutral(average):
    np.testing.assert_allclose(average(FlamePose.neutral()), average.neutral_vertices, atol=2e-7)


def test_head_turns_rigidly_about_its_root_when_only_global_orient_is_set(average):
    vector = np.array([0.2, -0.7, 0.1], np.float32)
    posed = average(replace(FlamePose.neutral(), global_orient=vector))
    expected = rotate_about(average.neutral_vertices, matrix_from_axis_angle(vector), average.joints[0])
    np.testing.assert_allclose(posed, expected, atol=1e-6)


def test_head_moves_by_transl(average):
    shift = np.array([0.1, -0.2, 0.3], np.float32)
    posed = average(replace(FlamePose.neutral(), transl=shift))
    np.testing.assert_allclose(posed, average.neutral_vertices + shift, atol=1e-6)


def test_neck_pose_turns_the_face_and_leaves_the_bust(average):
    turned = average(replace(FlamePose.neutral(), neck_pose=np.array([0.0, 0.5, 0.0], np.float32)))
    moved_mm = np.linalg.norm(turned - average.neutral_vertices, axis=1) * 1e3
    assert moved_mm[average.landmarks[30]] > 20.0
    assert moved_mm[average.neutral_vertices[:, 1] < -0.16].max() == pytest.approx(0.0, abs=1e-3)


def test_jaw_pose_opens_the_lower_teeth_and_keeps_the_upper(average, pose_of):
    moved_mm = np.linalg.norm(average(pose_of(jaw=1.0)) - average.neutral_vertices, axis=1) * 1e3
    front = (average.vertex_region == Region.TEETH) & (average.neutral_vertices[:, 2] > 0.09)
    assert np.sum(front & (moved_mm < 1e-3)) > 100
    assert moved_mm[front].max() > 25.0


def test_eye_pose_turns_the_eyeballs_about_their_centres(average, pose_of):
    ball = average.vertex_region == Region.EYEBALL
    left = ball & (average.neutral_vertices[:, 0] > 0)
    posed = average(pose_of(look_left_rad=0.4))
    rotation = matrix_from_axis_angle(np.array([0.0, 0.4, 0.0]))
    expected = rotate_about(average.neutral_vertices[left], rotation, average.eye_centers[0])
    np.testing.assert_allclose(posed[left], expected, atol=1e-6)


def test_head_refuses_a_pose_of_another_expression_space(average):
    with pytest.raises(ExpressionSpaceError, match=r"takes 43 coefficients.*has 100.*retarget"):
        average(FlamePose.neutral("flame2020"))


def test_sparse_shapes_keep_what_moves_and_drop_the_rest():
    fields = np.zeros((2, 3, 3))
    fields[1, 2] = (0.01, 0.0, -0.01)
    shapes = SparseShapes.of(fields)
    np.testing.assert_array_equal(shapes.starts, [0, 0, 1])
    np.testing.assert_array_equal(shapes.vertices, [2])
    np.testing.assert_allclose(shapes.offsets, [[0.01, 0.0, -0.01]])
