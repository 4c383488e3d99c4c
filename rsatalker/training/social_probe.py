"""The probe: can the relation be told from motion alone? A linear classifier, and the same with shuffled labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

RIDGE = 0.3  # of the pooled covariance, in variances: there are about as many features as clips of a class
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Probe:
    """Shares of clips whose class was told, cross-validated.

    Attributes:
        accuracy: With the true labels.
        control: With shuffled labels; chance if the probe does not deceive itself.
        chance: One over the number of classes.
    """

    accuracy: float
    control: float
    chance: float


def probe(
    features: Float64[np.ndarray, "N D"], labels: Int64[np.ndarray, " N"], groups: Int64[np.ndarray, " N"]
) -> Probe:
    """Return how well a linear discriminant tells the classes.

    Args:
        features: One row a clip.
        labels: Its class.
        groups: Conversation that the clip is from: clips of one are never on both sides of a split.
    """
    rng = np.random.default_rng(0)
    shuffled = [_accuracy(features, rng.permutation(labels), groups) for _ in range(5)]
    return Probe(_accuracy(features, labels, groups), float(np.mean(shuffled)), 1 / len(np.unique(labels)))


def _accuracy(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    correct = 0
    for fold in range(FOLDS):
        held_out = groups % FOLDS == fold
        told = _classify(features[~held_out], labels[~held_out], features[held_out])
        correct += int((told == labels[held_out]).sum())
    return correct / len(labels)


def _classify(known: np.ndarray, labels: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Return the class of each row by linear discriminant analysis with a ridge."""
    center, scale = known.mean(0), known.std(0) + 1e-9
    x, y = (known - center) / scale, (unknown - center) / scale
    classes = np.unique(labels)
    means = np.stack([x[labels == c].mean(0) for c in classes])
    within = x - means[np.searchsorted(classes, labels)]
    covariance = within.T @ within / len(x) + RIDGE * np.eye(x.shape[1])
    directions = np.linalg.solve(covariance, means.T)  # (D, classes)
    scores = y @ directions - 0.5 * (means.T * directions).sum(0) + np.log([(labels == c).mean() for c in classes])
    return classes[scores.argmax(1)]
