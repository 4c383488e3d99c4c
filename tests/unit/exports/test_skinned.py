"""What an engine makes of joints, shapes and curves is the mesh that our own rig makes."""

import numpy as np
import pytest
from skinned_by_hand import as_an_engine_does

from rsatalker.exports.skinned import curves_of

pytestmark = pytest.mark.unit


def test_engine_sees_the_mesh_of_the_rig(head, poses, skinned) -> None:
    curves = curves_of(head, poses)
    for instant, pose in enumerate(poses):
        error_m = np.linalg.norm(as_an_engine_does(skinned, curves, instant) - head(pose), axis=1)
        assert error_m.max() < 8e-4, f"instant {instant}: {1e3 * error_m.max():.2f} mm"
        assert error_m.mean() < 2e-5


def test_shares_of_joints_sum_to_one_and_unused_ones_are_the_root(skinned) -> None:
    joints, shares = skinned.influences()
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    assert not joints[shares == 0].any()


def test_every_shape_has_a_name_of_its_own(skinned) -> None:
    assert len(set(skinned.shape_names)) == len(skinned.shape_names) == len(skinned.shapes.starts) - 1


def test_normals_point_outward(skinned) -> None:
    np.testing.assert_allclose(np.linalg.norm(skinned.normals, axis=1), 1, atol=1e-5)
    nose = np.argmax(skinned.vertices[:, 2])
    assert skinned.normals[nose, 2] > 0.5
