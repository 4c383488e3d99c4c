from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.motion.expression_space import EXPRESSION_INDEX, JAW_OPEN_RAD, JAW_SIDE_RAD
from rsatalker.motion.pose import FlamePose

PEOPLE = {
    "average": Identity(),
    "man": Identity(male=1.0, jaw=0.5, chin=0.3, brow_ridge=0.4, nose=0.3, lips=-0.2),
    "woman": Identity(male=-1.0, jaw=-0.5, taper=0.6, lips=0.7, eye_open=0.5, eye_tilt=0.6, nose=-0.5),
    "old": Identity(male=0.6, age=1.0, fat=0.4, lips=-0.5, eye_open=-0.4, eye_spacing=-0.6),
    "wide": Identity(fat=1.0, face_width=1.0, lips=1.2, nose_width=1.0, eye_spacing=0.9, mouth_width=0.8),
}


def make_pose(*, jaw=0.0, side=0.0, look_down_rad=0.0, look_left_rad=0.0, **shapes):
    """A pose by ARKit-like amounts; a name without side sets both sides."""
    neutral = FlamePose.neutral()
    expression = neutral.expression.copy()
    for name, weight in shapes.items():
        for full in (name,) if name in EXPRESSION_INDEX else (name + "Left", name + "Right"):
            expression[EXPRESSION_INDEX[full]] = weight
    return replace(
        neutral,
        expression=expression,
        jaw_pose=np.array([jaw * JAW_OPEN_RAD, side * JAW_SIDE_RAD, 0.0], np.float32),
        eye_pose=np.array([look_down_rad, look_left_rad, 0.0] * 2, np.float32),
    )


@pytest.fixture(scope="session")
def pose_of():
    return make_pose


@pytest.fixture(scope="session")
def reflection_of():
    """For each vertex of a head, the vertex at its mirrored place; lips are told apart by an open jaw."""

    def reflection(head):
        places = np.concatenate([head.neutral_vertices, head(make_pose(jaw=1.0))], axis=1)
        distance, partner = KDTree(places).query(places * [-1, 1, 1, -1, 1, 1])
        assert distance.max() < 1e-6
        return partner

    return reflection


@pytest.fixture(scope="session")
def average():
    return build_head(PEOPLE["average"], "average")


@pytest.fixture(scope="session", params=PEOPLE)
def person(request):
    return build_head(PEOPLE[request.param], request.param)


@pytest.fixture(scope="session")
def flame(tmp_path_factory):
    """An imported FLAME file that holds a face."""
    from made_up_flame_face import FlamePerson

    return FlamePerson(tmp_path_factory.mktemp("flame"))
