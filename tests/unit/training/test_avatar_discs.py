"""Gaussians that lie flat on a mesh: even, round where they are shown largest, the same whichever way they follow."""

import numpy as np
import pytest

from rsatalker.avatars.bound_splats import rotations_from_quats
from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.training.avatar_discs import THICKNESS, discs_on, double_areas, quats_from_rotations, spread

pytestmark = pytest.mark.unit

FACES = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
FOLD = np.array([[0, 0, 0], [0.02, 0, 0], [0, 0.004, 0], [0.02, 0.004, 0]], np.float32)  # metres
LID = FOLD * np.array([1, 3, 1], np.float32)  # the fold, unrolled
SPACING_M = 0.002


@pytest.mark.parametrize("carriers", ["rigid", "affine"])
def test_discs_are_round_and_flat_in_the_pose_that_shows_them(carriers):
    face, corners = spread(double_areas(LID, FACES) / 2, 20, np.random.default_rng(0))
    spacings, poses = np.full(20, SPACING_M), np.ones(20, int)
    splats = discs_on([FOLD, LID], FACES, carriers, face, corners, poses, spacings, 0.5, np.ones((20, 3)), 0.9, 0)
    frames = TriangleCarriers(FOLD, FACES, carriers)
    frames.follow(LID)
    halves = frames.axes[splats.binding] @ splats.factors
    covariances = halves @ halves.transpose(0, 2, 1)
    wide, thin = (0.5 * SPACING_M) ** 2, (THICKNESS * SPACING_M) ** 2
    np.testing.assert_allclose(covariances, np.tile(np.diag([wide, wide, thin]), (20, 1, 1)), atol=wide * 1e-3)


def test_discs_lie_where_they_were_put_on_the_mesh_at_rest():
    corners = np.array([[0.2, 0.3, 0.5], [1, 0, 0]])
    face, poses, spacings = np.array([1, 0]), np.array([1, 1]), np.full(2, SPACING_M)
    splats = discs_on([FOLD, LID], FACES, "affine", face, corners, poses, spacings, 0.5, np.ones((2, 3)), 0.9, 1)
    frames = TriangleCarriers(FOLD, FACES, "affine")
    frames.follow(FOLD)
    means = np.einsum("nij,nj->ni", frames.axes[face], splats.centers) + frames.origins[face]
    np.testing.assert_allclose(means, np.einsum("nc,ncd->nd", corners, FOLD[FACES[face]]), atol=1e-7)


def test_spread_is_even_over_the_areas_given():
    face, corners = spread(np.array([3.0, 0.0, 1.0]), 400, np.random.default_rng(1))
    assert np.bincount(face, minlength=3).tolist() == [300, 0, 100]
    np.testing.assert_allclose(corners.sum(1), 1)
    np.testing.assert_allclose(corners.mean(0), 1 / 3, atol=0.04)


def test_quats_from_rotations_turn_alike():
    quats = np.random.default_rng(2).normal(size=(50, 4))
    quats[0] = [0, 1, 0, 0]  # half a turn
    rotations = rotations_from_quats(quats)
    np.testing.assert_allclose(rotations_from_quats(quats_from_rotations(rotations)), rotations, atol=1e-6)
