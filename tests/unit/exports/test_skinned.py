"""What an engine makes of joints, shapes and curves is the mesh that our own rig makes."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rsatalker.exports.skinned import curves_of, rest_offsets
from rsatalker.heads.head import JOINT_PARENTS

pytestmark = pytest.mark.unit


def as_an_engine_does(skinned, curves, instant: int) -> np.ndarray:
    """Return the vertices by shapes, then linear blend skinning over four joints, as glTF and USD define them."""
    vertices = skinned.vertices.astype(float)
    for index, weight in enumerate(curves.weights[instant]):
        ids, moves = skinned.shape(index)
        vertices[ids] += weight * moves
    offsets = rest_offsets(skinned.joints)
    offsets[0] = curves.translations[instant]
    worlds = []
    for joint, parent in enumerate(JOINT_PARENTS):
        local = np.eye(4)
        local[:3, :3] = Rotation.from_quat(curves.rotations[instant, joint]).as_matrix()
        local[:3, 3] = offsets[joint]
        worlds.append(local if parent < 0 else worlds[parent] @ local)
    inverse_bind = np.tile(np.eye(4), (5, 1, 1))
    inverse_bind[:, :3, 3] = -skinned.joints
    matrices = np.array(worlds) @ inverse_bind
    joints, shares = skinned.influences()
    blended = np.einsum("vk,vkij->vij", shares, matrices[joints])
    return np.einsum("vij,vj->vi", blended[:, :3], np.c_[vertices, np.ones(len(vertices))])


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
