"""What a developer has without this model: a still mouth, one driven by loudness, and MFCC lip-sync.

They are printed beside every score, fitted to the same corpus as the model, so that they are as good as they can be,
and saved beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64
from scipy.fft import dct

from rsatalker.errors import AssetError
from rsatalker.npz_file import NPZ_FAULTS, open_npz
from rsatalker.speech.features import FEATURES_PER_INSTANT
from rsatalker.training.animator import TARGETS
from rsatalker.training.examples import Example, part_paths, read_part
from rsatalker.training.phones import Viseme

MFCC_COUNT = 12  # as uLipSync: the first cepstral coefficients without loudness
SMOOTHING = 0.5  # per instant, as its default
SILENT_LOUDNESS = -7.0  # natural log of power below the loud parts of the clip
FITTED_EXAMPLES = 400  # of the training split: plenty for 17 templates
MFCC_ARRAYS = ("visemes", "templates", "deviation")  # of `MfccLips`, in its order
LOUDNESS_SPAN = 8.0  # from silence to loud speech, natural log of power

Features = Float32[np.ndarray, "F 80"]
Articulation = Float32[np.ndarray, "T 12"]


@dataclass(frozen=True, slots=True)
class LoudnessLips:
    """Every control is a quadratic function of loudness.

    Attributes:
        weights: Of 1, level and level squared.
    """

    weights: Float32[np.ndarray, "3 12"]

    def __call__(self, features: Features) -> Articulation:
        """Return the articulation of a clip."""
        return (_loudness_powers(features) @ self.weights).astype(np.float32)


@dataclass(frozen=True, slots=True)
class MfccLips:
    """The viseme whose mean MFCC is nearest, smoothed; one template a viseme (uLipSync's method).

    Attributes:
        visemes: Class of each template.
        templates: Mean cepstrum of each class.
        deviation: Standard deviation of each coefficient.
    """

    visemes: Int64[np.ndarray, " N"]
    templates: Float32[np.ndarray, "N 12"]
    deviation: Float32[np.ndarray, "12"]

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


@dataclass(frozen=True, slots=True)
class StillLips:
    """A mouth that never moves.

    Attributes:
        articulation: What it shows.
    """

    articulation: Float32[np.ndarray, "12"]

    def __call__(self, features: Features) -> Articulation:
        """Return the articulation of a clip."""
        return np.tile(self.articulation, (len(features) // FEATURES_PER_INSTANT, 1))


@dataclass(frozen=True, slots=True)
class Baselines:
    """All baselines, fitted to one corpus."""

    loudness: LoudnessLips
    mfcc: MfccLips
    mean: StillLips

    def by_name(self) -> dict[str, Callable[[Features], Articulation]]:
        """Return each with the name under which reports show it."""
        zero = StillLips(np.zeros_like(self.mean.articulation))
        return {"zero": zero, "mean": self.mean, "loudness": self.loudness, "MFCC": self.mfcc}


def fit_baselines(corpus: Sequence[Example]) -> Baselines:
    """Return the baselines as they do best on a corpus."""
    features = [example.features.astype(np.float32) for example in corpus]
    targets = np.concatenate([example.articulation.astype(np.float32) for example in corpus])
    weights = np.linalg.lstsq(np.concatenate([_loudness_powers(clip) for clip in features]), targets, rcond=None)[0]
    cepstra = np.concatenate([_mfcc(clip) for clip in features])
    sounding = np.concatenate([example.visemes for example in corpus])
    visemes = np.unique(sounding).astype(np.int64)
    templates = np.stack([cepstra[sounding == viseme].mean(axis=0) for viseme in visemes])
    loudness, mfcc = LoudnessLips(weights.astype(np.float32)), MfccLips(visemes, templates, cepstra.std(axis=0))
    return Baselines(loudness, mfcc, StillLips(targets.mean(axis=0)))


def training_sample(corpus: Path) -> list[Example]:
    """Return clean examples of all training voices alike.

    Raises:
        AssetError: The corpus is missing or damaged.
    """
    paths = part_paths(corpus, "training")
    each = -(-2 * FITTED_EXAMPLES // len(paths))  # half of them may be noisy copies
    clean = [example for path in paths for example in read_part(path, at_most=each) if not example.noisy]
    return clean[:: max(1, len(clean) // FITTED_EXAMPLES)]


def save_baselines(fitted: Baselines, path: Path) -> None:
    """Save fitted baselines as npz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mfcc = {name: getattr(fitted.mfcc, name) for name in MFCC_ARRAYS}
    np.savez(path, weights=fitted.loudness.weights, mean=fitted.mean.articulation, **mfcc)


def load_baselines(path: Path) -> Baselines:
    """Return baselines that `save_baselines` saved.

    Raises:
        AssetError: The file is missing or damaged.
    """
    try:
        with open_npz(path) as fitted:
            mfcc = MfccLips(*(fitted[name] for name in MFCC_ARRAYS))
            return Baselines(LoudnessLips(fitted["weights"]), mfcc, StillLips(fitted["mean"]))
    except (*NPZ_FAULTS, KeyError) as error:
        raise AssetError(
            f"{path} cannot be read as fitted baselines ({error}); `rsatalker train-speech` writes them beside its "
            "checkpoint."
        ) from error


def _by_instant(features: Features) -> np.ndarray:
    return features.reshape(-1, FEATURES_PER_INSTANT, features.shape[1])


def _loudness(features: Features) -> np.ndarray:
    """Return natural log power of each instant, relative to the clip's loud parts."""
    power = np.log(np.exp(_by_instant(features)).sum(axis=2).mean(axis=1) + 1e-6)
    return power - np.percentile(power, 95)


def _loudness_powers(features: Features) -> np.ndarray:
    level = np.clip((_loudness(features) + LOUDNESS_SPAN) / LOUDNESS_SPAN, 0, 1.2)
    return np.stack([np.ones_like(level), level, level**2], axis=1)


def _mfcc(features: Features) -> np.ndarray:
    return np.asarray(dct(_by_instant(features).mean(axis=1), norm="ortho", axis=1), np.float32)[:, 1 : MFCC_COUNT + 1]
