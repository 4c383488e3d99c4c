"""What an engine makes of joints, shapes and curves."""

import numpy as np
from scipy.spatial.transform import Rotation

from rsatalker.exports.skinned import rest_offsets
from rsatalker.heads.head import JOINT_PARENTS


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
