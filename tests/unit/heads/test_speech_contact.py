"""Lips that speech closes do touch on a head, whatever else the mouth is about to do."""

import numpy as np
import pytest

from rsatalker.heads.head import Head
from rsatalker.motion.articulation import ARTICULATION_INDEX, arkit_from_articulation
from rsatalker.motion.rig import pose_from_arkit

pytestmark = pytest.mark.unit
TOUCHING_M = 1e-4  # a tenth of a millimetre: less than a Gaussian


def test_closed_lips_touch_with_any_other_articulation(average: Head) -> None:
    upper, lower = average.lip_contact
    articulation = np.random.default_rng(5).random((40, len(ARTICULATION_INDEX))).astype(np.float32)
    articulation[:, ARTICULATION_INDEX["closed"]] = 1.0
    arkit, tongue = arkit_from_articulation(articulation)
    still = np.zeros(2, np.float32), np.zeros(3, np.float32), np.zeros(3, np.float32)
    for weights, tongue_weights in zip(arkit, tongue, strict=True):
        vertices = average(pose_from_arkit(weights, tongue_weights, *still))
        assert np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max() < TOUCHING_M
