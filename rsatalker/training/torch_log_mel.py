"""The features of `speech/features.py` on the device that trains: the same numbers, for batches of sound."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from rsatalker.speech.features import ENERGY_FLOOR, FFT_SAMPLES, WINDOW_SAMPLES, feature_ends, mel_filterbank


class TorchLogMel(nn.Module):
    """Log-mel features of sound with `WINDOW_SAMPLES` of history before its first sample."""

    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(WINDOW_SAMPLES, periodic=False))
        self.register_buffer("filters", torch.from_numpy(mel_filterbank()))

    def forward(self, sound: Float[Tensor, "B S"], count: int) -> Float[Tensor, "B F 80"]:
        """Return the first `count` features.

        Args:
            sound: Its first `WINDOW_SAMPLES` are heard before the time 0.
            count: Features, 120 a second.
        """
        ends = torch.from_numpy(feature_ends(0, count)).to(sound.device)  # of windows, in the sound's own samples
        at = ends[:, None] + torch.arange(WINDOW_SAMPLES, device=sound.device)
        spectrum = torch.fft.rfft(sound[:, at] * self.window, FFT_SAMPLES)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.log(power @ self.filters + ENERGY_FLOOR)
