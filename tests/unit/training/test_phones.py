"""Phones of each alphabet are the right lip shapes."""

import pytest

from rsatalker.training.phones import (
    Segment,
    Viseme,
    segments_of,
    visemes_of_arpabet,
    visemes_of_espeak,
    visemes_of_foreign,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("phone", "viseme"), [("p", Viseme.P), ("m", Viseme.P), ("v", Viseme.F), ("pau", Viseme.SILENCE)]
)
def test_arpabet_phones_have_their_viseme(phone, viseme):
    assert visemes_of_arpabet(phone) == (viseme,)


@pytest.mark.parametrize(
    ("phone", "viseme"), [("b", Viseme.P), ("t#", Viseme.T), ("i:", Viseme.IY), ("tS", Viseme.CH), ("m-", Viseme.P)]
)
def test_espeak_phones_have_their_viseme(phone, viseme):
    assert visemes_of_espeak(phone) == (viseme,)


@pytest.mark.parametrize(
    ("language", "phone", "viseme"),
    [("cs", "ch", Viseme.K), ("it", "a1", Viseme.AA), ("fi", "pp", Viseme.P), ("ru", "s", Viseme.S)],
)
def test_foreign_phones_have_their_viseme(language, phone, viseme):
    assert visemes_of_foreign(phone, language) == (viseme,)


def test_unknown_phones_have_none():
    assert visemes_of_arpabet("qqq") == ()
    assert visemes_of_espeak("¬") == ()


def test_diphthongs_become_two_segments():
    first, second = segments_of([(visemes_of_arpabet("ay"), 1.0, 1.2)])
    assert (first.viseme, second.viseme) == (Viseme.AA, Viseme.IY)
    assert first.end_s == second.start_s == pytest.approx(1.11)


def test_silences_in_a_row_become_one():
    silence = (Viseme.SILENCE,)
    assert segments_of([(silence, 0, 0.1), (silence, 0.1, 0.3)]) == [Segment(Viseme.SILENCE, 0, 0.3)]


def test_unknown_and_empty_segments_are_left_out():
    assert segments_of([((), 0, 1), ((Viseme.P,), 1, 1)]) == []
