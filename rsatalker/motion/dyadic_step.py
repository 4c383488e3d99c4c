"""One step of the dyadic model in plain numpy: what `DyadicModel.push` does, in a quarter of its time.

A step is fifty products of a two-row matrix; torch spends most of its time on dispatching them. Weights are views of
the model's; the state is one ring of keys and values for each attention. Tests hold it against the model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float32
from scipy.special import erf
from torch import nn

from rsatalker.motion.dyadic_model import VELOCITY_GAIN, DyadicModel, TransformerLayer, WindowedAttention

Rows = Float32[np.ndarray, "B C"]
Map = Callable[[np.ndarray], np.ndarray]
LAYER_NORM_EPSILON = np.float32(1e-5)  # torch's
_SQRT_HALF = np.float32(0.5**0.5)


class DyadicStep:
    """The streaming state of some conversations; `push` goes on by one instant. Copies share the weights.

    Args:
        model: Whose weights to use.
        conversations: How many run side by side.
    """

    def __init__(self, model: DyadicModel, conversations: int = 1) -> None:
        config = model.config
        self._rows, self._conversations, self._config = 2 * conversations, conversations, config
        self._voice, self._motion = _two_maps(model.voice), _two_maps(model.motion)
        self._join, self._merge = _linear(model.join), _linear(model.merge)
        self._events = _linear(model.events) if model.events is not None else _nothing
        self._values, self._norm = _linear(model.values), _layer_norm(model.norm)
        self._face_of_voice = _Attention(model.face_of_voice, self._rows)
        self._layers = [_Layer(layer, self._rows) for layer in model.transformer]  # type: ignore[arg-type]
        self._relation = _Attention(model.relation, self._rows)
        self._partner = np.arange(self._rows).reshape(-1, 2)[:, ::-1].reshape(-1)  # row of the other participant
        self._last_motion: np.ndarray | None = None

    def push(
        self,
        voices: Float32[np.ndarray, "N 2 S"],
        motion: Float32[np.ndarray, "N 2 M"],
        social: Float32[np.ndarray, "N 2 Q C"],
    ) -> tuple[Float32[np.ndarray, "N 2 E"], Float32[np.ndarray, "N 2 V"]]:
        """Return chances and values of one further instant; `motion` is what both showed at the last one."""
        motion = motion.reshape(self._rows, -1)
        before = motion if self._last_motion is None else self._last_motion
        self._last_motion = motion
        own_voice = self._voice(voices.reshape(self._rows, -1))
        moved = np.tanh(np.float32(VELOCITY_GAIN) * (motion - before))
        face = self._motion(np.concatenate([motion, moved], axis=1))
        partner_voice, partner_face = own_voice[self._partner], face[self._partner]
        f = partner_voice + self._face_of_voice(partner_voice[:, None], partner_face)[:, 0]
        inputs = [f, own_voice, face] if self._config.sees_itself else [f, own_voice]
        x = self._join(np.concatenate(inputs, axis=1))
        for layer in self._layers:
            x = layer(x)
        h = self._norm(x)
        s = social.reshape(self._rows, -1, h.shape[1])
        z = s + self._relation(s, h)
        merged = _gelu(self._merge(np.concatenate([h, z.reshape(self._rows, -1)], axis=1)))
        chances = 1 / (1 + np.exp(-self._events(merged)))
        shape = (self._conversations, 2)
        return chances.reshape(*shape, self._config.events), self._values(merged).reshape(*shape, self._config.values)


class _Attention:
    """`WindowedAttention`, one instant at a time."""

    def __init__(self, layer: WindowedAttention, rows: int) -> None:
        self._heads, self._window = layer.heads, layer.window
        self._query, self._key_value, self._out = (_linear(part) for part in (layer.query, layer.key_value, layer.out))
        size = layer.query.out_features // layer.heads
        self._scale = np.float32(size**-0.5)
        distance = _array(layer.distance)
        self._distance = np.concatenate([distance, distance], axis=1)  # so that any rotation is a slice
        self._shut = np.full(layer.window, -np.inf, np.float32)  # slots of the ring that are still empty
        self._keys = np.zeros((rows, layer.heads, layer.window, size), np.float32)
        self._kept = np.zeros_like(self._keys)
        self._step = 0

    def __call__(self, asking: np.ndarray, asked: Rows) -> np.ndarray:
        """Return (B, Q, C) for questions (B, Q, C) asked of the window that ends with `asked`."""
        rows, questions, channels = asking.shape
        slot = self._step % self._window
        self._step += 1
        new = self._key_value(asked).reshape(rows, 2, self._heads, -1)
        self._keys[:, :, slot], self._kept[:, :, slot] = new[:, 0], new[:, 1]
        self._shut[slot] = 0.0
        weight = self._distance[:, self._window - 1 - slot : 2 * self._window - 1 - slot] + self._shut  # (H, W)
        queries = self._query(asking.reshape(-1, channels)).reshape(rows, questions, self._heads, -1)
        scores = (queries.transpose(0, 2, 1, 3) * self._scale) @ self._keys.transpose(0, 1, 3, 2) + weight[:, None]
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))  # (B, H, Q, W)
        heard = (shares @ self._kept) / shares.sum(axis=-1, keepdims=True)
        return self._out(heard.transpose(0, 2, 1, 3).reshape(-1, channels)).reshape(rows, questions, channels)

    def __deepcopy__(self, memo: dict[int, object]) -> _Attention:
        fork = object.__new__(_Attention)
        fork.__dict__.update(self.__dict__)
        fork._shut, fork._keys, fork._kept = self._shut.copy(), self._keys.copy(), self._kept.copy()
        return fork


class _Layer:
    """`TransformerLayer`, one instant at a time."""

    def __init__(self, layer: TransformerLayer, rows: int) -> None:
        self._before_attention, self._before_maps = _layer_norm(layer.before_attention), _layer_norm(layer.before_maps)
        self._attention = _Attention(layer.attention, rows)
        self._widen, self._narrow = _linear(layer.widen), _linear(layer.narrow)

    def __call__(self, x: Rows) -> Rows:
        normal = self._before_attention(x)
        x = x + self._attention(normal[:, None], normal)[:, 0]
        return x + self._narrow(_gelu(self._widen(self._before_maps(x))))


def _array(weight: torch.Tensor) -> np.ndarray:
    return weight.detach().numpy()


def _linear(layer: nn.Linear) -> Map:
    weight, bias = _array(layer.weight).T, _array(layer.bias)
    return lambda x: x @ weight + bias


def _nothing(x: np.ndarray) -> np.ndarray:
    return x[:, :0]


def _two_maps(maps: nn.Sequential) -> Map:
    first, second = _linear(maps[0]), _linear(maps[2])  # type: ignore[arg-type]
    return lambda x: second(_gelu(first(x)))


def _layer_norm(layer: nn.LayerNorm) -> Map:
    weight, bias = _array(layer.weight), _array(layer.bias)

    share = np.full(len(weight), 1 / len(weight), np.float32)  # a product with it is a mean, and cheaper than `mean`

    def normal(x: np.ndarray) -> np.ndarray:
        centered = x - (x @ share)[:, None]
        variance = np.square(centered) @ share
        return centered / np.sqrt(variance + LAYER_NORM_EPSILON)[:, None] * weight + bias

    return normal


def _gelu(x: np.ndarray) -> np.ndarray:
    return np.float32(0.5) * x * (1 + erf(x * _SQRT_HALF))
