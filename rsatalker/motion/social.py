"""Who the two are to each other: the social input of the model.

Classes (blood / non-blood, equal / unequal) follow RSATalker (arXiv 2601.10606); who is senior is our own addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from rsatalker.errors import RelationshipError

Kinship = Literal["blood", "non-blood"]
Status = Literal["equal", "unequal"]


@dataclass(frozen=True, slots=True)
class Relationship:
    """Kinship and status of participants 0 and 1.

    Attributes:
        kinship: Whether they are kin.
        status: Whether one stands above the other.
        senior: The participant who does, 0 or 1; None exactly when the status is equal.

    Raises:
        RelationshipError: A value is unknown, or senior and status contradict each other.
    """

    kinship: Kinship = "non-blood"
    status: Status = "equal"
    senior: int | None = None

    def __post_init__(self) -> None:
        if self.kinship not in get_args(Kinship):
            raise RelationshipError(f"kinship is {self.kinship!r}; expected one of {', '.join(get_args(Kinship))}.")
        if self.status not in get_args(Status):
            raise RelationshipError(f"status is {self.status!r}; expected one of {', '.join(get_args(Status))}.")
        if self.status == "unequal" and self.senior not in (0, 1):
            raise RelationshipError(
                "status is unequal but nobody is senior; name the senior participant, 0 (a) or 1 (b)."
            )
        if self.status == "equal" and self.senior is not None:
            raise RelationshipError(
                "status is equal but a senior is named; leave senior out, or make the status unequal."
            )
