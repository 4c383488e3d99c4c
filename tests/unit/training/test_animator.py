"""The rule animator closes lips where phones want it and blends in between."""

from itertools import pairwise

import numpy as np
import pytest

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.training.animator import animate, viseme_labels
from rsatalker.training.phones import Segment, Viseme

pytestmark = pytest.mark.unit

MAMA = [
    Segment(Viseme.SILENCE, 0.0, 0.3),
    Segment(Viseme.P, 0.3, 0.4),
    Segment(Viseme.AA, 0.4, 0.6),
    Segment(Viseme.P, 0.6, 0.66),
    Segment(Viseme.AA, 0.66, 0.9),
    Segment(Viseme.SILENCE, 0.9, 1.2),
]


def control(name: str, segments=MAMA, count: int = 36) -> np.ndarray:
    return animate(segments, count)[:, ARTICULATION_INDEX[name]]


def instant(time_s: float) -> int:
    return int(time_s * 30)


def test_lips_close_at_every_bilabial_however_short():
    assert control("closed")[instant(0.35)] == 1
    assert control("closed")[instant(0.63)] > 0.9


def test_jaw_is_nearly_shut_while_lips_are_closed_and_open_in_the_vowel():
    assert control("jaw")[instant(0.35)] < 0.1
    assert control("jaw")[instant(0.52)] > 0.6


def test_lower_lip_is_tucked_at_f():
    fa = [Segment(Viseme.SILENCE, 0, 0.2), Segment(Viseme.F, 0.2, 0.32), Segment(Viseme.AA, 0.32, 0.6)]
    assert control("tuck", fa, 18)[instant(0.26)] > 0.9


def test_rounding_begins_before_its_vowel():
    sue = [Segment(Viseme.SILENCE, 0, 0.2), Segment(Viseme.S, 0.2, 0.32), Segment(Viseme.UW, 0.32, 0.6)]
    assert control("round", sue, 18)[instant(0.28)] > 0.3


def test_silence_rests():
    articulation = animate([Segment(Viseme.SILENCE, 0, 2)], 60)
    assert np.ptp(articulation, axis=0).max() < 1e-6
    assert articulation[0, ARTICULATION_INDEX["jaw"]] == pytest.approx(0.02)


def test_labels_say_what_sounds_and_silence_outside():
    labels = viseme_labels(MAMA, 45)
    assert labels[instant(0.5)] == Viseme.AA
    assert labels[instant(0.35)] == Viseme.P
    assert (labels[36:] == Viseme.SILENCE).all()


def test_articulation_stays_in_range():
    rng = np.random.default_rng(0)
    bounds = np.sort(rng.uniform(0, 5, 60))
    segments = [Segment(Viseme(int(rng.integers(17))), a, b) for a, b in pairwise(bounds)]
    articulation = animate(segments, 150)
    assert articulation.min() >= 0
    assert articulation.max() <= 1
