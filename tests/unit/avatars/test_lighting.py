import numpy as np
import pytest

from rsatalker.avatars.light import Light, studio_light
from rsatalker.avatars.lighting import VERTEX_LIGHT, blend_light, dim_vertices

pytestmark = pytest.mark.unit


def test_dim_vertices_sums_the_expressions_in_use():
    starts, vertices = np.array([0, 2, 3]), np.array([0, 1, 1], np.int32)
    changes = np.array([-0.2, 0.1, -0.4], np.float32)
    out = np.empty(3, np.float32)
    dim_vertices(np.array([1.0, 0.5], np.float32), starts, vertices, changes, np.ones(3, np.float32), out)
    np.testing.assert_allclose(out, [0.8, 0.9, 1.0], rtol=1e-6)


def test_dim_vertices_darkens_what_carries_no_light():
    nothing = np.zeros(0, np.int32)
    out = np.empty(2, np.float32)
    carries = np.array([0, 1], np.float32)
    dim_vertices(np.zeros(1, np.float32), np.zeros(2, np.int64), nothing, np.zeros(0, np.float32), carries, out)
    np.testing.assert_array_equal(out, [0, 1])


def test_blend_light_moves_the_given_vertices_only():
    out = np.full((3, VERTEX_LIGHT), 0.2, np.float32)
    light = np.full((1, VERTEX_LIGHT), 4.0, np.float32)
    blend_light(np.array([1], np.int32), light, np.float32(0.5), out)
    np.testing.assert_allclose(out[:, 0], [0.2, 0.6, 0.2], rtol=1e-6)  # half the way to 1, the most there is


def test_mean_irradiance_is_the_radiance_of_an_even_surrounding_and_a_quarter_of_the_key_light():
    probe = np.zeros((9, 3), np.float32)
    probe[0] = 2 * np.sqrt(np.pi) * 0.5
    probe[2] = 3.0  # more from the front, as much less from behind
    light = Light(probe, studio_light().key_direction, np.full(3, 2.0, np.float32))
    np.testing.assert_allclose(light.mean_irradiance, 1.0, rtol=1e-6)
