"""The sound of a corpus in the memory of the device that trains, with the targets of every moment.

Parts that appear in the folder meanwhile are taken in too: engines may go on speaking while the model learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.training.animator import animate_at, viseme_labels_at
from rsatalker.training.engines.voices import GROUPS
from rsatalker.training.examples import part_paths
from rsatalker.training.phones import Segment, Viseme
from rsatalker.training.sound_parts import SoundExample, read_sound_part

TARGET_RATE_HZ = 120  # fine enough to be read at any time between
BLOCK = 1600  # samples: stretches begin at multiples of it, where sample and target fall together
BLOCK_TARGETS = BLOCK * TARGET_RATE_HZ // SPEECH_RATE_HZ
READERS = 8  # threads


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of speech as they were spoken.

    Attributes:
        sound: Full scale 1.
        articulation: Target 120 times a second.
        visemes: Likewise.
    """

    sound: Float[Tensor, "B S"]
    articulation: Float[Tensor, "B R 12"]
    visemes: Int[Tensor, "B R"]


class SoundCorpus:
    """All utterances of the training split, one after the other.

    Args:
        folder: Corpus that keeps sound.
        shares: Of the groups of voices in what is drawn.
        device: Where everything lies.

    Raises:
        AssetError: There is no training part, or one keeps no sound.
    """

    def __init__(self, folder: Path, shares: dict[str, float], device: torch.device) -> None:
        self.folder, self.device = folder, device
        self._shares = torch.tensor([shares[name] for name in GROUPS], device=device)
        self._read: set[Path] = set()
        self._readers, self._coming = ThreadPoolExecutor(READERS), list[Future[_Part]]()
        self.sound = torch.zeros(0, dtype=torch.int16, device=device)
        self.articulation = torch.zeros(0, 12, dtype=torch.uint8, device=device)
        self.visemes = torch.zeros(0, dtype=torch.uint8, device=device)
        self._group_of_block = torch.zeros(0, dtype=torch.int64, device=device)
        part_paths(folder, "training")
        self.take_in_new_parts()

    @property
    def hours(self) -> float:
        """Length of the speech."""
        return len(self.sound) / SPEECH_RATE_HZ / 3600

    def take_in_new_parts(self, *, wait: bool = True) -> None:
        """Add the parts that were not there before.

        Args:
            wait: For those that are being read; else they are added when this is called again.
        """
        for path in part_paths(self.folder, "training"):
            if path not in self._read:
                self._read.add(path)
                self._coming.append(self._readers.submit(_prepared, path))
        ready = [coming for coming in self._coming if wait or coming.done()]
        if not ready:
            return
        self._coming = [coming for coming in self._coming if coming not in ready]
        parts = [coming.result() for coming in ready]
        self.sound = self._joined(self.sound, [part.sound for part in parts])
        self.articulation = self._joined(self.articulation, [part.articulation for part in parts])
        self.visemes = self._joined(self.visemes, [part.visemes for part in parts])
        self._group_of_block = self._joined(self._group_of_block, [part.groups for part in parts])

    def draw(self, size: int, samples: int, generator: torch.Generator) -> Stretches:
        """Return random stretches, balanced between the groups; each begins at a multiple of `BLOCK`."""
        targets = samples * TARGET_RATE_HZ // SPEECH_RATE_HZ + 1
        possible = self._group_of_block[: len(self._group_of_block) - -(-samples // BLOCK) - 1]
        blocks_of_group = torch.bincount(possible, minlength=len(GROUPS))
        weight = (self._shares / blocks_of_group.clamp(min=1))[possible].cumsum(0)
        chosen = torch.rand(size, generator=generator, device=self.device) * weight[-1]
        block = torch.searchsorted(weight, chosen).clamp(max=len(possible) - 1)
        sound = self.sound[(block * BLOCK)[:, None] + torch.arange(samples, device=self.device)]
        row = (block * BLOCK_TARGETS)[:, None] + torch.arange(targets, device=self.device)
        return Stretches(sound.float() / 32768, self.articulation[row].float() / 255, self.visemes[row].long())

    def _joined(self, old: Tensor, new: Sequence[np.ndarray]) -> Tensor:
        return torch.cat([old, torch.from_numpy(np.concatenate(new)).to(self.device)])


@dataclass(frozen=True, slots=True)
class _Part:
    sound: np.ndarray
    articulation: UInt8[np.ndarray, "R 12"]
    visemes: UInt8[np.ndarray, " R"]
    groups: np.ndarray  # of each block


def _prepared(path: Path) -> _Part:
    parts = [_prepared_example(example) for example in read_sound_part(path) if len(example.sound) >= BLOCK]
    columns = zip(*((p.sound, p.articulation, p.visemes, p.groups) for p in parts), strict=True)
    return _Part(*(np.concatenate(column) for column in columns))


def _prepared_example(example: SoundExample) -> _Part:
    blocks = len(example.sound) // BLOCK
    times = np.arange(blocks * BLOCK_TARGETS, dtype=np.float32) / TARGET_RATE_HZ
    segments = [Segment(Viseme(int(viseme)), start_s, end_s) for viseme, start_s, end_s in example.segments.tolist()]
    return _Part(
        example.sound[: blocks * BLOCK],
        np.round(np.clip(animate_at(segments, times), 0, 1) * 255).astype(np.uint8),
        viseme_labels_at(segments, times),
        np.full(blocks, example.group, np.int64),
    )
