"""The compiled posing beside the same algebra in plain numpy."""

import numpy as np
import pytest

from rsatalker.avatars.binding import Material
from rsatalker.avatars.face_frames import affine_frames
from rsatalker.avatars.helper_frames import pose_helpers
from rsatalker.avatars.light import studio_light
from tests.unit.avatars.test_avatar import HERE, VIEWER, talking

pytestmark = pytest.mark.unit


def plain_places(avatar, vertices):
    """Return centres (N, 3) and covariances (N, 3, 3): axes @ center + origin, (axes factor) (axes factor)^T.

    Marks on the skin are drawn nearer to the viewer.
    """
    data = avatar._data
    helpers = pose_helpers(data.helpers, data.neutral, vertices)
    garment = data.garment @ helpers.torso.rotation.T + helpers.torso.translation
    axes, origins = affine_frames(np.concatenate([vertices, garment]), data.quads)
    frame = data.bound["frame"]
    carriers = np.concatenate([axes, helpers.axes])[frame].astype(np.float64)
    means = np.einsum("nij,nj->ni", carriers, data.bound["center"]) + np.concatenate([origins, helpers.origins])[frame]
    towards = (VIEWER - means) / np.linalg.norm(VIEWER - means, axis=1, keepdims=True)
    factors = carriers @ data.bound["factor"]
    return means + towards * data.bound["proud"][:, None], factors @ factors.transpose(0, 2, 1)


@pytest.fixture
def posed(avatar):
    """Return the Gaussians of a speaking head, centres and covariances by numpy, and which of them show."""
    vertices = avatar.head(talking())
    gaussians = avatar.follow(vertices, talking(), studio_light(), VIEWER, HERE)
    means, covariances = plain_places(avatar, vertices)
    return gaussians, means, covariances, gaussians.opacities[: len(means)] > 0


def test_posing_puts_centres_where_plain_algebra_does(posed):
    gaussians, means, _, shown = posed
    np.testing.assert_allclose(gaussians.means[: len(means)][shown], means[shown], atol=1e-5)  # a hundredth of a mm


def test_some_marks_of_the_skin_stand_proud_of_it_and_no_surfel_does(avatar):
    bound = avatar._data.bound
    proud = bound["proud"] > 0
    assert proud.any()
    assert bound["antialiased"][proud].all()  # what stands proud is too small to close a surface


def test_posing_shapes_gaussians_as_plain_algebra_does(posed):
    gaussians, means, covariances, shown = posed
    entries = covariances[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]
    size = np.trace(covariances, axis1=1, axis2=2)[:, None]
    error = np.abs(gaussians.covariances[: len(means)] - entries) / size
    assert error[shown].max() < 5e-3  # of its size


def test_posing_hides_what_faces_away_and_nothing_else(avatar, posed):
    _, _, _, shown = posed
    bound = avatar._data.bound
    assert shown[(bound["culled"] == 0) & (bound["opacity"] > 0) & (bound["wrinkle"] == 0)].all()
    assert not shown[bound["material"] == Material.SURFACE].all()
