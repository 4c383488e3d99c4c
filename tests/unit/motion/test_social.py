"""Relationships and what is wrong with some of them."""

import re

import numpy as np
import pytest

from rsatalker.errors import RelationshipError
from rsatalker.motion.social import FACTORS, Relationship, SocialInput

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("in-law", "equal", None), "kinship is 'in-law'; expected one of blood, non-blood"),
        (("blood", "odd", None), "status is 'odd'; expected one of equal, unequal"),
        (("blood", "unequal", None), "nobody is senior"),
        (("blood", "unequal", 2), "nobody is senior"),
        (("blood", "equal", 0), "a senior is named"),
    ],
)
def test_relationship_refuses_contradictions(arguments: tuple[str, str, int | None], sentence: str) -> None:
    with pytest.raises(RelationshipError, match=sentence):
        Relationship(*arguments)  # type: ignore[arg-type]


def test_social_input_names_what_is_there_for_each_participant() -> None:
    present = SocialInput(Relationship("blood", "unequal", 1)).present()
    assert [[FACTORS[int(row.argmax())] for row in rows] for rows in present] == [
        ["blood", "unequal", "junior"],
        ["blood", "unequal", "senior"],
    ]
    assert present.sum() == 6


def test_social_input_blends_and_fades() -> None:
    one, other = Relationship("blood", "equal"), Relationship("non-blood", "equal")
    half = SocialInput(one, other, share=0.5, strength=0.8).present()
    np.testing.assert_allclose(half, 0.4 * (SocialInput(one).present() + SocialInput(other).present()), atol=1e-6)
    assert not SocialInput(one, strength=0.0).present().any()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"share": 1.2}, "share of the second relationship is 1.2; expected 0 to 1"),
        ({"share": 0.5}, "no second relationship to blend in"),
        ({"strength": 2.0}, "strength is 2; expected 0 (forgotten) to 1.5"),
    ],
)
def test_social_input_refuses_what_it_cannot_show(arguments: dict[str, float], sentence: str) -> None:
    with pytest.raises(RelationshipError, match=re.escape(sentence)):
        SocialInput(**arguments)  # type: ignore[arg-type]
