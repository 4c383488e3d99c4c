"""The motion model a step at a time, compiled: the same sums as its torch modules, whose weights it shares.

What each convolution will look at again is kept, so a step costs one step however far the model listens back. Streams
of several conversations go on together, each by as many instants as it has heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jaxtyping import Float32
from scipy.special import expit

from rsatalker.kernels import njit
from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.compiled_maps import (
    add,
    addresses,
    floats_at,
    gelu_in_place,
    layer_norm,
    linear,
    linear_map,
    norm,
)

if TYPE_CHECKING:
    from rsatalker.motion.model import MotionModel

CLOSED = ARTICULATION_INDEX["closed"]
TOWARDS_CLOSED = 0.3  # of the way from the mean to the model that closes the lips further

Said: TypeAlias = tuple[Float32[np.ndarray, "B T 12"], Float32[np.ndarray, "B T"]]


@njit(nogil=True)
def convolved(steps: Any, ends: Any, states: Any, layer: Any) -> Any:
    """Return (R, O) for the steps (R, I) of all voices, which follow those in the past of each, which moves on.

    Args:
        steps: Of one voice after the other.
        ends: One past the last step of each voice (V).
        states: Address of what is kept of each voice (V).
        layer: Weight, bias, dilation, and where its past is in a state.
    """
    weight, bias, dilation, kept_at = layer
    inputs = steps.shape[1]
    taps = weight.shape[1] // inputs
    reach = (taps - 1) * dilation
    rows = np.empty((len(steps), taps * inputs), np.float32)
    first = 0
    for voice in range(len(ends)):
        past = floats_at(states[voice], kept_at, reach * inputs)
        count = ends[voice] - first
        for step in range(count):
            for tap in range(taps):
                at = step + tap * dilation - reach
                for i in range(inputs):
                    value = steps[first + at, i] if at >= 0 else past[(at + reach) * inputs + i]
                    rows[first + step, tap * inputs + i] = value
        for kept in range(reach):  # in order: what moves is read before it is written over
            at = kept + count - reach
            for i in range(inputs):
                past[kept * inputs + i] = steps[first + at, i] if at >= 0 else past[(at + reach) * inputs + i]
        first += count
    return linear(rows, weight, bias)


@njit(nogil=True)
def said(x: Any, ends: Any, states: Any, weights: Any) -> Any:
    """Return what both heads make of normalised features (2R, I): controls (R, 12) and logits (R, 1)."""
    front, join, stack, last_norm, articulation, activity = weights
    steps = convolved(x, 2 * ends, states, front)
    gelu_in_place(steps)
    y = convolved(steps.reshape(len(steps) // 2, 2 * steps.shape[1]), ends, states, join)
    for layer in range(len(stack)):
        heard = convolved(y, ends, states, stack[layer])
        gelu_in_place(heard)
        add(y, heard)
    y = layer_norm(y, last_norm[0], last_norm[1])
    return linear(y, articulation[0], articulation[1]), linear(y, activity[0], activity[1])


class LipStream:
    """What the heads say of some voices, step after step. Copies share the weights.

    Args:
        model: Whose weights are used.
        voices: How many voices run side by side.
    """

    def __init__(self, model: MotionModel, voices: int) -> None:
        self.network = LipNetwork(model)
        self.past = np.zeros((voices, self.network.kept_floats), np.float32)
        self.second = None if model.second is None else LipStream(model.second, voices)

    def push(self, features: Float32[np.ndarray, "B F bands"]) -> Said:
        """Return the controls and the probability of a voice, `look_ahead` instants late."""
        return push_together([(self, features)])[0]


class LipNetwork:
    """The weights of a model as the kernel takes them.

    Attributes:
        kept_floats: That the convolutions will look at again, of one voice.
        weights: Of all layers, in the model's memory.
    """

    def __init__(self, model: MotionModel) -> None:
        self.config = model.config
        self.kept_floats = 0
        encoder = model.speech_encoder
        self.weights = (
            self._layer(encoder.front),
            self._layer(encoder.join),
            tuple(self._layer(layer) for layer in encoder.stack),
            norm(encoder.norm),
            linear_map(model.articulation),
            linear_map(model.activity),
        )

    def _layer(self, layer: Any) -> tuple[np.ndarray, np.ndarray, int, int]:
        kept_at = self.kept_floats
        self.kept_floats += layer.reach * layer.inputs
        return (*linear_map(layer.mix), layer.dilation, kept_at)

    @property
    def identity(self) -> int:
        """The same for all networks of the same weights."""
        return self.weights[0][0].__array_interface__["data"][0]

    def __deepcopy__(self, memo: dict[int, object]) -> LipNetwork:
        """Return itself: nothing in it changes."""
        return self


def push_together(asked: Sequence[tuple[LipStream, Float32[np.ndarray, "B F bands"]]]) -> list[Said]:
    """Return what `push` of each stream returns for its features; all are of the same weights."""
    return [(np.clip(controls, 0, 1), expit(logits)) for controls, logits in _heads_together(asked)]


def _heads_together(asked: Sequence[tuple[LipStream, Float32[np.ndarray, "B F bands"]]]) -> list[Said]:
    """Return controls, not yet clipped, and logits of the activity of each stream."""
    own = _network_together(asked)
    seconds = [(stream.second, features) for stream, features in asked if stream.second is not None]
    if not seconds:
        return own
    return [
        (agreed(controls, others), np.float32(0.5) * (logits + other_logits))
        for (controls, logits), (others, other_logits) in zip(own, _heads_together(seconds), strict=True)
    ]


def agreed(controls: Any, others: Any) -> Any:
    """Return the mean of what two models say, arrays or tensors (..., 12); of closures a little more.

    The mean of a closure that one of them hears leaves the lips apart, and a missed /p b m/ is seen more than a
    needless one.
    """
    mean = (controls + others) * 0.5
    mean[..., CLOSED] += abs(controls[..., CLOSED] - others[..., CLOSED]) * (0.5 * TOWARDS_CLOSED)
    return mean


def _network_together(asked: Sequence[tuple[LipStream, Float32[np.ndarray, "B F bands"]]]) -> list[Said]:
    network, config = asked[0][0].network, asked[0][0].network.config
    counts = [features.shape[1] // config.features_per_instant for _, features in asked]
    steps = [
        features.reshape(2 * len(features) * count, -1) for (_, features), count in zip(asked, counts, strict=True)
    ]
    x = (np.concatenate(steps) - np.float32(config.feature_mean)) * np.float32(1 / config.feature_std)
    states = [stream.past for stream, _ in asked]
    ends = np.cumsum(np.repeat(counts, [len(state) for state in states]))
    controls, activity = said(x, ends, addresses(states), network.weights)
    answers: list[Said] = []
    first = 0
    for state, count in zip(states, counts, strict=True):
        rows = slice(first, first := first + len(state) * count)
        answers.append((controls[rows].reshape(len(state), count, -1), activity[rows].reshape(len(state), count)))
    return answers
