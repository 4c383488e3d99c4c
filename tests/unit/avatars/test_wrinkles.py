from dataclasses import replace

import numpy as np
import pytest

from rsatalker.avatars.appearance.wrinkles import GROUPS, KINDS, group_of, wrinkle_drivers
from rsatalker.avatars.light import studio_light
from rsatalker.motion.expression_space import EXPRESSION_INDEX, PROCEDURAL_1
from rsatalker.motion.pose import FlamePose

pytestmark = pytest.mark.unit


def depths(age, **weights):
    drivers, rest = wrinkle_drivers(PROCEDURAL_1, age)
    expression = np.zeros(len(PROCEDURAL_1), np.float32)
    for name, weight in weights.items():
        expression[EXPRESSION_INDEX[name]] = weight
    return rest + drivers @ expression


def test_young_skin_is_smooth_at_rest():
    assert not depths(0.1)[1:].any()


def test_old_skin_is_lined_at_rest():
    assert depths(1.0)[1:].min() > 0.4


def test_what_is_no_wrinkle_always_shows():
    assert depths(0.1, browDownLeft=1.0)[0] == 1


@pytest.mark.parametrize(
    ("kind", "expression"),
    [("forehead", "browOuterUp"), ("frown", "browDown"), ("crows_feet", "cheekSquint"), ("under_eye", "cheekSquint"),
     ("laugh", "mouthSmile"), ("nose", "noseSneer"), ("mouth_corner", "mouthFrown")],
)  # fmt: skip
def test_wrinkle_deepens_on_the_side_that_folds_it(kind, expression):
    folded = depths(0.1, **{f"{expression}Left": 1.0})
    assert folded[group_of(kind, "Left")] > 0.2 > folded[group_of(kind, "Right")]


def test_old_skin_folds_deeper():
    group = group_of("forehead", "Left")
    gain = [depths(age, browOuterUpLeft=1.0)[group] - depths(age)[group] for age in (0.1, 0.9)]
    assert gain[1] > 1.4 * gain[0]


def test_heads_without_these_expressions_have_lines_at_rest_only():
    drivers, rest = wrinkle_drivers([f"expression_{index}" for index in range(100)], 0.9)
    assert drivers.shape == (GROUPS, 100)
    assert not drivers.any()
    assert rest[1:].all()


def test_every_kind_of_wrinkle_grows_on_a_face(avatar_data):
    assert set(np.unique(avatar_data.bound["wrinkle"])) == set(range(1 + 2 * len(KINDS)))


def test_frown_shows_its_furrows(avatar):
    expression = np.zeros(len(PROCEDURAL_1), np.float32)
    expression[[EXPRESSION_INDEX["browDownLeft"], EXPRESSION_INDEX["browDownRight"]]] = 1
    frown = replace(FlamePose.neutral(), expression=expression)
    furrows = np.flatnonzero(avatar._data.bound["wrinkle"] == group_of("frown", "Left"))

    def opacity(pose):
        shown = avatar.follow(
            avatar.head(pose), pose, studio_light(), np.array([0, 0, 1], np.float32), np.eye(4, dtype=np.float32)
        )
        return shown.opacities[furrows].mean()

    assert opacity(frown) > 2 * opacity(FlamePose.neutral())
