"""How a head goes with its own voice."""

import numpy as np
import pytest

from rsatalker.motion.behaviour.carriage import DEEPEST_RAD, SPREAD_RAD, WIDEST, Carriage
from rsatalker.motion.behaviour.decision import EVENTS, TENDENCIES, Decision
from rsatalker.motion.behaviour.nonverbal import Nonverbal
from rsatalker.motion.behaviour.voice_state import VoiceState

pytestmark = pytest.mark.unit


def talk(loud_db: float, steps: int) -> list[tuple[float, float]]:
    """Activity and loudness of a voice with a louder syllable every 20 instants."""
    return [(1.0, loud_db if t % 20 < 4 else -30.0) for t in range(steps)]


def carried(heard: list[tuple[float, float]], seed: int = 1) -> np.ndarray:
    carriage, voice = Carriage(np.random.default_rng(seed)), VoiceState()
    rotations: list[np.ndarray] = []
    for activity, loudness_db in heard:
        voice.step(activity, loudness_db)
        carriage.step(voice)
        rotations.append(carriage.rotation)
    return np.array(rotations)


def test_silent_head_is_not_moved() -> None:
    assert not carried([(0.0, -80.0)] * 60).any()


def test_talker_carries_the_head_this_way_and_that_within_bounds() -> None:
    rotations = carried(talk(-30.0, 1800))
    assert (rotations.std(axis=0) > 0.5 * np.array(SPREAD_RAD)).all()
    assert (np.abs(rotations) < 1.05 * WIDEST * np.array(SPREAD_RAD)).all()


def test_head_goes_down_with_a_stress() -> None:
    stressed, even = (Carriage(np.random.default_rng(1)) for _ in range(2))
    deeper: list[float] = []
    for t in range(30):
        stressed.step(VoiceState(speaking=True, emphasis=1.0 if t < 8 else 0.0))
        even.step(VoiceState(speaking=True))
        deeper.append(float(stressed.rotation[0] - even.rotation[0]))
    assert deeper[7] == pytest.approx(DEEPEST_RAD, rel=0.1)
    assert abs(deeper[-1]) < 0.05 * DEEPEST_RAD


def test_head_comes_back_when_the_voice_ends() -> None:
    rotations = carried([*talk(-30.0, 300), *[(0.0, -80.0)] * 90])
    assert np.abs(rotations[-1]).max() < 0.4 * np.abs(rotations[:300]).max()


def test_head_moves_without_a_jerk() -> None:
    steps_rad = np.abs(np.diff(carried(talk(-20.0, 900)), axis=0))
    assert np.degrees(steps_rad.max()) < 2.0  # 60 degrees a second


def test_eyes_of_a_talking_head_stay_on_the_partner() -> None:
    head, voice = Nonverbal(np.random.default_rng(1)), VoiceState()
    nothing = Decision(np.zeros(len(EVENTS), bool), np.ones(len(TENDENCIES), np.float32))
    turned, off = [], []
    for activity, loudness_db in talk(-20.0, 600):
        voice.step(activity, loudness_db)
        instant = head.step(nothing, voice, np.zeros(2, np.float32), 1.2)
        turned.append(instant.neck_pose[:2])
        off.append(instant.neck_pose[:2] + instant.gaze[::-1])
    assert np.degrees(np.ptp(turned, axis=0)).min() > 5.0
    assert np.degrees(np.abs(off).max()) < 4.0  # the gaze wanders over the partner's face, no more
