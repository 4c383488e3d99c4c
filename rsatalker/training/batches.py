"""Batches for training: random stretches of the corpus, balanced between kinds of voices, varied in every batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsatalker.training.engines.voices import GROUPS
from rsatalker.training.examples import Example
from rsatalker.training.phones import Viseme
from rsatalker.training.variations import Variation

GROUP_SHARES = {"formant": 0.12, "english": 0.20, "foreign": 0.10, "neural": 0.58}  # of the stretches


class Batch(NamedTuple):
    """Stretches of speech with their targets; features run `look_ahead` instants longer."""

    features: Float[Tensor, "B F bands"]
    articulation: Float[Tensor, "B T 12"]
    visemes: Int[Tensor, "B T"]


class Batches:
    """The corpus in memory, cut into random stretches. The same seed gives the same batches.

    Args:
        examples: The training split.
        instants: Length of a stretch.
        look_ahead: Instants that the model may hear beyond it.
        vary: What makes features different each time.
        seed: Of the random stretches.

    Attributes:
        features_per_instant: Features in one instant of motion.
        bands: Numbers in a feature.
    """

    def __init__(self, examples: Iterable[Example], instants: int, look_ahead: int, vary: Variation, seed: int) -> None:
        corpus = list(examples)
        self.features = np.concatenate([example.features for example in corpus])
        self.articulation = np.concatenate([example.articulation for example in corpus])
        self.visemes = np.concatenate([example.visemes for example in corpus])
        groups = np.concatenate([np.full(len(example.visemes), example.group, np.uint8) for example in corpus])
        self.features_per_instant, self.bands = len(self.features) // len(self.visemes), self.features.shape[1]
        last_start = len(self.visemes) - instants - look_ahead
        self.starts = [np.flatnonzero(groups[:last_start] == group) for group in range(len(GROUPS))]
        shares = np.array([GROUP_SHARES[name] * bool(len(self.starts[i])) for i, name in enumerate(GROUPS)])
        self.group_probabilities = shares / shares.sum()
        self.instants, self.look_ahead, self.vary = instants, look_ahead, vary
        self.rng = np.random.default_rng(seed)

    @property
    def hours(self) -> float:
        """Length of the corpus with its augmented copies."""
        return len(self.visemes) / 30 / 3600

    def feature_statistics(self) -> tuple[float, float]:
        """Return mean and standard deviation of all features, from a fixed sample."""
        sample = self.features[:: max(1, len(self.features) // 100_000)].astype(np.float32)
        return float(sample.mean()), float(sample.std())

    def refresh(self) -> None:
        """Do nothing: what was read is all there is."""

    def state(self) -> dict[str, Any]:
        """Return what the next batches depend on."""
        return dict(self.rng.bit_generator.state)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`."""
        self.rng.bit_generator.state = state

    def draw(self, size: int) -> Batch:
        """Return the next batch."""
        groups = self.rng.choice(len(GROUPS), size, p=self.group_probabilities)
        starts = [int(self.rng.choice(self.starts[group])) for group in groups]
        rate = self.features_per_instant
        feature_count = (self.instants + self.look_ahead) * rate
        features = np.stack([
            self.features[start * rate : start * rate + feature_count] for start in starts
        ]).astype(np.float32)  # fmt: skip
        articulation = np.stack([self.articulation[start : start + self.instants] for start in starts])
        visemes = np.stack([self.visemes[start : start + self.instants] for start in starts])
        return Batch(
            torch.from_numpy(self.vary(features, self.rng)),
            torch.from_numpy(articulation.astype(np.float32)),
            torch.from_numpy(visemes.astype(np.int64)),
        )


def is_speech(visemes: Int[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """Return 1 where a phone sounds and 0 in silence."""
    return (visemes != Viseme.SILENCE).float()
