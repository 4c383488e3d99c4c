"""Features made different in every batch: other throats, microphones, rooms and loudnesses, for nothing in storage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.encoders import LOG_MEL
from rsatalker.speech.features import MEL_BANDS, SILENT_FEATURE

WARP_SHARE = 0.6  # of the stretches get another vocal tract
WARP_RANGE = (0.88, 1.14)  # of the mel axis: a child to a large man
EQ_KNOTS, EQ_DEVIATION = 5, 2.0  # natural log of power: about 9 dB between microphones
GAIN_RANGE = (-3.5, 1.5)  # natural log of power: -15 to +6.5 dB
HISS_SHARE, HISS_RANGE = 0.6, (SILENT_FEATURE, -6.0)
MASK_SHARE, MASK_BANDS = 0.5, 14  # SpecAugment (Park et al. 2019): a missing band
CONTRAST_RANGE = (0.75, 1.3)  # of the distance from the mean spectrum: recordings are compressed or wide
STYLE_SHARE = 0.4  # MixStyle (Zhou et al. 2021): the long-term spectrum of another stretch, mixed with one's own
NETWORK_NOISE = 0.1  # of a network's features, relative to their deviation

Features = Float32[np.ndarray, "B F bands"]
Variation = Callable[[Features, np.random.Generator], Features]


def variation_for(encoder: str) -> Variation:
    """Return how the features of an encoder are varied."""
    return varied_mel if encoder == LOG_MEL else varied_network


def varied_mel(features: Features, rng: np.random.Generator) -> Features:
    """Return log-mel features of other throats, microphones and loudnesses."""
    features = with_other_statistics(_warped(features, rng), rng)
    bands, knots = np.arange(MEL_BANDS), np.linspace(0, MEL_BANDS - 1, EQ_KNOTS)
    for row in range(len(features)):
        equaliser = np.interp(bands, knots, rng.normal(0, EQ_DEVIATION, EQ_KNOTS)) + rng.uniform(*GAIN_RANGE)
        features[row] += equaliser.astype(np.float32)
        if rng.random() < HISS_SHARE:
            hiss = rng.uniform(*HISS_RANGE) + rng.normal(0, 0.5, MEL_BANDS)
            features[row] = np.logaddexp(features[row], hiss.astype(np.float32))
        if rng.random() < MASK_SHARE:
            first = int(rng.integers(MEL_BANDS - MASK_BANDS))
            features[row, :, first : first + int(rng.integers(2, MASK_BANDS))] = features[row].mean()
    return np.maximum(features, np.float32(SILENT_FEATURE))


def varied_network(features: Features, rng: np.random.Generator) -> Features:
    """Return a network's features with noise; what they mean is not known, so nothing else is sure to be harmless."""
    noise = rng.standard_normal(features.shape).astype(np.float32)
    return features + NETWORK_NOISE * features.std() * noise


def with_other_statistics(features: Features, rng: np.random.Generator) -> Features:
    """Return features with mean and deviation of each band partly those of another stretch, and more or less so."""
    size = len(features)
    mean, deviation = features.mean(axis=1, keepdims=True), features.std(axis=1, keepdims=True) + 0.1
    other = rng.permutation(size)
    mix = np.where(rng.random(size) < STYLE_SHARE, rng.beta(0.4, 0.4, size), 0.0)[:, None, None].astype(np.float32)
    contrast = rng.uniform(*CONTRAST_RANGE, (size, 1, 1)).astype(np.float32)
    new_deviation = contrast * (deviation + mix * (deviation[other] - deviation))
    return (features - mean) / deviation * new_deviation + mean + mix * (mean[other] - mean)


def _warped(features: Features, rng: np.random.Generator) -> Features:
    """Return features with the mel axis stretched, as by a longer or shorter vocal tract."""
    size = len(features)
    warp = np.where(rng.random(size) < WARP_SHARE, rng.uniform(*WARP_RANGE, size), 1.0)
    position = np.clip(np.arange(MEL_BANDS) * warp[:, None], 0, MEL_BANDS - 1.01)
    below = position.astype(np.int64)[:, None]  # (B, 1, 80)
    fraction = (position - position.astype(np.int64)).astype(np.float32)[:, None]
    lower, upper = np.take_along_axis(features, below, 2), np.take_along_axis(features, below + 1, 2)
    return lower * (1 - fraction) + upper * fraction
