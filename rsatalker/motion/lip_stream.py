"""The motion model a step at a time, compiled: the same sums as its torch modules, whose weights it shares.

What each convolution will look at again is kept, so a step costs one step however far the model listens back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32
from scipy.special import expit

from rsatalker.kernels import njit
from rsatalker.motion.compiled_maps import LinearMap, add, gelu_in_place, layer_norm, linear

if TYPE_CHECKING:
    from rsatalker.motion.model import CausalConvolution, MotionModel


@njit(nogil=True)
def convolved(steps: Any, layer: Any) -> Any:
    """Return (B T, O) for steps (B, T, I) that follow those in the layer's past, which moves on."""
    weight, bias, past, dilation = layer
    voices, count, inputs = steps.shape
    reach = past.shape[1]
    taps = weight.shape[1] // inputs
    rows = np.empty((voices * count, taps * inputs), np.float32)
    for voice in range(voices):
        for step in range(count):
            for tap in range(taps):
                at = step + tap * dilation - reach
                for i in range(inputs):
                    value = steps[voice, at, i] if at >= 0 else past[voice, at + reach, i]
                    rows[voice * count + step, tap * inputs + i] = value
        for kept in range(reach):  # in order: what moves is read before it is written over
            at = kept + count - reach
            for i in range(inputs):
                past[voice, kept, i] = steps[voice, at, i] if at >= 0 else past[voice, at + reach, i]
    return linear(rows, weight, bias)


@njit(nogil=True)
def encoded(x: Any, front: Any, join: Any, stack: Any, norm: Any) -> Any:
    """Return encodings (B T, C) of normalised features (B, 2T, I), as `SpeechEncoder` does."""
    voices, count, _ = x.shape
    steps = convolved(x, front)
    gelu_in_place(steps)
    y = convolved(steps.reshape(voices, count // 2, 2 * steps.shape[1]), join)
    for layer in range(len(stack)):
        heard = convolved(y.reshape(voices, count // 2, y.shape[1]), stack[layer])
        gelu_in_place(heard)
        add(y, heard)
    return layer_norm(y, norm[0], norm[1])


@njit(nogil=True)
def said(x: Any, front: Any, join: Any, stack: Any, norm: Any, articulation: Any, activity: Any) -> Any:
    """Return what both heads make of the encodings: controls (B T, 12) and logits (B T, 1)."""
    y = encoded(x, front, join, stack, norm)
    return linear(y, articulation[0], articulation[1]), linear(y, activity[0], activity[1])


class LipStream:
    """What the heads say of some voices, step after step.

    Args:
        model: Whose weights are used.
        voices: How many voices run side by side.
    """

    def __init__(self, model: MotionModel, voices: int) -> None:
        encoder = model.speech_encoder
        self._config, self._voices = model.config, voices
        self._front, self._join = _Convolution(encoder.front, voices), _Convolution(encoder.join, voices)
        self._stack = [_Convolution(layer, voices) for layer in encoder.stack]  # type: ignore[arg-type]
        self._norm = (encoder.norm.weight.detach().numpy(), encoder.norm.bias.detach().numpy())
        self._articulation, self._activity = LinearMap(model.articulation), LinearMap(model.activity)

    def push(
        self, features: Float32[np.ndarray, "B F bands"]
    ) -> tuple[Float32[np.ndarray, "B T 12"], Float32[np.ndarray, "B T"]]:
        """Return the controls and the probability of a voice, `look_ahead` instants late."""
        config = self._config
        x = (features - np.float32(config.feature_mean)) * np.float32(1 / config.feature_std)
        instants = features.shape[1] // config.features_per_instant
        stack = tuple(layer.numbers for layer in self._stack)
        controls, activity = said(
            np.ascontiguousarray(x).reshape(self._voices, 2 * instants, -1), self._front.numbers, self._join.numbers,
            stack, self._norm, self._articulation.numbers, self._activity.numbers,
        )  # fmt: skip
        controls = controls.reshape(self._voices, instants, -1)
        return np.clip(controls, 0, 1), expit(activity.reshape(self._voices, instants))


class _Convolution:
    """A `CausalConvolution` with the steps that it will look at again."""

    def __init__(self, layer: CausalConvolution, voices: int) -> None:
        self._mix, self._dilation = LinearMap(layer.mix), layer.dilation
        self._past = np.zeros((voices, layer.reach, layer.inputs), np.float32)

    @property
    def numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """What a kernel takes; it changes the third, the past."""
        return (*self._mix.numbers, self._past, self._dilation)
