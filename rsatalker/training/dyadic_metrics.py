"""The metrics of the dyadic field, for one clip: FD, P-FD, MSE, SID and rPCC.

Definitions as DualTalk (CVPR 2025) and TIMAR (arXiv 2512.15340) use them, each for expression, jaw and neck apart.
Where they leave a choice, ours is named. MSE and FD reward a frozen face: print baselines beside them.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

Face = Float32[np.ndarray, "T D"]
CLUSTERS = {"exp": 40, "jaw": 10, "neck": 10}  # of the k-means that SID counts in
KMEANS_SEED, KMEANS_ROUNDS = 0, 30


def frechet_distance(one: Face, other: Face) -> float:
    """Return |mu1 - mu2|^2 + tr(S1 + S2 - 2 sqrt(S1 S2)) of the Gaussians fitted to two clips' instants."""
    means = one.mean(0, dtype=np.float64) - other.mean(0, dtype=np.float64)
    first, second = np.cov(one.T.astype(np.float64)), np.cov(other.T.astype(np.float64))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    both = np.linalg.eigvalsh(root @ second @ root)  # those of S1 S2, which is similar to it
    return float(means @ means + np.trace(first) + np.trace(second) - 2 * np.sqrt(np.maximum(both, 0)).sum())


def paired_frechet_distance(truth: Face, made: Face, partner: Face) -> float:
    """Return the Fréchet distance of [partner; self]: whether the two move together as they should (P-FD)."""
    return frechet_distance(np.concatenate([partner, truth], axis=1), np.concatenate([partner, made], axis=1))


def mean_squared_error(truth: Face, made: Face) -> float:
    """Return the mean over instants and parameters."""
    return float(np.square(truth.astype(np.float64) - made).mean())


def diversity(truth: Face, made: Face, clusters: int) -> float:
    """Return -sum p log2(p + 1e-6), p the shares of the truth's k-means clusters that the made motion visits (SID).

    Clusters are fitted on this clip's truth; a frozen face scores 0.
    """
    centers = _cluster_centers(truth.astype(np.float64), min(clusters, len(truth)))
    labels = _nearest(made.astype(np.float64), centers)
    shares = np.bincount(labels, minlength=len(centers)) / len(labels)
    return max(float(-(shares * np.log2(shares + 1e-6)).sum()), 0.0)


def residual_correlation(truth: Face, made: Face, partner: Face) -> float:
    """Return |PCC(truth, partner) - PCC(made, partner)|, PCC taken parameter by parameter, then averaged (rPCC)."""
    return float(np.abs(_correlations(truth, partner) - _correlations(made, partner)).mean())


def _correlations(one: Face, other: Face) -> np.ndarray:
    first, second = (face.astype(np.float64) - face.mean(0, dtype=np.float64) for face in (one, other))
    norms = np.sqrt(np.square(first).sum(0) * np.square(second).sum(0))
    return np.divide((first * second).sum(0), norms, out=np.zeros_like(norms), where=norms > 1e-12)


def _cluster_centers(points: np.ndarray, count: int) -> np.ndarray:
    """Return k-means centres; they begin at instants of the clip, and one that nobody is near stays where it is."""
    centers = points[np.random.default_rng(KMEANS_SEED).choice(len(points), count, replace=False)]
    for _ in range(KMEANS_ROUNDS):
        labels = _nearest(points, centers)
        for label in np.unique(labels):
            centers[label] = points[labels == label].mean(0)
    return centers


def _nearest(points: np.ndarray, centers: np.ndarray) -> np.ndarray:
    distances = np.square(centers).sum(1) - 2 * points @ centers.T  # less the points' own squares
    return distances.argmin(1)
