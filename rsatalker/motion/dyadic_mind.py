"""The dyadic model at work in one conversation: the mind of two heads."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import CheckpointError
from rsatalker.motion.behaviour.pair import Inclination, Pair
from rsatalker.motion.behaviour.voice_state import CUES
from rsatalker.motion.dyadic_model import DyadicModel
from rsatalker.motion.dyadic_step import DyadicStep, Now, push_together
from rsatalker.motion.social import SocialInput
from rsatalker.motion.together import Making, Question, alone

CHANGE = 0.08  # a step: a new relationship is there within a second


class DyadicMind:
    """Inclines two heads by the model. Copies share the weights.

    Args:
        model: In the space of events and tendencies.
        social: Who the two are to each other.

    Raises:
        CheckpointError: The model decodes tracked faces, which no events can be drawn from.
    """

    def __init__(self, model: DyadicModel, social: SocialInput) -> None:
        if model.config.events == 0 or model.config.voice_size != len(CUES):
            raise CheckpointError(
                f"the dyadic model decodes {model.config.expression_space} faces; heads that behave need one of "
                "events, such as the bundled one. Train it without --data."
            )
        self._model, self._step = model, DyadicStep(model)
        self._social = social
        self._wanted = self._now = self._feature(social)

    @property
    def social(self) -> SocialInput:
        """Who the two are to each other; a change comes gradually, within a second."""
        return self._social

    @social.setter
    def social(self, social: SocialInput) -> None:
        self._social, self._wanted = social, self._feature(social)

    def incline(self, pair: Pair) -> Inclination:
        """Return how both are inclined now."""
        return alone(self.inclining(pair))

    def inclining(self, pair: Pair) -> Making[Inclination]:
        """Do what `incline` does, beside other conversations."""
        self._now = self._now + CHANGE * (self._wanted - self._now)
        now = Now(pair.cues()[None], pair.seen[None], self._now)
        chances, tendencies = yield Question(push_together, self._step.network.identity, (self._step, now))
        return Inclination(chances[0], tendencies[0])

    def _feature(self, social: SocialInput) -> Float32[np.ndarray, "1 2 Q C"]:
        return self._model.social_feature(social).numpy()

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        fork = copy.copy(self)
        fork._step = copy.deepcopy(self._step, memo)
        return fork


class DyadicMinds:
    """Inclines the heads of several conversations in one step of the model, at a fraction of the time of each."""

    def __init__(self, model: DyadicModel, socials: Sequence[SocialInput]) -> None:
        self._step = DyadicStep(model, len(socials))
        self._features = np.concatenate([model.social_feature(social).numpy() for social in socials])

    def incline_all(self, pairs: Sequence[Pair]) -> list[Inclination]:
        """Return how the heads of each conversation are inclined now."""
        cues, seen = np.stack([pair.cues() for pair in pairs]), np.stack([pair.seen for pair in pairs])
        chances, tendencies = self._step.push(cues, seen, self._features)
        return [Inclination(c, t) for c, t in zip(chances, tendencies, strict=True)]
