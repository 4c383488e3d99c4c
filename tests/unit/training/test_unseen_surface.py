"""Surface that no image shows: closed, in the colours around it, and nothing else changed."""

from dataclasses import replace

import numpy as np
import pytest
from painted_ball import RADIUS_M, ball_head

from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import look_at
from rsatalker.training.avatar_discs import HARMONIC_0, discs_on, double_areas, spread
from rsatalker.training.unseen_surface import Sights, cover_unseen

pytestmark = pytest.mark.unit

SPACING_M = 0.008
HEAD = ball_head()
REST = HEAD.neutral_vertices
TOP, BOTTOM = np.array([0.9, 0.1, 0.1]), np.array([0.1, 0.1, 0.9])


@pytest.fixture(scope="module")
def photographed():
    camera = look_at(
        np.array([0, 0, 0.8], np.float32), np.zeros(3, np.float32), vertical_fov_rad=0.3, width=128, height=128
    )
    return Sights([REST], [camera])


@pytest.fixture(scope="module")
def fitted(photographed):
    """Give Gaussians on the front half, red above and blue below."""
    shown = photographed.facing(HEAD.faces)[0]
    face, corners = spread(np.where(shown, double_areas(REST, HEAD.faces), 0), 300, np.random.default_rng(0))
    colors = np.where(REST[HEAD.faces[face]].mean(1)[:, 1:2] > 0, TOP, BOTTOM)
    poses, spacings = np.zeros(300, int), np.full(300, SPACING_M)
    return discs_on([REST], HEAD.faces, "affine", face, corners, poses, spacings, 0.5, colors, 0.9, 1)


@pytest.fixture(scope="module")
def covered(fitted, photographed):
    opened = np.ones(1, np.float32)
    poses = [FlamePose(opened * 0, *still()), FlamePose(opened, *still())]
    return cover_unseen(HEAD, poses, photographed, fitted, "affine", SPACING_M, seed=0)


def still():
    neutral = FlamePose.neutral()
    return neutral.global_orient, neutral.neck_pose, neutral.jaw_pose, neutral.eye_pose, neutral.transl, neutral.arkit


def added(covered, fitted):
    frames = TriangleCarriers(REST, HEAD.faces[covered.binding[len(fitted) :]], "affine")
    frames.follow(REST)
    means = np.einsum("nij,nj->ni", frames.axes, covered.centers[len(fitted) :]) + frames.origins
    return means, covered.sh[len(fitted) :, 0] * HARMONIC_0 + 0.5


def test_fit_that_shows_nothing_stays_as_it_is(fitted, photographed):
    nothing = replace(fitted, opacity_logits=fitted.opacity_logits - 20)
    poses = [FlamePose(np.zeros(1, np.float32), *still())]
    assert cover_unseen(HEAD, poses, photographed, nothing, "affine", SPACING_M, seed=0) is nothing


def test_fitted_gaussians_stay_as_they_are(covered, fitted):
    for name in ("binding", "centers", "quats", "log_scales", "opacity_logits", "sh"):
        np.testing.assert_array_equal(getattr(covered, name)[: len(fitted)], getattr(fitted, name))


def test_the_far_side_is_covered_and_the_near_side_is_not(covered, fitted):
    means, _ = added(covered, fitted)
    assert means[:, 2].max() < 0.5 * RADIUS_M  # the rim, seen too flat, and behind
    back = np.array([[x, y, -1.0] for x in (-0.5, 0, 0.5) for y in (-0.5, 0, 0.5)])
    back *= RADIUS_M / np.linalg.norm(back, axis=1, keepdims=True)
    nearest = np.linalg.norm(back[:, None] - means, axis=2).min(1)
    assert nearest.max() < 2 * SPACING_M


def test_what_is_added_has_the_colours_around_it(covered, fitted):
    means, colors = added(covered, fitted)
    above, below = means[:, 1] > 0.7 * RADIUS_M, means[:, 1] < -0.7 * RADIUS_M
    assert np.abs(colors[above] - TOP).max() < 0.35
    assert np.abs(colors[below] - BOTTOM).max() < 0.35
    assert np.linalg.norm(colors[above].mean(0) - TOP) < 0.25
    assert (colors >= 0.05).all()  # nothing is darker than what is between


def test_nothing_is_added_to_what_images_show_from_all_sides(fitted):
    around = [
        np.array(place, np.float32)
        for place in ((0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, 1, 0.1), (0, -1, 0.1))
    ]
    cameras = [look_at(place, np.zeros(3, np.float32), vertical_fov_rad=0.3, width=128, height=128) for place in around]
    poses = [FlamePose(np.zeros(1, np.float32), *still())]
    assert cover_unseen(HEAD, poses, Sights([REST] * 6, cameras), fitted, "affine", SPACING_M, seed=0) is fitted
