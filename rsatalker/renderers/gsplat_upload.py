"""Gaussians on their way to the device: read by it where they lie, or copied first to where it can read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Shaped
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.gsplat_views import HeadTensors
from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.recurring_arrays import RecurringArrays

# Of Gaussians, in the order that they travel: what the renderer takes, and what stands for a Gaussian that a head does
# not have. Its covariance can be inverted; everything else is 0: not seen.
FILLING = {
    "means": np.zeros(3, np.float32),
    "covariances": np.array([1e-8, 0, 0, 1e-8, 0, 1e-8], np.float32),
    "colors": np.zeros(3, np.float32),
    "opacities": np.zeros((), np.float32),
    "antialiased": np.zeros((), np.uint8),
}


class GaussiansUpload:
    """Brings heads to the device; what it is given must stay as it is until the stream has come so far.

    Args:
        device: Where they go.
        memory: Locks memory for it.
        reads_in_place: Whether arrays that come again are locked where they lie; otherwise all are copied first.
    """

    def __init__(self, device: torch.device, memory: PageLockedMemory, *, reads_in_place: bool = True) -> None:
        self._device = device
        self._memory = memory
        self._recurring = RecurringArrays(memory) if reads_in_place else None
        self._helper = ThreadPoolExecutor(1, "packing")

    @cached_property
    def _filling(self) -> dict[str, Tensor]:
        """What FILLING holds, on the device, which is not touched before there is something to draw."""
        return {name: torch.from_numpy(value).to(self._device) for name, value in FILLING.items()}

    def __call__(self, heads: Sequence[Gaussians]) -> HeadTensors:
        """Return all heads on the device; shorter heads are filled up with Gaussians that are not seen.

        What has to be copied first is copied by two threads in numpy: torch would take all cores, and wait for each of
        them beside a busy game. Each array travels while the next is being copied.
        """
        parcels = {name: [self._parcel(name, h, head) for h, head in enumerate(heads)] for name in FILLING}
        count = max(map(len, heads))
        fields: dict[str, Tensor] = {}
        for name, filling in self._filling.items():
            shape = len(heads), count, *filling.shape
            rows = fields[name] = torch.empty(shape, dtype=filling.dtype, device=self._device)
            for row, parcel in zip(rows, parcels[name], strict=True):
                source = torch.from_numpy(parcel.ready())
                row[: len(source)].copy_(source, non_blocking=True)
                if len(source) < count:
                    row[len(source) :] = filling
        return HeadTensors(**fields)

    def _parcel(self, name: str, head: int, gaussians: Gaussians) -> _Parcel:
        """Return one array of one head, which the helper may already be copying."""
        source: Shaped[np.ndarray, "N ..."] = getattr(gaussians, name)
        if self._recurring is not None and self._recurring.can_be_read_in_place(source):
            return _Parcel(source, source, None)
        target = self._memory.buffer(f"{name} {head}", source.shape, self._filling[name].dtype).numpy()
        half = len(source) // 2
        return _Parcel(source, target, self._helper.submit(np.copyto, target[half:], source[half:], "same_kind"))


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One array of one head.

    Attributes:
        source: The caller's.
        target: Where the device can read it.
        second_half: The helper's part of the copying, if there is anything to copy.
    """

    source: Shaped[np.ndarray, "N ..."]
    target: Shaped[np.ndarray, "N ..."]
    second_half: Future[None] | None

    def ready(self) -> Shaped[np.ndarray, "N ..."]:
        """Return it where the device can read it."""
        if self.second_half is None:
            return self.target
        half = len(self.source) // 2
        np.copyto(self.target[:half], self.source[:half], "same_kind")
        if self.second_half.cancel():  # the helper has not come so far
            np.copyto(self.target[half:], self.source[half:], "same_kind")
        else:
            self.second_half.result()
        return self.target
