"""How loud each voice is at each instant, from the features that are there anyway."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.speech.features import FEATURES_PER_INSTANT


def loudness_db(features: Float32[np.ndarray, "B F 80"]) -> Float32[np.ndarray, "B T"]:
    """Return the energy of every instant of motion, dB against a fixed reference; F = 4 T.

    Args:
        features: Log-mel features as `speech/features.py` makes them.
    """
    energy = np.exp(features).sum(-1)
    by_instant = energy.reshape(len(features), -1, FEATURES_PER_INSTANT).mean(-1)
    return (10 * np.log10(by_instant + 1e-6)).astype(np.float32)
