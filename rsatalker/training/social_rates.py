"""How often heads do what, counted over minutes of planned talk, by relation and role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from jaxtyping import Float32, Float64

from rsatalker.motion.behaviour.decision import SEEN
from rsatalker.motion.behaviour.pair import Inclination, Pair
from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.dyadic_mind import DyadicMinds
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.social import SocialInput
from rsatalker.training.dialogue_plan import Timeline
from rsatalker.training.dialogue_rules import RuleMind
from rsatalker.training.social_manner import Manner


class Minds(Protocol):
    """What inclines the heads of several conversations."""

    def incline_all(self, pairs: Sequence[Pair]) -> list[Inclination]:
        """Return how the heads of each conversation are inclined now."""
        ...


class RuleMinds:
    """Several conversations by the rules."""

    def __init__(self, socials: Sequence[SocialInput]) -> None:
        self._minds = [RuleMind(social) for social in socials]

    def incline_all(self, pairs: Sequence[Pair]) -> list[Inclination]:
        """Return how the heads of each conversation are inclined now."""
        return [mind.incline(pair) for mind, pair in zip(self._minds, pairs, strict=True)]


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of one conversation of T instants.

    Attributes:
        seen: What both showed, values of `SEEN`.
        speaking: Whether each spoke.
        began: Blinks, nods and smiles that began.
    """

    seen: Float32[np.ndarray, "T 2 7"]
    speaking: Float32[np.ndarray, "T 2"]
    began: Float32[np.ndarray, "T 2 3"]


@dataclass(frozen=True, slots=True)
class Rates:
    """What one participant did.

    Attributes:
        gaze_while_speaking: Share of own speaking time spent looking at the partner.
        gaze_while_listening: The same while the partner speaks.
        nods_per_minute: Of listening.
        smiles_per_minute: In conversation.
        blinks_per_minute: In conversation.
    """

    gaze_while_speaking: float
    gaze_while_listening: float
    nods_per_minute: float
    smiles_per_minute: float
    blinks_per_minute: float

    @staticmethod
    def wanted(manner: Manner) -> Rates:
        """Return the row of the table."""
        return Rates(*(getattr(manner, field.name) for field in fields(Rates)))


def watch(minds: Minds, timelines: Sequence[Timeline], seeds: Sequence[int]) -> list[Watched]:
    """Return what the heads do in conversations of equal length that run side by side."""
    pairs = [Pair(seed) for seed in seeds]
    steps = timelines[0].activity.shape[1]
    seen = np.zeros((len(pairs), steps, 2, len(SEEN)), np.float32)
    speaking, began = np.zeros((len(pairs), steps, 2), np.float32), np.zeros((len(pairs), steps, 2, 3), np.float32)
    for t in range(steps):
        for pair, timeline in zip(pairs, timelines, strict=True):
            pair.hear(timeline.activity[:, t], timeline.loudness_db[:, t])
        for index, (pair, inclination) in enumerate(zip(pairs, minds.incline_all(pairs), strict=True)):
            pair.act(inclination)
            seen[index, t] = pair.seen
            speaking[index, t] = [voice.speaking for voice in pair.voices]
            began[index, t] = [(h.blinks.began, h.nods.began, h.smiles.began) for h in pair.heads]
    return [Watched(*arrays) for arrays in zip(seen, speaking, began, strict=True)]


def rates_of(watched: Sequence[Watched], participant: int) -> Rates:
    """Return the rates of one participant over several conversations of one relation."""
    seen = np.concatenate([w.seen[:, participant] for w in watched])
    own = np.concatenate([w.speaking[:, participant] for w in watched]) > 0
    other = np.concatenate([w.speaking[:, 1 - participant] for w in watched]) > 0
    began = np.concatenate([w.began[:, participant] for w in watched])
    looking = seen[:, SEEN.index("looking")]
    blinks, nods, smiles = began.sum(0)
    minutes, listening = len(own) * STEP_S / 60, (other & ~own).sum() * STEP_S / 60
    return Rates(
        float(looking[own].mean()), float(looking[other & ~own].mean()), float(nods / listening),
        float(smiles / minutes), float(blinks / minutes),
    )  # fmt: skip


def clip_features(watched: Watched, start: int, instants: int) -> Float64[np.ndarray, " D"]:
    """Return what the probe sees of a stretch: means, spreads and event rates, of both and of their difference."""
    cut = slice(start, start + instants)
    heads: list[np.ndarray] = []
    for participant in (0, 1):
        seen, own = watched.seen[cut, participant], watched.speaking[cut, participant] > 0
        looking = seen[:, SEEN.index("looking")]
        shares = (looking[own].mean() if own.any() else 0.5, looking[~own].mean() if (~own).any() else 0.5)
        heads.append(np.concatenate([seen.mean(0), seen.std(0), watched.began[cut, participant].mean(0), shares]))
    return np.concatenate([heads[0] + heads[1], np.abs(heads[0] - heads[1])]).astype(np.float64)


def model_minds(model: DyadicModel, socials: Sequence[SocialInput]) -> Minds:
    """Return minds of the model."""
    return DyadicMinds(model, socials)
