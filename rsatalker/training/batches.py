"""Batches for training: random stretches of the corpus, balanced between kinds of voices, varied in the mel domain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsatalker.speech.features import FEATURES_PER_INSTANT, MEL_BANDS, SILENT_FEATURE
from rsatalker.training.engines.voices import GROUPS
from rsatalker.training.examples import Example
from rsatalker.training.phones import Viseme

GROUP_SHARES = {
    "formant": 0.30,
    "english": 0.44,
    "foreign": 0.26,
}  # of the stretches: recorded voices are nearer to people
WARP_SHARE = 0.6  # of the stretches get another vocal tract
WARP_RANGE = (0.88, 1.14)  # of the mel axis: a child to a large man
EQ_KNOTS, EQ_DEVIATION = 5, 2.0  # natural log of power: about 9 dB between microphones
GAIN_RANGE = (-3.5, 1.5)  # natural log of power: -15 to +6.5 dB
HISS_SHARE, HISS_RANGE = 0.6, (SILENT_FEATURE, -6.0)
MASK_SHARE, MASK_BANDS = 0.5, 14  # SpecAugment (Park et al. 2019): a missing band
CONTRAST_RANGE = (0.75, 1.3)  # of the distance from the mean spectrum: recordings are compressed or wide
STYLE_SHARE = 0.4  # MixStyle (Zhou et al. 2021): the long-term spectrum of another stretch, mixed with one's own


class Batch(NamedTuple):
    """Stretches of speech with their targets; features run `look_ahead` instants longer."""

    features: Float[Tensor, "B F 80"]
    articulation: Float[Tensor, "B T 12"]
    visemes: Int[Tensor, "B T"]


class Batches:
    """The corpus in memory, cut into random stretches. The same seed gives the same batches.

    Args:
        examples: The training split.
        instants: Length of a stretch.
        look_ahead: Instants that the model may hear beyond it.
        seed: Of the random stretches.
    """

    def __init__(self, examples: Iterable[Example], instants: int, look_ahead: int, seed: int) -> None:
        corpus = list(examples)
        self.features = np.concatenate([example.features for example in corpus])
        self.articulation = np.concatenate([example.articulation for example in corpus])
        self.visemes = np.concatenate([example.visemes for example in corpus])
        groups = np.concatenate([np.full(len(example.visemes), example.group, np.uint8) for example in corpus])
        last_start = len(self.visemes) - instants - look_ahead
        self.starts = [np.flatnonzero(groups[:last_start] == group) for group in range(len(GROUPS))]
        shares = np.array([GROUP_SHARES[name] * bool(len(self.starts[i])) for i, name in enumerate(GROUPS)])
        self.group_probabilities = shares / shares.sum()
        self.instants, self.look_ahead = instants, look_ahead
        self.rng = np.random.default_rng(seed)

    @property
    def hours(self) -> float:
        """Length of the corpus with its augmented copies."""
        return len(self.visemes) / 30 / 3600

    def feature_statistics(self) -> tuple[float, float]:
        """Return mean and standard deviation of all features, from a fixed sample."""
        sample = self.features[:: max(1, len(self.features) // 100_000)].astype(np.float32)
        return float(sample.mean()), float(sample.std())

    def draw(self, size: int) -> Batch:
        """Return the next batch."""
        groups = self.rng.choice(len(GROUPS), size, p=self.group_probabilities)
        starts = [int(self.rng.choice(self.starts[group])) for group in groups]
        feature_count = (self.instants + self.look_ahead) * FEATURES_PER_INSTANT
        features = np.stack([
            self.features[start * FEATURES_PER_INSTANT : start * FEATURES_PER_INSTANT + feature_count]
            for start in starts
        ]).astype(np.float32)  # fmt: skip
        articulation = np.stack([self.articulation[start : start + self.instants] for start in starts])
        visemes = np.stack([self.visemes[start : start + self.instants] for start in starts])
        return Batch(
            torch.from_numpy(self._varied(features)),
            torch.from_numpy(articulation.astype(np.float32)),
            torch.from_numpy(visemes.astype(np.int64)),
        )

    def _varied(self, features: np.ndarray) -> np.ndarray:
        """Return features of other throats, microphones and loudnesses."""
        size, rng = len(features), self.rng
        bands = np.arange(MEL_BANDS)
        warp = np.where(rng.random(size) < WARP_SHARE, rng.uniform(*WARP_RANGE, size), 1.0)
        position = np.clip(bands * warp[:, None], 0, MEL_BANDS - 1.01)
        below = position.astype(np.int64)[:, None]  # (B, 1, 80)
        fraction = (position - position.astype(np.int64)).astype(np.float32)[:, None]
        features = np.take_along_axis(features, below, 2) * (1 - fraction) + (
            np.take_along_axis(features, below + 1, 2) * fraction
        )
        features = self._with_other_statistics(features)
        knots = np.linspace(0, MEL_BANDS - 1, EQ_KNOTS)
        for row in range(size):
            equaliser = np.interp(bands, knots, rng.normal(0, EQ_DEVIATION, EQ_KNOTS)) + rng.uniform(*GAIN_RANGE)
            features[row] += equaliser.astype(np.float32)
            if rng.random() < HISS_SHARE:
                hiss = rng.uniform(*HISS_RANGE) + rng.normal(0, 0.5, MEL_BANDS)
                features[row] = np.logaddexp(features[row], hiss.astype(np.float32))
            if rng.random() < MASK_SHARE:
                first = int(rng.integers(MEL_BANDS - MASK_BANDS))
                features[row, :, first : first + int(rng.integers(2, MASK_BANDS))] = features[row].mean()
        return np.maximum(features, np.float32(SILENT_FEATURE))

    def _with_other_statistics(self, features: np.ndarray) -> np.ndarray:
        """Return features with mean and deviation of each band partly those of another stretch, and more or less so."""
        size, rng = len(features), self.rng
        mean, deviation = features.mean(axis=1, keepdims=True), features.std(axis=1, keepdims=True) + 0.1
        other = rng.permutation(size)
        mix = np.where(rng.random(size) < STYLE_SHARE, rng.beta(0.4, 0.4, size), 0.0)[:, None, None].astype(np.float32)
        contrast = rng.uniform(*CONTRAST_RANGE, (size, 1, 1)).astype(np.float32)
        new_deviation = contrast * (deviation + mix * (deviation[other] - deviation))
        return (features - mean) / deviation * new_deviation + mean + mix * (mean[other] - mean)


def is_speech(visemes: Int[Tensor, "B T"]) -> Float[Tensor, "B T"]:
    """Return 1 where a phone sounds and 0 in silence."""
    return (visemes != Viseme.SILENCE).float()
