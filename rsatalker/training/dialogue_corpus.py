"""The corpus of stage 2: planned dialogues, played by the rules, with labels of the relationship.

The target of each event is the chance that the rules gave it, not whether it then happened: the same minimum of the
loss, from a twentieth of the hours. Readers of recorded dialogues give zeros and ones instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from rsatalker.motion.behaviour.pair import Pair
from rsatalker.motion.social import STRONGEST, SocialInput
from rsatalker.training.dialogue_plan import plan_dialogue
from rsatalker.training.dialogue_rules import RuleMind
from rsatalker.training.social_manner import RELATIONSHIPS

CONVERSATION_S = 60.0
BLENDED_SHARE, UNKNOWN_SHARE = 0.2, 0.1  # of the conversations
TOWARD_RAD = (-0.6, 0.6)  # yaw of the partner: people stand anywhere


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as the model meets it. T instants of two participants.

    Attributes:
        voices: What is heard.
        motion: What both showed one instant *before*.
        chances: Target of each event.
        possible: Where the event could begin; elsewhere its chance counts for nothing.
        values: Target of the tendencies, or of a tracked face.
        known: Whose values are known; a clip may have tracked one face only.
        present: The relationship, as `SocialInput.present` gives it.
    """

    voices: Float32[np.ndarray, "2 T S"]
    motion: Float32[np.ndarray, "2 T M"]
    chances: Float32[np.ndarray, "2 T E"]
    possible: Bool[np.ndarray, "2 T E"]
    values: Float32[np.ndarray, "2 T V"]
    known: Bool[np.ndarray, "2"]
    present: Float32[np.ndarray, "2 3 7"]

    def __len__(self) -> int:
        return self.voices.shape[1]


def make_conversations(hours: float, seed: int) -> list[Conversation]:
    """Return synthetic conversations of all relationships; the same for the same seed."""
    count = max(round(hours * 3600 / CONVERSATION_S), len(RELATIONSHIPS))
    return [play(draw_social(index, seed), [seed, index]) for index in range(count)]


def draw_social(index: int, seed: int) -> SocialInput:
    """Return the relationship of one conversation: each in turn, some blended or unknown."""
    rng = np.random.default_rng([seed, index, 1])
    relationship = RELATIONSHIPS[index % len(RELATIONSHIPS)]
    kind = rng.random()
    if kind < UNKNOWN_SHARE:
        return SocialInput(relationship, strength=0.0)
    if kind < UNKNOWN_SHARE + BLENDED_SHARE:
        other = RELATIONSHIPS[int(rng.integers(len(RELATIONSHIPS)))]
        return SocialInput(relationship, other, float(rng.random()), float(rng.uniform(0.2, STRONGEST)))
    return SocialInput(relationship)


def play(social: SocialInput, seed: list[int], seconds: float = CONVERSATION_S) -> Conversation:
    """Return a planned dialogue as the rules play it."""
    rng = np.random.default_rng(seed)
    timeline = plan_dialogue(social.relationship, seconds, rng)
    pair, mind = Pair(int(rng.integers(2**31))), RuleMind(social)
    pair.toward[:, 0] = rng.uniform(*TOWARD_RAD, 2)
    rows: tuple[list[np.ndarray], ...] = ([], [], [], [], [])
    for activity, loudness in zip(timeline.activity.T, timeline.loudness_db.T, strict=True):
        pair.hear(activity, loudness)
        inclination = mind.incline(pair)
        now = (pair.cues(), pair.seen, inclination.chances, pair.possible(), inclination.tendencies)
        for column, value in zip(rows, now, strict=True):
            column.append(value)
        pair.act(inclination)
    voices, motion, chances, possible, values = (np.stack(column, axis=1) for column in rows)
    return Conversation(voices, motion, chances, possible, values, np.ones(2, bool), social.present())
