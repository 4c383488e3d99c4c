import numpy as np
import pytest

from rsatalker.avatars.captured_light import LEAST, MOST, CapturedLight, captured_light, face_weights
from rsatalker.avatars.spherical_harmonics import sphere_directions

pytestmark = pytest.mark.unit

NORMALS = sphere_directions(4000)
NORMALS = NORMALS[NORMALS[:, 2] > -0.2]
SLOPE = np.array([-0.5, 0.7, 0.4])


def test_captured_light_is_found_though_lips_and_brows_are_darker():
    random = np.random.default_rng(0)
    skin = 0.4 * np.exp(random.normal(0, 0.1, len(NORMALS)))
    skin[random.random(len(NORMALS)) < 0.15] *= 0.2
    found = captured_light(NORMALS, skin * np.exp(NORMALS @ SLOPE), np.ones(len(NORMALS)))
    np.testing.assert_allclose(found.slope, SLOPE, atol=0.06)


def test_captured_light_is_even_where_all_is_equally_bright():
    found = captured_light(NORMALS, np.full(len(NORMALS), 0.3), np.ones(len(NORMALS)))
    np.testing.assert_allclose(found.on(NORMALS), 1, atol=1e-6)


def test_captured_light_is_even_where_there_is_no_face():
    found = captured_light(NORMALS, np.full(len(NORMALS), 0.3), np.zeros(len(NORMALS)))
    assert not found.slope.any()


def test_captured_light_is_one_on_average_over_the_face_and_never_extreme():
    light = captured_light(NORMALS, np.exp(NORMALS @ SLOPE), np.ones(len(NORMALS)))
    assert light.on(NORMALS).mean() == pytest.approx(1, abs=0.02)
    glaring = CapturedLight(np.array([9.0, 0, 0]), 1.0).on(NORMALS)
    assert (glaring.min(), glaring.max()) == (LEAST, MOST)


def test_face_is_in_front_and_around_the_eyes_and_mouth():
    front, back = np.array([[0, 0, 1.0]]), np.array([[0, 0, -1.0]])
    eyes = np.array([0, 0.03, 0.07])
    mouth, crown = np.array([[0, -0.03, 0.1]]), np.array([[0, 0.15, 0.0]])
    assert face_weights(mouth, front, eyes)[0] > 0.7
    assert face_weights(crown, front, eyes)[0] < 0.1
    assert face_weights(mouth, back, eyes)[0] == 0
