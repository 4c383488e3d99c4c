"""The table of rates by relation and role."""

from dataclasses import astuple

import pytest

from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.training.social_manner import RELATIONSHIPS, blended_manners, gap_s, manners

pytestmark = pytest.mark.unit


def test_manners_follow_the_senior() -> None:
    first, second = manners(Relationship("non-blood", "unequal", 1))
    assert first.chin_rad > 0 > second.chin_rad
    assert first.gaze_while_speaking < second.gaze_while_speaking
    assert first.nods_per_minute > second.nods_per_minute


def test_manners_of_a_blend_lie_between() -> None:
    one, other = Relationship("blood", "equal"), Relationship("non-blood", "unequal", 0)
    blend = blended_manners(SocialInput(one, other, share=0.25))[0]
    expected = 0.75 * manners(one)[0].nods_per_minute + 0.25 * manners(other)[0].nods_per_minute
    assert blend.nods_per_minute == pytest.approx(expected)


def test_manners_of_an_unknown_relationship_are_those_of_everybody() -> None:
    unknown = [blended_manners(SocialInput(r, strength=0.0)) for r in RELATIONSHIPS]
    assert {astuple(manner) for pair in unknown for manner in pair} == {astuple(unknown[0][0])}


def test_gap_before_a_junior_turn_is_longer_among_strangers() -> None:
    strangers = Relationship("non-blood", "unequal", 1)
    assert (gap_s(strangers, 0), gap_s(strangers, 1)) == (0.30, 0.15)
