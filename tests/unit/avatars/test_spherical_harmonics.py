import math

import numpy as np
import pytest

from rsatalker.avatars.light import studio_light
from rsatalker.avatars.rotated_probe import rotated
from rsatalker.avatars.spherical_harmonics import (
    basis,
    diffuse_bands,
    peaks,
    project,
    sphere_directions,
    wrapped_cosine,
)

pytestmark = pytest.mark.unit


def turn(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def test_basis_is_orthonormal_over_the_sphere():
    functions = basis(sphere_directions(4000))
    np.testing.assert_allclose(functions.T @ functions * 4 * math.pi / 4000, np.eye(9), atol=0.01)


def test_projection_of_constant_radiance_is_its_first_coefficient():
    probe = project(sphere_directions(500), np.ones((500, 3)))
    np.testing.assert_allclose(probe[0], 2 * math.sqrt(math.pi), rtol=1e-3)
    np.testing.assert_allclose(probe[1:], 0, atol=0.02)


def test_rotated_probe_shows_what_the_turned_frame_sees():
    probe = studio_light().probe
    rotation = turn(0.6)
    local = sphere_directions(50)
    np.testing.assert_allclose(basis(local) @ rotated(probe, rotation), basis(local @ rotation.T) @ probe, atol=1e-4)


def test_lambert_bands_are_those_of_the_literature():
    np.testing.assert_allclose(diffuse_bands(0.0)[[0, 1, 4]], [1, 2 / 3, 1 / 4], atol=2e-3)


def test_wrapped_cosine_reaches_beyond_the_terminator():
    assert wrapped_cosine(np.array(-0.2), 0.42) > 0
    assert wrapped_cosine(np.array(-0.2), 0.0) == 0


def test_peaks_find_a_lamp():
    lamp = np.array([0.6, 0.0, 0.8])
    directions = sphere_directions(800)
    radiance = np.exp(10 * (directions @ lamp - 1))[:, None] * np.ones(3)
    found, color = peaks(project(directions, radiance), 1)
    assert found[0] @ lamp > 0.98
    assert color.min() > 0


def test_peaks_of_an_even_surrounding_are_dark():
    probe = np.zeros((9, 3), np.float32)
    probe[0] = 3.0
    np.testing.assert_allclose(peaks(probe, 2)[1], 0, atol=1e-3)
