"""One step of the dyadic model, compiled: what `DyadicModel.push` does, in a tenth of its time.

Weights are the model's own; the state is one ring of keys and values for each attention. Tests hold it against the
model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float32
from torch import nn

from rsatalker.kernels import njit
from rsatalker.motion.compiled_maps import LinearMap, add, gelu_in_place, layer_norm, linear, side_by_side
from rsatalker.motion.dyadic_model import VELOCITY_GAIN, DyadicModel, TransformerLayer, WindowedAttention

ZERO = np.float32(0)
GAIN = np.float32(VELOCITY_GAIN)


@njit(nogil=True)
def two_maps(x: Any, first: Any, second: Any) -> Any:
    """Return a linear map of the GELU of a linear map."""
    y = linear(x, first[0], first[1])
    gelu_in_place(y)
    return linear(y, second[0], second[1])


@njit(nogil=True, fastmath=True)
def attended(asking: Any, asked: Any, attention: Any, step: int) -> Any:
    """Return answers (R Q, C) to questions (R Q, C), asked of the window that ends with `asked` (R, C)."""
    query, key_value, out, distance, keys, values = attention
    rows, heads, window, size = values.shape
    channels = heads * size
    questions = asking.shape[0] // rows
    slot, filled = step % window, min(step + 1, window)
    new = linear(asked, key_value[0], key_value[1])
    for row in range(rows):
        for head in range(heads):
            for i in range(size):
                keys[row, head, i, slot] = new[row, head * size + i]
                values[row, head, slot, i] = new[row, channels + head * size + i]
    queries = linear(asking, query[0], query[1])
    scale = np.float32(1 / np.sqrt(size))
    heard = np.zeros((rows * questions, channels), np.float32)
    shares = np.empty(window, np.float32)
    for asker in range(rows * questions):
        row = asker // questions
        for head in range(heads):
            for s in range(filled):
                shares[s] = distance[head, window - 1 - (slot - s) % window]
            for i in range(size):
                q = queries[asker, head * size + i] * scale
                for s in range(filled):
                    shares[s] += q * keys[row, head, i, s]
            most = shares[0]
            for s in range(1, filled):
                most = max(most, shares[s])
            total = ZERO
            for s in range(filled):
                shares[s] = np.exp(shares[s] - most)
                total += shares[s]
            answer = heard[asker, head * size : (head + 1) * size]
            for s in range(filled):
                share = shares[s] / total
                for i in range(size):
                    answer[i] += share * values[row, head, s, i]
    return linear(heard, out[0], out[1])


@njit(nogil=True)
def transformed(x: Any, layer: Any, step: int) -> Any:
    """Return what a `TransformerLayer` makes of rows (R, C)."""
    before_attention, attention, before_maps, widen, narrow = layer
    normal = layer_norm(x, before_attention[0], before_attention[1])
    x = add(x, attended(normal, normal, attention, step))
    return add(x, two_maps(layer_norm(x, before_maps[0], before_maps[1]), widen, narrow))


@njit(nogil=True)
def of_partners(x: Any) -> Any:
    """Return rows (R, C) with those of the two participants of each conversation exchanged."""
    y = np.empty_like(x)
    for row in range(x.shape[0]):
        for i in range(x.shape[1]):
            y[row, i] = x[row ^ 1, i]
    return y


@njit(nogil=True)
def decided(
    voices: Any, motion: Any, before: Any, social: Any, step: int, senses: Any, layers: Any, relation: Any, decoder: Any
) -> Any:
    """Return logits (R, E) and values (R, V); rows of the two participants of a conversation follow each other."""
    voice_first, voice_second, motion_first, motion_second, face_of_voice, join = senses
    norm, attention = relation
    merge, events, decoded = decoder
    own_voice = two_maps(voices, voice_first, voice_second)
    moved = np.empty_like(motion)
    for row in range(motion.shape[0]):
        for i in range(motion.shape[1]):
            moved[row, i] = np.tanh(GAIN * (motion[row, i] - before[row, i]))
    face = two_maps(side_by_side(motion, moved), motion_first, motion_second)
    partner_voice = of_partners(own_voice)
    f = add(attended(partner_voice, of_partners(face), face_of_voice, step), partner_voice)
    inputs = side_by_side(f, own_voice)
    if join[0].shape[1] > inputs.shape[1]:  # the model sees itself
        inputs = side_by_side(inputs, face)
    x = linear(inputs, join[0], join[1])
    for layer in range(len(layers)):
        x = transformed(x, layers[layer], step)
    h = layer_norm(x, norm[0], norm[1])
    z = add(attended(social, h, attention, step), social)
    merged = linear(side_by_side(h, z.reshape(h.shape[0], z.size // h.shape[0])), merge[0], merge[1])
    gelu_in_place(merged)
    return linear(merged, events[0], events[1]), linear(merged, decoded[0], decoded[1])


class DyadicStep:
    """The streaming state of some conversations; `push` goes on by one instant. Copies share the weights.

    Args:
        model: Whose weights to use.
        conversations: How many run side by side.
    """

    def __init__(self, model: DyadicModel, conversations: int = 1) -> None:
        self._rows, self._conversations, self._config = 2 * conversations, conversations, model.config
        self._face_of_voice = _Attention(model.face_of_voice, self._rows)
        self._layers = [_Layer(layer, self._rows) for layer in model.transformer]  # type: ignore[arg-type]
        self._relation = _Attention(model.relation, self._rows)
        voice, motion = ([LinearMap(maps[i]).numbers for i in (0, 2)] for maps in (model.voice, model.motion))  # type: ignore[arg-type]
        self._ears_and_eyes, self._join = _Shared((*voice, *motion)), _Shared(LinearMap(model.join).numbers)
        self._norm = _Shared(_norm(model.norm))
        events = LinearMap(model.events).numbers if model.events is not None else _nothing(2 * model.config.channels)
        self._decoder = _Shared((LinearMap(model.merge).numbers, events, LinearMap(model.values).numbers))
        self._last_motion: np.ndarray | None = None
        self._step = 0

    def push(
        self,
        voices: Float32[np.ndarray, "N 2 S"],
        motion: Float32[np.ndarray, "N 2 M"],
        social: Float32[np.ndarray, "N 2 Q C"],
    ) -> tuple[Float32[np.ndarray, "N 2 E"], Float32[np.ndarray, "N 2 V"]]:
        """Return chances and values of one further instant; `motion` is what both showed at the last one."""
        motion = np.ascontiguousarray(motion).reshape(self._rows, -1)
        before = motion if self._last_motion is None else self._last_motion
        self._last_motion = motion
        logits, values = decided(
            np.ascontiguousarray(voices).reshape(self._rows, -1), motion, before,
            np.ascontiguousarray(social).reshape(-1, social.shape[-1]), self._step,
            (*self._ears_and_eyes.numbers, self._face_of_voice.numbers, self._join.numbers),
            tuple(layer.numbers for layer in self._layers), (self._norm.numbers, self._relation.numbers),
            self._decoder.numbers,
        )  # fmt: skip
        self._step += 1
        shape = (self._conversations, 2, -1)
        chances = 1 / (1 + np.exp(-logits))
        return chances.reshape(*shape[:2], self._config.events), values.reshape(shape)


class _Shared:
    """Weights, which copies of a step have in common."""

    def __init__(self, numbers: tuple[Any, ...]) -> None:
        self.numbers = numbers

    def __deepcopy__(self, memo: dict[int, object]) -> _Shared:
        return self


class _Attention:
    """A `WindowedAttention` with its ring: keys (R, H, C/H, W) and values (R, H, W, C/H)."""

    def __init__(self, layer: WindowedAttention, rows: int) -> None:
        maps = (LinearMap(part).numbers for part in (layer.query, layer.key_value, layer.out))
        self._shared = _Shared((*maps, layer.distance.detach().numpy()))
        size = layer.query.out_features // layer.heads
        self._keys = np.zeros((rows, layer.heads, size, layer.window), np.float32)
        self._values = np.zeros((rows, layer.heads, layer.window, size), np.float32)

    @property
    def numbers(self) -> tuple[Any, ...]:
        """What a kernel takes; it changes the last two."""
        return (*self._shared.numbers, self._keys, self._values)


class _Layer:
    """A `TransformerLayer` with the ring of its attention."""

    def __init__(self, layer: TransformerLayer, rows: int) -> None:
        self._attention = _Attention(layer.attention, rows)
        self._before_attention = _Shared(_norm(layer.before_attention))
        maps = (LinearMap(layer.widen).numbers, LinearMap(layer.narrow).numbers)
        self._maps = _Shared((_norm(layer.before_maps), *maps))

    @property
    def numbers(self) -> tuple[Any, ...]:
        """What a kernel takes."""
        return (self._before_attention.numbers, self._attention.numbers, *self._maps.numbers)


def _norm(layer: nn.LayerNorm) -> tuple[np.ndarray, np.ndarray]:
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()


def _nothing(inputs: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((0, inputs), np.float32), np.zeros(0, np.float32)
