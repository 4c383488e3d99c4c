"""Scores: a perfect mouth scores 1, and each fault lowers its own score."""

import numpy as np
import pytest

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.training.animator import animate, viseme_labels
from rsatalker.training.metrics import Scored, best_lag, correlations, deep_silence, lip_scores
from rsatalker.training.phones import Segment, Viseme

pytestmark = pytest.mark.unit

CLOSED, JAW = ARTICULATION_INDEX["closed"], ARTICULATION_INDEX["jaw"]
WORDS = [
    Segment(Viseme.SILENCE, 0.0, 1.0),
    Segment(Viseme.P, 1.0, 1.1),
    Segment(Viseme.AA, 1.1, 1.4),
    Segment(Viseme.F, 1.4, 1.5),
    Segment(Viseme.IY, 1.5, 1.8),
    Segment(Viseme.P, 1.8, 1.9),
    Segment(Viseme.OW, 1.9, 2.2),
    Segment(Viseme.CH, 2.2, 2.4),
    Segment(Viseme.SILENCE, 2.4, 3.5),
]


def clip(estimate=None) -> Scored:
    target = animate(WORDS, 105)
    estimate = target if estimate is None else estimate
    return Scored(estimate, target, viseme_labels(WORDS, 105), np.array(WORDS, np.float32))


def changed(**_) -> np.ndarray:
    return animate(WORDS, 105).copy()


def test_perfect_lips_score_one():
    scores = lip_scores([clip()])
    assert scores.r8 == pytest.approx(1, abs=1e-3)
    assert scores.closure_recall == scores.closure_precision == scores.tuck_recall == scores.silence_shut == 1
    assert scores.lag_ms == 0
    assert scores.jerk == pytest.approx(1)


def test_missed_closure_lowers_recall_only():
    lips = changed()
    lips[52:60, CLOSED] = 0
    scores = lip_scores([clip(lips)])
    assert scores.closure_recall == 0.5
    assert scores.closure_precision == 1


def test_closure_in_a_vowel_lowers_precision_only():
    lips = changed()
    lips[38, CLOSED] = 1
    scores = lip_scores([clip(lips)])
    assert scores.closure_recall == 1
    assert scores.closure_precision == pytest.approx(2 / 3)


def test_closed_lips_in_silence_are_no_closures():
    lips = changed()
    lips[5:15, CLOSED] = 1
    assert lip_scores([clip(lips)]).closure_precision == 1


def test_open_jaw_in_silence_is_seen():
    lips = changed()
    lips[:20, JAW] = 0.5
    assert lip_scores([clip(lips)]).silence_shut < 0.8


def test_late_lips_have_a_positive_lag():
    jaw = animate(WORDS, 105)[:, JAW]
    assert best_lag(np.roll(jaw, 2), jaw) == 2
    assert best_lag(np.roll(jaw, -3), jaw) == -3


def test_frozen_face_correlates_with_nothing():
    target = animate(WORDS, 105)
    np.testing.assert_array_equal(correlations(np.zeros_like(target), target), 0)


def test_silence_near_speech_does_not_count():
    quiet = deep_silence(viseme_labels(WORDS, 105))
    assert quiet[10]
    assert not quiet[28]
