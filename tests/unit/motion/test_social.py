"""Relationships and what is wrong with some of them."""

import pytest

from rsatalker.errors import RelationshipError
from rsatalker.motion.manner import manners
from rsatalker.motion.social import Relationship

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


def test_manners_follow_the_senior() -> None:
    first, second = manners(Relationship("non-blood", "unequal", 1))
    assert first.chin_rad > 0 > second.chin_rad
    assert first.gaze_while_speaking < second.gaze_while_speaking
    assert first.nods_per_minute > second.nods_per_minute
