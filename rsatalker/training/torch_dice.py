"""Random numbers for rows of a batch, on the device that trains; the same seed gives the same ones."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float, Int
from scipy.fft import next_fast_len
from torch import Tensor
from torch.nn.functional import interpolate


class Dice:
    """Draws for batches of `size` rows."""

    def __init__(self, size: int, generator: torch.Generator) -> None:
        self.size, self.generator, self.device = size, generator, generator.device

    def uniform(self, lowest: float, highest: float, *shape: int) -> Float[Tensor, "B *shape"]:
        """Return numbers that are evenly distributed."""
        return lowest + (highest - lowest) * self._rand(shape)

    def ratio(self, lowest: float, highest: float) -> Float[Tensor, " B"]:
        """Return factors whose logarithms are evenly distributed."""
        return torch.exp(self.uniform(math.log(lowest), math.log(highest)))

    def decibels(self, quietest: float, loudest: float) -> Float[Tensor, " B"]:
        """Return factors of amplitude."""
        return 10 ** (self.uniform(quietest, loudest) / 20)

    def normal(self, *shape: int) -> Float[Tensor, "B *shape"]:
        """Return numbers of mean 0 and deviation 1."""
        return torch.randn(self.size, *shape, generator=self.generator, device=self.device)

    def chance(self, share: float) -> Bool[Tensor, " B"]:
        """Return which rows something happens to."""
        return self._rand(()) < share

    def order(self) -> Int[Tensor, " B"]:
        """Return the rows in another order."""
        return torch.randperm(self.size, generator=self.generator, device=self.device)

    def below(self, limit: int, *shape: int) -> Int[Tensor, "B *shape"]:
        """Return whole numbers from 0 up to `limit`, which is not among them."""
        return torch.randint(limit, (self.size, *shape), generator=self.generator, device=self.device)

    def _rand(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(self.size, *shape, generator=self.generator, device=self.device)


def curve(knots: Float[Tensor, "B K"], length: int) -> Float[Tensor, "B {length}"]:
    """Return straight lines from knot to knot, evenly spaced over a length."""
    return interpolate(knots[:, None], length, mode="linear", align_corners=True)[:, 0]


def filtered(sound: Float[Tensor, "B S"], response: Float[Tensor, "B bins"]) -> Float[Tensor, "B S"]:
    """Return sound with its spectrum, of `spectrum_bins` lines from 0 to half the sample rate, times a response."""
    size = 2 * (response.shape[1] - 1)
    return torch.fft.irfft(torch.fft.rfft(sound, size) * response, size)[:, : sound.shape[1]]


def spectrum_bins(samples: int) -> int:
    """Return the lines of a spectrum of at least so many samples whose transform is fast."""
    half = samples // 2 + 1  # of an even size
    return int(next_fast_len(half, real=True) or half) + 1
