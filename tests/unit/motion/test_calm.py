"""Calm lips: less tremble, a shut jaw in silence, the same however the instants come."""

import numpy as np
import pytest

from rsatalker.motion.articulation import ARTICULATION_INDEX, lip_approach
from rsatalker.motion.calm import CONTACTS, HELD_INSTANTS, SILENT_JAW, Calm

pytestmark = pytest.mark.unit

JAW = ARTICULATION_INDEX["jaw"]


def trembling(instants: int = 60) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.clip(0.5 + rng.normal(0, 0.1, (2, instants, 12)), 0, 1).astype(np.float32)


def test_lips_tremble_less_and_stay_where_they_are():
    controls = trembling()
    free = [column for column in range(12) if column not in CONTACTS]
    calm = Calm(2).push(controls, np.ones((2, 60), np.float32))[..., free]
    controls = controls[..., free]
    assert np.abs(np.diff(calm, 2, axis=1)).mean() < 0.85 * np.abs(np.diff(controls, 2, axis=1)).mean()
    np.testing.assert_allclose(calm.mean(axis=1), controls.mean(axis=1), atol=0.02)
    assert not np.array_equal(calm, controls)


def test_instants_are_the_same_one_by_one_and_together():
    controls, activity = trembling(), np.random.default_rng(1).random((2, 60)).astype(np.float32)
    whole, parts = Calm(2).push(controls, activity), Calm(2)
    single = [parts.push(controls[:, t : t + 1], activity[:, t : t + 1]) for t in range(60)]
    np.testing.assert_allclose(np.concatenate(single, axis=1), whole, atol=1e-6)


def test_jaw_stays_shut_where_nobody_speaks():
    calm = Calm(2).push(trembling(), np.zeros((2, 60), np.float32))
    assert calm[..., JAW].max() <= SILENT_JAW + 1e-6
    assert calm[..., JAW + 1].max() > 0.4  # only the jaw


def test_jaw_closes_after_the_voice_was_held_and_not_at_once():
    controls = np.full((1, 20, 12), 0.6, np.float32)
    activity = np.where(np.arange(20) < 10, 1.0, 0.0).astype(np.float32)[None]
    jaw = Calm(1).push(controls, activity)[0, :, JAW]
    assert jaw[9 + HELD_INSTANTS - 1] == pytest.approx(0.6)
    assert jaw[9 + HELD_INSTANTS] < 0.2


def test_no_instants_are_no_instants():
    assert Calm(2).push(np.zeros((2, 0, 12), np.float32), np.zeros((2, 0), np.float32)).shape == (2, 0, 12)


def single_contact() -> np.ndarray:
    controls = np.zeros((1, 8, 12), np.float32)
    controls[0, 2] = 1.0
    return Calm(1).push(controls, np.ones((1, 8), np.float32))[0]


def test_contact_of_one_instant_is_made_in_full_and_let_go_smoothly():
    closed, tuck = single_contact()[:, CONTACTS].T
    assert closed[2] == tuck[2] == 1
    assert 0 < tuck[3] < 0.3


def test_lips_part_over_several_instants_and_not_at_once():
    near = lip_approach(single_contact()[:, CONTACTS[0]])
    assert near[2] == 1
    assert np.abs(np.diff(near[2:])).max() < 0.7
    assert near[6] < 0.01
