"""Who the two are to each other: the social input of the model.

Classes (blood / non-blood, equal / unequal) follow RSATalker (arXiv 2601.10606); who is senior, blends of two
relationships and a strength are our own additions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import RelationshipError

Kinship = Literal["blood", "non-blood"]
Status = Literal["equal", "unequal"]

# Embeddings of the social feature: kinship (2), status (2), own rank (3).
FACTORS: tuple[str, ...] = ("blood", "non-blood", "equal", "unequal", "peer", "senior", "junior")
SOCIAL_FACTORS = len(FACTORS)
STRONGEST = 1.5  # beyond it the model would leave what it has learned


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

    def rank(self, participant: int) -> Literal["peer", "senior", "junior"]:
        """Return where a participant stands."""
        if self.senior is None:
            return "peer"
        return "senior" if self.senior == participant else "junior"


@dataclass(frozen=True, slots=True)
class SocialInput:
    """What the model is told of the two: a relationship, or something between two, more or less strongly.

    Attributes:
        relationship: Who they are to each other.
        other: A second relationship to blend in, for example the one that a scene moves towards.
        share: Of the second one, 0 to 1.
        strength: 0 forgets the relationship, 1 is as learned, up to 1.5 exaggerates it.

    Raises:
        RelationshipError: Share or strength are out of range, or there is a share of nothing.
    """

    relationship: Relationship = field(default_factory=Relationship)
    other: Relationship | None = None
    share: float = 0.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise RelationshipError(f"share of the second relationship is {self.share:g}; expected 0 to 1.")
        if self.share > 0 and self.other is None:
            raise RelationshipError(
                f"share is {self.share:g} but there is no second relationship to blend in; name it."
            )
        if not 0 <= self.strength <= STRONGEST:
            raise RelationshipError(
                f"strength is {self.strength:g}; expected 0 (forgotten) to {STRONGEST:g}, 1 is as learned."
            )

    def present(self) -> Float32[np.ndarray, "2 3 7"]:
        """Return for each participant, and for kinship, status and rank, how much of each of `FACTORS` is there."""
        blended = (1 - self.share) * _present(self.relationship)
        if self.other is not None:
            blended += self.share * _present(self.other)
        return (self.strength * blended).astype(np.float32)


def _present(relationship: Relationship) -> Float32[np.ndarray, "2 3 7"]:
    present = np.zeros((2, 3, SOCIAL_FACTORS), np.float32)
    for participant in (0, 1):
        names = (relationship.kinship, relationship.status, relationship.rank(participant))
        for row, name in enumerate(names):
            present[participant, row, FACTORS.index(name)] = 1.0
    return present
