"""What a developer has without this model: a mouth driven by loudness, and MFCC lip-sync; printed beside every score.

Both are fitted to the same corpus as the model, so that they are as good as they can be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32
from scipy.fft import dct

from rsatalker.speech.features import FEATURES_PER_INSTANT
from rsatalker.training.animator import TARGETS
from rsatalker.training.examples import Example
from rsatalker.training.phones import Viseme

MFCC_COUNT = 12  # as uLipSync: the first cepstral coefficients without loudness
SMOOTHING = 0.5  # per instant, as its default
SILENT_LOUDNESS = -7.0  # natural log of power below the loud parts of the clip
LOUDNESS_SPAN = 8.0  # from silence to loud speech, natural log of power

Features = Float32[np.ndarray, "F 80"]
Articulation = Float32[np.ndarray, "T 12"]


class LoudnessLips:
    """Every control is a quadratic function of loudness."""

    def __init__(self, corpus: Sequence[Example]) -> None:
        inputs = np.concatenate([self._inputs(example.features.astype(np.float32)) for example in corpus])
        targets = np.concatenate([example.articulation.astype(np.float32) for example in corpus])
        self.weights = np.linalg.lstsq(inputs, targets, rcond=None)[0]

    def __call__(self, features: Features) -> Articulation:
        """Return the articulation of a clip."""
        return (self._inputs(features) @ self.weights).astype(np.float32)

    def _inputs(self, features: Features) -> np.ndarray:
        level = np.clip((_loudness(features) + LOUDNESS_SPAN) / LOUDNESS_SPAN, 0, 1.2)
        return np.stack([np.ones_like(level), level, level**2], axis=1)


class MfccLips:
    """The viseme whose mean MFCC is nearest, smoothed; one template a viseme (uLipSync's method)."""

    def __init__(self, corpus: Sequence[Example]) -> None:
        cepstra = np.concatenate([_mfcc(example.features.astype(np.float32)) for example in corpus])
        visemes = np.concatenate([example.visemes for example in corpus])
        self.visemes = np.array([viseme for viseme in Viseme if (visemes == viseme).any()])
        self.templates = np.stack([cepstra[visemes == viseme].mean(axis=0) for viseme in self.visemes])
        self.deviation = cepstra.std(axis=0)

    def __call__(self, features: Features) -> Articulation:
        """Return the articulation of a clip."""
        distance = ((_mfcc(features)[:, None] - self.templates) / self.deviation) ** 2
        nearest = self.visemes[distance.sum(axis=2).argmin(axis=1)]
        nearest[_loudness(features) < SILENT_LOUDNESS] = Viseme.SILENCE
        wanted = TARGETS[nearest]
        articulation = np.empty_like(wanted)
        now = wanted[0]
        for instant, target in enumerate(wanted):
            now = now + SMOOTHING * (target - now)
            articulation[instant] = now
        return articulation


def _by_instant(features: Features) -> np.ndarray:
    return features.reshape(-1, FEATURES_PER_INSTANT, features.shape[1])


def _loudness(features: Features) -> np.ndarray:
    """Return natural log power of each instant, relative to the clip's loud parts."""
    power = np.log(np.exp(_by_instant(features)).sum(axis=2).mean(axis=1) + 1e-6)
    return power - np.percentile(power, 95)


def _mfcc(features: Features) -> np.ndarray:
    return np.asarray(dct(_by_instant(features).mean(axis=1), norm="ortho", axis=1))[:, 1 : MFCC_COUNT + 1]
