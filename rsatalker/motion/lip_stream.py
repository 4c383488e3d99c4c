"""The motion model a step at a time, in numpy: the same sums as its torch modules, whose weights it shares.

A step is thirty small matrix products. Torch takes five times as long to organise them as to do them; numpy does not.
What each convolution will look at again is kept, so a step costs one step however far the model listens back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32
from scipy.special import erf, expit
from torch import nn

if TYPE_CHECKING:
    from rsatalker.motion.model import CausalConvolution, MotionModel

ROOT_HALF = np.float32(0.5**0.5)


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x times the share of a standard normal distribution below x."""
    return np.float32(0.5) * x * (1 + erf(x * ROOT_HALF))


class LinearMap:
    """The numbers of an `nn.Linear`, in its memory, also when a stream is copied."""

    def __init__(self, layer: nn.Linear) -> None:
        self.weight: np.ndarray = layer.weight.detach().numpy().T  # (I, O)
        self.bias: np.ndarray = layer.bias.detach().numpy()

    def __deepcopy__(self, memo: dict[int, object]) -> LinearMap:
        """Return itself: nothing in it changes."""
        return self

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return what the layer makes of x."""
        return x @ self.weight + self.bias


class ConvolutionStream:
    """A `CausalConvolution` with the steps that it will look at again."""

    def __init__(self, layer: CausalConvolution, voices: int) -> None:
        self.mix, self.reach, self.dilation = LinearMap(layer.mix), layer.reach, layer.dilation
        self.past = np.zeros((voices, layer.reach, layer.inputs), np.float32)

    def push(self, steps: Float32[np.ndarray, "B T I"]) -> Float32[np.ndarray, "B T O"]:
        """Return one output a step."""
        voices, count, _ = steps.shape
        seen = np.concatenate([self.past, steps], axis=1)
        self.past = seen[:, count:]
        if count == 1:
            taps = seen[:, :: self.dilation]
        else:
            windows = np.lib.stride_tricks.sliding_window_view(seen, self.reach + 1, axis=1)  # (B, T, I, reach + 1)
            taps = windows[..., :: self.dilation].swapaxes(2, 3)
        return self.mix(taps.reshape(voices, count, -1))


class LipStream:
    """What the heads say of some voices, step after step.

    Args:
        model: Whose weights are used.
        voices: How many voices run side by side.
    """

    def __init__(self, model: MotionModel, voices: int) -> None:
        encoder = model.speech_encoder
        self._config = model.config
        self._front, self._join = ConvolutionStream(encoder.front, voices), ConvolutionStream(encoder.join, voices)
        self._stack = [ConvolutionStream(layer, voices) for layer in encoder.stack]  # type: ignore[arg-type]
        self._norm_weight: np.ndarray = encoder.norm.weight.detach().numpy()
        self._norm_bias: np.ndarray = encoder.norm.bias.detach().numpy()
        self._norm_floor = encoder.norm.eps
        self._articulation, self._activity = LinearMap(model.articulation), LinearMap(model.activity)

    def push(
        self, features: Float32[np.ndarray, "B F bands"]
    ) -> tuple[Float32[np.ndarray, "B T 12"], Float32[np.ndarray, "B T"]]:
        """Return the controls and the probability of a voice, `look_ahead` instants late."""
        x = (features - np.float32(self._config.feature_mean)) * np.float32(1 / self._config.feature_std)
        instants = features.shape[1] // self._config.features_per_instant
        x = gelu(self._front.push(x.reshape(len(x), 2 * instants, -1)))
        x = self._join.push(x.reshape(len(x), instants, -1))
        for layer in self._stack:
            x = x + gelu(layer.push(x))
        x = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(self._norm_floor))
        x = x / deviation * self._norm_weight + self._norm_bias
        return np.clip(self._articulation(x), 0, 1), expit(self._activity(x)[..., 0])
