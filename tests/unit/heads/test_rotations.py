import numpy as np
import pytest

from rsatalker.heads.rotations import matrix_from_axis_angle, rotate_about

pytestmark = pytest.mark.unit


def test_matrix_is_identity_when_vector_is_zero():
    np.testing.assert_array_equal(matrix_from_axis_angle(np.zeros(3)), np.eye(3))


def test_matrix_turns_about_its_vector_by_its_length():
    turned = matrix_from_axis_angle(np.array([0.0, np.pi / 2, 0.0])) @ [0.0, 0.0, 1.0]
    np.testing.assert_allclose(turned, [1.0, 0.0, 0.0], atol=1e-12)


def test_matrix_is_orthonormal():
    matrix = matrix_from_axis_angle(np.array([0.3, -0.9, 0.4]))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_rotate_about_leaves_points_without_weight():
    points = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    half_turn = matrix_from_axis_angle(np.array([0.0, 0.0, np.pi]))
    moved = rotate_about(points, half_turn, np.zeros(3), np.array([0.0, 1.0]))
    np.testing.assert_allclose(moved, [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], atol=1e-12)
