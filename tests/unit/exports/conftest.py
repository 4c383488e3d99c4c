"""A head with its motion, built once."""

import numpy as np
import pytest

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.rig import pose_from_arkit


def talking_poses():
    """Return poses that move every joint and many shapes, one of them with lips held together on an open jaw."""
    poses = []
    for step in range(8):
        arkit = np.zeros(52, np.float32)
        arkit[ARKIT_INDEX["jawOpen"]] = 0.1 * step
        arkit[ARKIT_INDEX["mouthClose"]] = 0.05 * step if step > 4 else 0
        arkit[ARKIT_INDEX["eyeBlinkLeft"]] = 0.12 * step
        arkit[ARKIT_INDEX["mouthSmileRight"]] = 0.5
        neck = np.array([0.02 * step, -0.1, 0.05], np.float32)
        gaze = np.array([0.05 * step, -0.1], np.float32)
        poses.append(pose_from_arkit(arkit, np.zeros(2, np.float32), gaze, neck, np.float32([0, 0.001 * step, 0])))
    return poses


@pytest.fixture(scope="session")
def head():
    from rsatalker.avatars.cast import character_head

    return character_head("mara")


@pytest.fixture(scope="session")
def poses():
    return talking_poses()


@pytest.fixture(scope="session")
def skinned(head):
    from rsatalker.exports.skinned import skinned_head

    colors = np.full((len(head.neutral_vertices), 3), 0.5, np.float32)
    place = np.eye(4, dtype=np.float32)
    place[:3, 3] = 0.3, 0.1, -0.2
    return skinned_head("mara", head, colors, place)
