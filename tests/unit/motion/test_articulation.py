"""Articulation controls become ARKit weights that look like speech: lips that should touch do touch."""

import numpy as np
import pytest

from rsatalker.motion.articulation import (
    ARTICULATION_INDEX,
    ARTICULATION_NAMES,
    arkit_from_articulation,
    lip_contact,
)
from rsatalker.motion.expression_space import ARKIT_INDEX

pytestmark = pytest.mark.unit

REST = {"jaw": 0.02, "closed": 0.35}


def weights(**controls: float) -> dict[str, float]:
    articulation = np.zeros((1, len(ARTICULATION_NAMES)), np.float32)
    for name, value in controls.items():
        articulation[0, ARTICULATION_INDEX[name]] = value
    arkit, tongue = arkit_from_articulation(articulation)
    return {name: float(arkit[0, i]) for name, i in ARKIT_INDEX.items()} | {"tip": tongue[0, 0], "back": tongue[0, 1]}


def test_rest_is_the_neutral_face():
    assert max(weights(**REST).values()) == 0


@pytest.mark.parametrize("closed", [0.65, 0.8, 1.0])
@pytest.mark.parametrize("jaw", [0.06, 0.3, 0.9])
def test_lips_touch_when_closed(closed, jaw):
    mouth = weights(closed=closed, jaw=jaw, upraise=0.3, lowdrop=0.3)
    assert mouth["mouthClose"] == pytest.approx(mouth["jawOpen"])
    assert mouth["jawOpen"] < 0.2
    assert mouth["mouthPressLeft"] > 0.1
    assert mouth["mouthUpperUpLeft"] == mouth["mouthLowerDownRight"] == 0


def test_open_mouth_is_not_held_closed():
    assert weights(jaw=0.6)["mouthClose"] == 0


def test_lips_come_nearer_before_they_meet():
    apart, nearer = weights(jaw=0.3), weights(jaw=0.3, closed=0.36)
    assert 0.2 < nearer["mouthClose"] / nearer["jawOpen"] < 0.4
    assert nearer["jawOpen"] < apart["jawOpen"]
    assert nearer["mouthPressLeft"] == 0  # without touching


def test_long_ah_opens_the_jaw_as_in_ordinary_speech():
    assert 0.35 <= weights(jaw=0.65)["jawOpen"] <= 0.5


def test_round_purses_and_wide_spreads():
    assert weights(round=1.0)["mouthPucker"] > 0.5
    assert weights(wide=0.85)["mouthStretchLeft"] > 0.2
    assert weights(wide=0.85)["mouthSmileLeft"] < 0.2


def test_tuck_rolls_the_lower_lip_in_and_lifts_the_upper():
    mouth = weights(tuck=1.0, jaw=0.1)
    assert mouth["mouthRollLower"] > 0.4
    assert mouth["mouthUpperUpLeft"] > 0


def test_lower_lip_is_tucked_wherever_a_tuck_is_likely():
    full = weights(tuck=1.0)["mouthRollLower"]
    assert weights(tuck=0.1)["mouthRollLower"] == 0
    assert weights(tuck=0.5)["mouthRollLower"] > 0.9 * full


def test_tongue_goes_where_the_phone_needs_it():
    assert weights(tongue_tip=0.9)["tip"] == pytest.approx(0.9)
    assert weights(tongue_back=0.7)["back"] == pytest.approx(0.7)
    assert weights(tongue_out=1.0)["tongueOut"] > 0.2


def test_both_sides_move_alike():
    mouth = weights(wide=0.5, upraise=0.4, lowdrop=0.4, teeth=1.0)
    for name, value in mouth.items():
        if name.endswith("Left"):
            assert value == mouth[name.removesuffix("Left") + "Right"]


def test_weights_stay_in_range_for_any_controls():
    articulation = np.random.default_rng(0).uniform(-0.5, 1.5, (500, 12)).astype(np.float32)
    arkit, tongue = arkit_from_articulation(articulation)
    assert arkit.min() >= 0
    assert arkit.max() <= 1
    assert tongue.min() >= 0
    assert tongue.max() <= 1


def test_contact_rises_without_a_step():
    contact = lip_contact(np.linspace(0, 1, 1000, dtype=np.float32))
    assert (np.diff(contact) >= 0).all()
    assert np.diff(contact).max() < 0.02


def test_controls_are_not_changed():
    articulation = np.full((3, 12), 0.5, np.float32)
    arkit_from_articulation(articulation)
    assert (articulation == 0.5).all()
