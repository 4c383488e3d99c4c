import numpy as np
import pytest

from rsatalker.avatars.bust_end import FADE_M, faded, rim_of, shown_at_end

pytestmark = pytest.mark.unit

EYES = np.array([0.0, 0.1, 0.05])
AROUND, HEIGHTS = 24, np.linspace(-0.1, 0.15, 26)


def tube(heights=HEIGHTS, radius=0.06):
    """A neck, open at both ends."""
    angles = np.arange(AROUND) * 2 * np.pi / AROUND
    ring = np.stack([radius * np.sin(angles), np.zeros(AROUND), radius * np.cos(angles)], 1)
    vertices = np.concatenate([ring + np.array([0, height, 0]) for height in heights]).astype(np.float32)
    faces = []
    for level in range(len(heights) - 1):
        for here in range(AROUND):
            a, b = level * AROUND + here, level * AROUND + (here + 1) % AROUND
            faces += [(a, b, a + AROUND), (b, b + AROUND, a + AROUND)]
    return vertices, np.array(faces, np.int32)


def places(heights, outward=0.06):
    return np.stack([np.zeros(len(heights)), heights, np.full(len(heights), outward)], 1)


def test_rim_is_the_open_edge_below_the_neck():
    rim = rim_of(*tube(), EYES)
    np.testing.assert_allclose(rim[:, 1], -0.1, atol=1e-6)
    assert np.linalg.norm(np.diff(rim[np.argsort(np.arctan2(rim[:, 0], rim[:, 2]))], axis=0), axis=1).max() < 0.004


def test_rim_is_none_where_a_mesh_has_no_open_edge_below_the_eyes():
    assert not len(rim_of(*tube(HEIGHTS + 0.3), EYES))


def test_rim_is_none_where_only_a_small_hole_is_open():
    assert not len(rim_of(*tube(radius=0.02), EYES))


def test_bust_shows_nothing_at_its_end_and_all_of_it_above():
    rim = rim_of(*tube(), EYES)
    on_mesh = places(np.linspace(-0.1, 0.15, 1000))
    shown = shown_at_end(on_mesh, on_mesh, rim)
    assert shown[0] == 0
    assert (np.diff(shown) >= 0).all()
    assert (shown[on_mesh[:, 1] > -0.1 + FADE_M + 0.002] == 1).all()


def test_bust_ends_where_clothes_end_that_hang_below_the_mesh():
    rim = rim_of(*tube(), EYES)
    means = places(np.linspace(-0.16, 0.15, 1000))
    shown = shown_at_end(np.maximum(means, [-1, -0.1, -1]), means, rim)
    assert shown[0] == 0
    assert (shown[means[:, 1] > -0.1] == 1).all()


def test_gaussians_that_overlap_fade_as_the_surface_does():
    count, opacity = 8, 0.55  # of each at one place
    for share in (0.0, 0.2, 0.5, 0.8):
        single = faded(np.full(1, opacity, np.float32), np.array([share]))[0]
        assert 1 - (1 - single) ** count == pytest.approx(share, abs=0.05)


def test_gaussians_keep_their_opacity_where_all_is_shown():
    opacities = np.array([0, 0.3, 1], np.float32)
    np.testing.assert_array_equal(faded(opacities, np.ones(3)), opacities)
    assert faded(opacities, np.zeros(3)).max() == 0
