import numpy as np
import pytest

from rsatalker.avatars.cast import CHARACTERS
from rsatalker.cutscenes.gallery import portraits
from rsatalker.motion.expression_space import EXPRESSION_INDEX, JAW_OPEN_RAD

pytestmark = pytest.mark.unit

ALL = [portrait for sheet in portraits.SHEETS.values() for portrait in sheet]


@pytest.mark.parametrize("portrait", ALL, ids=lambda portrait: f"{portrait.character} {portrait.label}")
def test_portrait_names_what_there_is(portrait):
    assert portrait.character in CHARACTERS
    assert portrait.light in portraits.LIGHTS
    assert np.count_nonzero(portraits._pose(portrait).expression) >= len(portrait.weights)


def test_cast_sheet_shows_everybody():
    assert {portrait.character for portrait in portraits.CAST} == set(CHARACTERS)


def test_turntables_show_everybody_from_all_sides():
    sides = {(portrait.character, portrait.turn_deg) for portrait in portraits.TURNTABLES}
    assert sides == {(name, turn) for name in CHARACTERS for turn in portraits.TURNS_DEG}
    assert {0.0, 90.0, 180.0, -90.0} < set(portraits.TURNS_DEG)


def test_expression_without_a_side_sets_both():
    pose = portraits._pose(
        portraits.Portrait("", "mara", weights={"mouthSmile": 0.5, "browInnerUp": 0.2}, jaw_open=0.5)
    )
    smiles = [pose.expression[EXPRESSION_INDEX[f"mouthSmile{side}"]] for side in ("Left", "Right")]
    assert smiles == [0.5, 0.5]
    assert pose.expression[EXPRESSION_INDEX["browInnerUp"]] == np.float32(0.2)
    assert pose.jaw_pose[0] == np.float32(0.5 * JAW_OPEN_RAD)


def test_backdrop_shows_where_the_head_does_not():
    frame = np.zeros((4, 4, 4), np.uint8)
    frame[2, 2] = (200, 150, 100, 255)
    picture = portraits._before_backdrop(frame)
    np.testing.assert_array_equal(picture[2, 2], (200, 150, 100))
    np.testing.assert_array_equal(picture[0, 0], portraits.BACKGROUND_TOP)
