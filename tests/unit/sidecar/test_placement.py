import numpy as np
import pytest

from sidecar.placement import (
    DISTANCE_M,
    EYE_DISTANCE_M,
    camera_at,
    default_eyes,
    eyes_for_layers,
    is_in_view,
    is_rigid,
    view_of,
    world_from_heads,
)
from sidecar.regions.blocks import View

pytestmark = pytest.mark.unit

SPHERE = (np.array([0, 0.03, 0.02], np.float32), 0.14)
IDENTITY = np.eye(4, dtype=np.float32)


def test_heads_stand_apart_and_turn_towards_each_other():
    a, b = world_from_heads()
    assert np.linalg.norm(a[:3, 3] - b[:3, 3]) == pytest.approx(DISTANCE_M)
    assert is_rigid(a)
    assert is_rigid(b)
    to_b = (b[:3, 3] - a[:3, 3]) / DISTANCE_M
    assert 0.7 < a[:3, 2] @ to_b < 1
    assert 0.7 < -(b[:3, 2] @ to_b) < 1
    assert a[2, 2] > 0.3
    assert b[2, 2] > 0.3


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((4, 4)),
        np.eye(4) * 2,
        np.diag([1, 1, -1, 1]),
        np.full((4, 4), np.nan),
        np.eye(4) + 1e6 * np.eye(4, k=3),
        np.eye(4) + np.eye(4)[::-1] * [[0], [0], [0], [1]],
    ],
)
def test_place_is_a_rotation_and_a_shift(matrix: np.ndarray):
    assert not is_rigid(matrix.astype(np.float32))
    assert is_rigid(IDENTITY)


def test_default_viewer_is_in_front_of_the_face():
    (eye,) = default_eyes(IDENTITY, SPHERE, 1)
    np.testing.assert_allclose(eye, [0, 0.03, 0.92], atol=1e-6)
    left, right = default_eyes(IDENTITY, SPHERE, 2)
    assert right[0] - left[0] == pytest.approx(EYE_DISTANCE_M)


def test_one_layer_sees_from_between_two_eyes():
    eyes = default_eyes(IDENTITY, SPHERE, 2)
    np.testing.assert_allclose(eyes_for_layers(eyes, 1)[0], [0, 0.03, 0.92], atol=1e-6)


def test_two_layers_share_a_single_eye():
    eyes = default_eyes(IDENTITY, SPHERE, 1)
    first, second = eyes_for_layers(eyes, 2)
    np.testing.assert_array_equal(first, second)


def test_camera_holds_the_head():
    (eye,) = default_eyes(IDENTITY, SPHERE, 1)
    camera = camera_at(eye, IDENTITY, SPHERE, 64, 64)
    view = view_of(camera, IDENTITY, SPHERE)
    half_angle = np.arcsin(SPHERE[1] / 0.9)
    assert (view.tangents >= np.tan(half_angle)).all()
    assert view.near_m < 0.9 - SPHERE[1]
    assert view.far_m > 0.9 + SPHERE[1]


@pytest.mark.parametrize("distance_m", [0.0, 0.05, 0.14, 0.145])
def test_eye_inside_the_head_is_moved_out(distance_m: float):
    eye = SPHERE[0] + np.array([distance_m, 0, 0], np.float32)
    camera = camera_at(eye, IDENTITY, SPHERE, 64, 64)
    assert np.linalg.norm(camera.position - SPHERE[0]) == pytest.approx(1.05 * SPHERE[1], abs=1e-4)


@pytest.mark.parametrize(
    ("place", "is_seen"),
    [
        ((0, 0, 2), True),
        ((0.9, 0, 2), True),  # just beside the frustum: a turn of some degrees shows it
        ((2, 0, 2), False),
        ((0, -2, 2), False),
        ((0, 0, -2), False),
        ((0, 0, -0.05), True),  # around the eye itself
    ],
)
def test_sphere_is_in_view_when_an_eye_sees_it_or_could_in_a_moment(place: tuple[float, float, float], is_seen: bool):
    eye = View(np.eye(4, dtype=np.float32), np.full(4, 0.3, np.float32), 0.1, 10.0)
    assert is_in_view([eye], np.array(place, np.float32), 0.12) is is_seen


def test_eye_without_a_frustum_sees_everything():
    eye = View(np.eye(4, dtype=np.float32), np.zeros(4, np.float32), 0.1, 10.0)
    assert is_in_view([eye], np.float32([0, 0, -5]), 0.12)
