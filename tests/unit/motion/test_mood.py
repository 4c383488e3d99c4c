"""Moods and styles: what they accept, that they show, and that they leave speech alone."""

import numpy as np
import pytest

from rsatalker.errors import MoodError
from rsatalker.heads.head import Head
from rsatalker.heads.procedural.build import build_head
from rsatalker.heads.procedural.identity import Identity
from rsatalker.motion.articulation import ARTICULATION_INDEX, arkit_from_articulation
from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.mood import MOODS, Mood, MoodState, Style, styled
from rsatalker.motion.rig import pose_from_arkit

pytestmark = pytest.mark.unit
TOUCHING_M = 1e-4  # a tenth of a millimetre: less than a Gaussian


@pytest.fixture(scope="module")
def head() -> Head:
    return build_head(Identity())


def settled(mood: Mood) -> MoodState:
    state = MoodState()
    state.mood = mood
    for _ in range(120):
        state.step(STEP_S)
    return state


def test_mood_refuses_an_unknown_name_and_says_the_known_ones() -> None:
    with pytest.raises(MoodError, match="mood is 'cross'; expected one of neutral, happy, sad"):
        Mood("cross")


@pytest.mark.parametrize("strength", [-0.1, 1.6, float("nan")])
def test_mood_refuses_a_strength_out_of_range(strength: float) -> None:
    with pytest.raises(MoodError, match=r"expected 0 \(none\) to 1\.5"):
        Mood("happy", strength)


@pytest.mark.parametrize("factors", [(-1.0, 1.0), (1.0, 2.5)])
def test_style_refuses_a_factor_out_of_range(factors: tuple[float, float]) -> None:
    with pytest.raises(MoodError, match="expected 0 to 2, 1 is usual"):
        Style(*factors)


def test_every_mood_looks_different_from_every_other() -> None:
    faces = [settled(Mood(name)).face(0.0) for name in MOODS]
    distances = [np.abs(one - two).max() for i, one in enumerate(faces) for two in faces[:i]]
    assert min(distances) > 0.15


def test_disgust_leaves_lips_less_round_than_they_are_spoken() -> None:
    assert settled(Mood()).rounding == 1.0
    assert settled(Mood("disgusted")).rounding < 0.5


def test_mood_comes_gradually_and_goes_again() -> None:
    state = MoodState()
    state.mood = Mood("surprised")
    state.step(STEP_S)
    first = state.face(0.0)[ARKIT_INDEX["browInnerUp"]]
    assert 0 < first < 0.1
    state = settled(Mood("surprised"))
    state.mood = Mood()
    for _ in range(120):
        state.step(STEP_S)
    assert np.abs(state.face(0.0)).max() < 0.01


@pytest.mark.parametrize("name", MOODS)
def test_closed_lips_touch_in_every_mood(head: Head, name: str) -> None:
    upper, lower = head.lip_contact
    articulation = np.zeros((1, len(ARTICULATION_INDEX)), np.float32)
    articulation[0, [ARTICULATION_INDEX["closed"], ARTICULATION_INDEX["jaw"]]] = 1.0, 0.5
    arkit, tongue = arkit_from_articulation(styled(articulation, Style(jaw_strength=2.0)))
    face = settled(Mood(name, 1.5)).face(contact=1.0)
    pose = pose_from_arkit(
        arkit[0] + face, tongue[0], np.zeros(2, np.float32), np.zeros(3, np.float32), np.zeros(3, np.float32)
    )
    vertices = head(pose)
    assert np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max() < TOUCHING_M


def test_style_scales_jaw_and_lips_but_no_closure() -> None:
    articulation = np.full((4, len(ARTICULATION_INDEX)), 0.5, np.float32)
    spoken = styled(articulation, Style(jaw_strength=1.5, lip_strength=0.5))
    assert spoken[0, ARTICULATION_INDEX["jaw"]] == pytest.approx(0.735, abs=0.01)
    assert spoken[0, ARTICULATION_INDEX["round"]] == pytest.approx(0.25)
    for control in ("closed", "tuck"):
        assert spoken[0, ARTICULATION_INDEX[control]] == 0.5
