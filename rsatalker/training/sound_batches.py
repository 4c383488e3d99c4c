"""Batches from the sound of a corpus: other speakers, rooms, noises and microphones in every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.speech.features import FEATURES_PER_INSTANT, MEL_BANDS, WINDOW_SAMPLES
from rsatalker.training.batches import GROUP_SHARES, Batch
from rsatalker.training.sound_corpus import SoundCorpus
from rsatalker.training.torch_channel import through_a_channel, tunes
from rsatalker.training.torch_dice import Dice
from rsatalker.training.torch_log_mel import TorchLogMel
from rsatalker.training.torch_speaker import by_another_speaker, samples_to_draw
from rsatalker.training.variations import CONTRAST_RANGE, MASK_BANDS, MASK_SHARE, STYLE_SHARE

STATISTICS_BATCH = 64  # stretches from which mean and deviation of the features are estimated
KEPT_STRETCHES = {"cpu": 2048, "cuda": 65_536}  # for later batches: 170 MB of memory, 5.5 GB of a GPU's
FEWEST_KEPT = 8  # batches that are all new at first, lest the few that are kept come again and again


class SoundBatches:
    """Random stretches of the corpus, varied as sound on the device that trains. The same seed gives the same batches.

    Args:
        folder: Corpus that keeps sound.
        instants: Length of a stretch.
        look_ahead: Instants that the model may hear beyond it.
        device: Where batches are made.
        seed: Of everything that is random.
        fresh_share: Stretches that are made for each one that is drawn; at less than 1 they are kept and heard again,
            with other statistics each time. Making one takes a core as long as learning from four, and a GPU far
            longer.

    Attributes:
        features_per_instant: Features in one instant of motion.
        bands: Numbers in a feature.
    """

    features_per_instant = FEATURES_PER_INSTANT
    bands = MEL_BANDS

    def __init__(
        self,
        folder: Path,
        instants: int,
        look_ahead: int,
        device: torch.device,
        seed: int,
        fresh_share: float = 1.0,
    ) -> None:
        self.corpus = SoundCorpus(folder, GROUP_SHARES, device)
        self.generator = torch.Generator(device).manual_seed(seed)
        self.instants, self.heard_instants = instants, instants + look_ahead
        self._samples = WINDOW_SAMPLES + self.heard_instants * SPEECH_RATE_HZ // MOTION_RATE_HZ + 1
        self._tunes, self._log_mel = tunes(seed, device), TorchLogMel().to(device)
        self._fresh_share, self._owed = fresh_share, 0.0
        self._kept = KeptStretches(KEPT_STRETCHES[device.type]) if fresh_share < 1 else None

    @property
    def hours(self) -> float:
        """Length of the corpus."""
        return self.corpus.hours

    def refresh(self) -> None:
        """Take in what engines have spoken since."""
        self.corpus.take_in_new_parts(wait=False)

    def state(self) -> dict[str, Any]:
        """Return what the next batches depend on, beside the parts of the corpus and the stretches heard before."""
        return {"generator": self.generator.get_state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`."""
        self.generator.set_state(state["generator"])

    def feature_statistics(self) -> tuple[float, float]:
        """Return mean and standard deviation of the features of one batch, all of it new."""
        made = self._spoken(STATISTICS_BATCH).features
        features = with_other_statistics(made, Dice(STATISTICS_BATCH, self.generator))
        return float(features.mean()), float(features.std())

    @torch.no_grad()
    def draw(self, size: int) -> Batch:
        """Return the next batch."""
        dice = Dice(size, self.generator)
        batch = self._spoken(size) if self._kept is None else self._heard_again(self._kept, size)
        return batch._replace(features=with_other_statistics(batch.features.float(), dice))

    def _heard_again(self, kept: KeptStretches, size: int) -> Batch:
        """Return stretches that were made before; whole batches of new ones are made when enough are owed."""
        self._owed += self._fresh_share * size
        while self._owed >= size or kept.count < FEWEST_KEPT * size:
            kept.keep(self._spoken(size))
            self._owed = max(self._owed - size, 0.0)
        return kept.draw(size, self.generator)

    def _spoken(self, size: int) -> Batch:
        dice = Dice(size, self.generator)
        stretches = self.corpus.draw(size, samples_to_draw(self._samples), self.generator)
        spoken = by_another_speaker(stretches, WINDOW_SAMPLES, self.instants, self._samples, dice)
        heard = through_a_channel(spoken, stretches.sound, self._tunes, dice)
        features = self._log_mel(heard, self.heard_instants * FEATURES_PER_INSTANT)
        return Batch(features, spoken.articulation, spoken.visemes)


class KeptStretches:
    """The last stretches that were made, on the device that made them; features at half precision.

    Args:
        limit: Of their number; then the oldest are replaced.

    Attributes:
        count: How many there are.
    """

    def __init__(self, limit: int) -> None:
        self.count, self._limit, self._next = 0, limit, 0
        self._stretches: Batch | None = None

    def keep(self, made: Batch) -> None:
        """Add stretches."""
        if self._stretches is None:
            features = made.features[:1].half()
            rows = (features, made.articulation[:1], made.visemes[:1])
            self._stretches = Batch(*(row.new_empty(self._limit, *row.shape[1:]) for row in rows))
        size = len(made.visemes)
        places = (torch.arange(size, device=made.visemes.device) + self._next) % self._limit
        for column, new in zip(self._stretches, made, strict=True):
            column[places] = new.to(column.dtype)
        self._next = (self._next + size) % self._limit
        self.count = min(self.count + size, self._limit)

    def draw(self, size: int, generator: torch.Generator) -> Batch:
        """Return random ones."""
        assert self._stretches is not None, "nothing was kept yet"
        chosen = torch.randint(self.count, (size,), generator=generator, device=generator.device)
        return Batch(*(column[chosen] for column in self._stretches))


def with_other_statistics(features: Float[Tensor, "B F 80"], dice: Dice) -> Float[Tensor, "B F 80"]:
    """Return features with mean and deviation of each band partly those of another stretch; some miss a band."""
    mean, deviation = features.mean(1, keepdim=True), features.std(1, keepdim=True) + 0.1
    other = dice.order()
    mix = dice.uniform(0, 1, 1, 1) * dice.chance(STYLE_SHARE)[:, None, None]
    new_deviation = dice.uniform(*CONTRAST_RANGE, 1, 1) * (deviation + mix * (deviation[other] - deviation))
    features = (features - mean) / deviation * new_deviation + mean + mix * (mean[other] - mean)
    first = dice.below(MEL_BANDS - MASK_BANDS, 1)
    band = torch.arange(MEL_BANDS, device=features.device)
    masked = (band >= first) & (band < first + 2 + dice.below(MASK_BANDS - 2, 1)) & dice.chance(MASK_SHARE)[:, None]
    return torch.where(masked[:, None], features.mean((1, 2), keepdim=True), features)
