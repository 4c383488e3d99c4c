"""The field's metrics, on clips whose scores are known."""

from pathlib import Path

import numpy as np
import pytest

from rsatalker.training.dualtalk import FACE_PARTS, read_dyads
from rsatalker.training.dyadic_metrics import (
    diversity,
    frechet_distance,
    mean_squared_error,
    paired_frechet_distance,
    residual_correlation,
)

pytestmark = pytest.mark.unit
REAL = Path(__file__).parents[4] / "shared" / "data" / "dyadic"


def clip(seed: int, scale: float = 1.0, shift: float = 0.0) -> np.ndarray:
    return (scale * np.random.default_rng(seed).normal(size=(4000, 3)) + shift).astype(np.float32)


def test_frechet_distance_is_that_of_the_gaussians() -> None:
    assert frechet_distance(clip(1), clip(1)) == pytest.approx(0, abs=1e-6)
    # Means 2 apart in three parameters, standard deviations 1 and 3: 3 * 4 + 3 * (3 - 1)^2.
    assert frechet_distance(clip(1), clip(2, 3.0, 2.0)) == pytest.approx(24, rel=0.05)


def test_paired_distance_sees_what_the_single_one_does_not() -> None:
    truth = clip(1)
    partner, shuffled = truth + 0.1 * clip(2), np.random.default_rng(3).permutation(truth)
    assert frechet_distance(truth, shuffled) == pytest.approx(0, abs=1e-5)
    assert paired_frechet_distance(truth, truth, partner) == pytest.approx(0, abs=1e-5)
    assert paired_frechet_distance(truth, shuffled, partner) > 0.5


def test_squared_error_is_a_mean() -> None:
    assert mean_squared_error(clip(1), clip(1) + 0.5) == pytest.approx(0.25)


def test_diversity_is_none_for_a_frozen_face_and_largest_for_the_truth() -> None:
    truth = clip(1)
    assert diversity(truth, np.zeros_like(truth), 10) == 0.0
    assert 3.0 < diversity(truth, truth, 10) <= np.log2(10) + 1e-6
    assert diversity(truth, 0.2 * truth, 10) < diversity(truth, truth, 10)


def test_residual_correlation_is_none_for_the_truth() -> None:
    truth = clip(1)
    partner = truth + clip(2)
    assert residual_correlation(truth, truth, partner) == 0
    assert residual_correlation(truth, clip(5), partner) == pytest.approx(2**-0.5, abs=0.05)
    assert residual_correlation(truth, np.zeros_like(truth), partner) == pytest.approx(2**-0.5, abs=0.05)


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded dialogue ../shared/data/dyadic is not there")
def test_baselines_score_on_the_demo_clip_what_was_published() -> None:
    (dyad,) = read_dyads(REAL)
    truth = dyad.faces[1][:, FACE_PARTS["exp"]]
    mean = np.broadcast_to(truth.mean(0), truth.shape)
    assert 10 * mean_squared_error(truth, mean) == pytest.approx(3.32, abs=0.01)
    assert frechet_distance(truth, mean) == pytest.approx(16.65, abs=0.02)
    assert frechet_distance(truth, np.zeros_like(truth)) == pytest.approx(71.5, abs=0.1)
