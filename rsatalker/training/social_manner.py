"""How a relationship shows: the table of rates that the corpus is played by, and that the model is measured against.

Sources: gaze 41 % of own speaking and 75 % of listening time (Argyle & Ingham 1975); the ratio of the two grows with
power (Dovidio & Ellyson 1982: about 1 for high, .55 to .7 for equal, .5 for low power); 26 blinks a minute in
conversation (Bentivoglio et al. 1997). How kinship and status scale smiles, nods and gaps is our own design: the
literature gives directions (smiles follow affiliation; nods and lowered heads follow low status), not these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from rsatalker.motion.social import Relationship, SocialInput

GAZE_WHILE_LISTENING = 0.75  # share of listening time
SMILES_PER_MINUTE = 3.0
NODS_PER_MINUTE = 8.0  # of listening time
SENIOR_CHIN_RAD = -0.035  # two degrees up
JUNIOR_CHIN_RAD = 0.052  # three degrees down


@dataclass(frozen=True, slots=True)
class Manner:
    """What one participant tends to do.

    Attributes:
        closeness: 0 for strangers to 1 for siblings; scales smiles at rest and the answer to the partner's smile.
        gaze_while_speaking: Share of own speaking time spent looking at the partner.
        gaze_while_listening: The same while the partner speaks.
        smiles_per_minute: Events that begin, those that answer the partner's among them.
        nods_per_minute: Events per minute of listening.
        blinks_per_minute: In conversation.
        chin_rad: Pitch of the head at rest, positive is down.
        looks_down: Chance that a glance away goes down rather than aside.
    """

    closeness: float
    gaze_while_speaking: float
    gaze_while_listening: float
    smiles_per_minute: float
    nods_per_minute: float
    blinks_per_minute: float
    chin_rad: float
    looks_down: float


@dataclass(frozen=True, slots=True)
class RelationRates:
    """One row of the table of relations; pairs are senior, junior."""

    closeness: float
    gaze_ratio: tuple[float, float]  # looking while speaking / looking while listening
    smiles: float  # factor
    nods: tuple[float, float]  # factor
    gap_s: tuple[float, float]  # before their turns


RATES: dict[tuple[str, str], RelationRates] = {
    ("blood", "equal"): RelationRates(1.0, (0.65, 0.65), 1.3, (1.0, 1.0), (0.10, 0.10)),
    ("blood", "unequal"): RelationRates(0.8, (0.95, 0.50), 1.1, (0.8, 1.3), (0.15, 0.15)),
    ("non-blood", "equal"): RelationRates(0.6, (0.60, 0.60), 1.0, (1.0, 1.0), (0.20, 0.20)),
    ("non-blood", "unequal"): RelationRates(0.2, (1.10, 0.45), 0.6, (0.6, 1.5), (0.15, 0.30)),
}

RELATIONSHIPS: tuple[Relationship, ...] = (  # every kind, and who is senior
    Relationship("blood", "equal"),
    Relationship("blood", "unequal", 0),
    Relationship("blood", "unequal", 1),
    Relationship("non-blood", "equal"),
    Relationship("non-blood", "unequal", 0),
    Relationship("non-blood", "unequal", 1),
)


def manners(relationship: Relationship) -> tuple[Manner, Manner]:
    """Return what participants 0 and 1 tend to do in this relationship."""
    rates = RATES[relationship.kinship, relationship.status]

    def manner(participant: int) -> Manner:
        junior = relationship.senior is not None and relationship.senior != participant
        role = int(junior)  # equals share the first column, which is the same as the second
        chin = 0.0
        if relationship.senior is not None:
            chin = JUNIOR_CHIN_RAD if junior else SENIOR_CHIN_RAD
        # A ratio above 1 cannot come from listening at .75 alone: the powerful look less while they listen.
        listening = GAZE_WHILE_LISTENING if rates.gaze_ratio[role] <= 1 else 0.65
        return Manner(
            closeness=rates.closeness,
            gaze_while_speaking=listening * rates.gaze_ratio[role],
            gaze_while_listening=listening,
            smiles_per_minute=SMILES_PER_MINUTE * rates.smiles,
            nods_per_minute=NODS_PER_MINUTE * rates.nods[role],
            blinks_per_minute=26.0,
            chin_rad=chin,
            looks_down=0.65 if junior else 0.3,
        )

    return manner(0), manner(1)


def gap_s(relationship: Relationship, participant: int) -> float:
    """Return the mean gap that a participant leaves before an own turn, seconds."""
    rates = RATES[relationship.kinship, relationship.status]
    return rates.gap_s[int(relationship.senior is not None and relationship.senior != participant)]


def blended_manners(social: SocialInput) -> tuple[Manner, Manner]:
    """Return what both tend to do between two relationships, or in one that shows more or less strongly."""
    unknown = _mean([manner for relationship in RELATIONSHIPS for manner in manners(relationship)])
    first, second = (
        _mixed(unknown, _mixed(one, other, social.share), social.strength)
        for one, other in zip(manners(social.relationship), manners(social.other or social.relationship), strict=True)
    )
    return first, second


def _mean(all_manners: list[Manner]) -> Manner:
    return Manner(*(sum(getattr(m, f.name) for m in all_manners) / len(all_manners) for f in fields(Manner)))


def _mixed(one: Manner, other: Manner, share: float) -> Manner:
    return Manner(*((1 - share) * getattr(one, f.name) + share * getattr(other, f.name) for f in fields(Manner)))
