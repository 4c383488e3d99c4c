"""One step of the dyadic model, compiled: what `DyadicModel.push` does, in a tenth of its time.

Weights are the model's own; the state is one ring of keys and values for each attention. Conversations that began at
different times go on together. Tests hold it against the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float32

from rsatalker.kernels import njit
from rsatalker.motion.compiled_maps import (
    add,
    addresses,
    floats_at,
    gelu_in_place,
    layer_norm,
    linear,
    linear_map,
    norm,
    side_by_side,
)
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
def attended(asking: Any, asked: Any, attention: Any, steps: Any, states: Any) -> Any:
    """Return answers (R Q, C) to questions (R Q, C), asked of the window that ends with `asked` (R, C).

    Args:
        asking: Questions; those of a row follow each other.
        asked: What is new.
        attention: Its weights, and where its ring is in a state.
        steps: How many steps each row has gone before (R).
        states: Address of what is kept of each row (R).
    """
    query, key_value, out, distance, kept_at = attention
    rows, channels = asked.shape
    heads, window = distance.shape
    size = channels // heads
    questions = asking.shape[0] // rows
    new = linear(asked, key_value[0], key_value[1])
    queries = linear(asking, query[0], query[1])
    scale = np.float32(1 / np.sqrt(size))
    heard = np.zeros((rows * questions, channels), np.float32)
    shares = np.empty(window, np.float32)
    for row in range(rows):
        slot, filled = steps[row] % window, min(steps[row] + 1, window)
        keys = floats_at(states[row], kept_at, channels * window).reshape(heads, size, window)
        values = floats_at(states[row], kept_at + channels * window, channels * window).reshape(heads, window, size)
        for head in range(heads):
            for i in range(size):
                keys[head, i, slot] = new[row, head * size + i]
                values[head, slot, i] = new[row, channels + head * size + i]
        for asker in range(row * questions, (row + 1) * questions):
            for head in range(heads):
                for s in range(filled):
                    ago = slot - s if s <= slot else slot - s + window
                    shares[s] = distance[head, window - 1 - ago]
                for i in range(size):
                    q = queries[asker, head * size + i] * scale
                    for s in range(filled):
                        shares[s] += q * keys[head, i, s]
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
                        answer[i] += share * values[head, s, i]
    return linear(heard, out[0], out[1])


@njit(nogil=True)
def transformed(x: Any, layer: Any, steps: Any, states: Any) -> Any:
    """Return what a `TransformerLayer` makes of rows (R, C)."""
    before_attention, attention, before_maps, widen, narrow = layer
    normal = layer_norm(x, before_attention[0], before_attention[1])
    x = add(x, attended(normal, normal, attention, steps, states))
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
def decided(voices: Any, motion: Any, before: Any, social: Any, steps: Any, states: Any, weights: Any) -> Any:
    """Return logits (R, E) and values (R, V); rows of the two participants of a conversation follow each other."""
    voice_first, voice_second, motion_first, motion_second, face_of_voice, join, layers = weights[0]
    last_norm, relation, merge, events, decoded = weights[1]
    own_voice = two_maps(voices, voice_first, voice_second)
    moved = np.empty_like(motion)
    for row in range(motion.shape[0]):
        for i in range(motion.shape[1]):
            moved[row, i] = np.tanh(GAIN * (motion[row, i] - before[row, i]))
    face = two_maps(side_by_side(motion, moved), motion_first, motion_second)
    partner_voice = of_partners(own_voice)
    f = add(attended(partner_voice, of_partners(face), face_of_voice, steps, states), partner_voice)
    inputs = side_by_side(f, own_voice)
    if join[0].shape[1] > inputs.shape[1]:  # the model sees itself
        inputs = side_by_side(inputs, face)
    x = linear(inputs, join[0], join[1])
    for layer in range(len(layers)):
        x = transformed(x, layers[layer], steps, states)
    h = layer_norm(x, last_norm[0], last_norm[1])
    z = add(attended(social, h, relation, steps, states), social)
    merged = linear(side_by_side(h, z.reshape(h.shape[0], z.size // h.shape[0])), merge[0], merge[1])
    gelu_in_place(merged)
    return linear(merged, events[0], events[1]), linear(merged, decoded[0], decoded[1])


class Now(NamedTuple):
    """What some conversations are at an instant.

    Attributes:
        voices: What is heard of both voices.
        motion: What both showed at the last instant.
        social: The social feature of both.
    """

    voices: Float32[np.ndarray, "N 2 S"]
    motion: Float32[np.ndarray, "N 2 M"]
    social: Float32[np.ndarray, "N 2 Q C"]


Decided: TypeAlias = tuple[Float32[np.ndarray, "N 2 E"], Float32[np.ndarray, "N 2 V"]]


class DyadicStep:
    """The streaming state of some conversations; `push` goes on by one instant. Copies share the weights.

    Args:
        model: Whose weights to use.
        conversations: How many run side by side.
    """

    def __init__(self, model: DyadicModel, conversations: int = 1) -> None:
        self.network = DyadicNetwork(model)
        self.rings = np.zeros((2 * conversations, self.network.kept_floats), np.float32)
        self.last_motion: np.ndarray | None = None
        self.gone = 0  # steps so far

    def push(
        self,
        voices: Float32[np.ndarray, "N 2 S"],
        motion: Float32[np.ndarray, "N 2 M"],
        social: Float32[np.ndarray, "N 2 Q C"],
    ) -> Decided:
        """Return chances and values of one further instant; `motion` is what both showed at the last one."""
        return push_together([(self, Now(voices, motion, social))])[0]


class DyadicNetwork:
    """The weights of a model as the kernel takes them.

    Attributes:
        kept_floats: Keys and values that the attentions will look at again, of one participant.
        weights: Of all layers, in the model's memory.
    """

    def __init__(self, model: DyadicModel) -> None:
        self.kept_floats = 0
        voice, motion = ([linear_map(maps[i]) for i in (0, 2)] for maps in (model.voice, model.motion))  # type: ignore[arg-type]
        events = linear_map(model.events) if model.events is not None else _nothing(2 * model.config.channels)
        layers = tuple(self._layer(layer) for layer in model.transformer)  # type: ignore[arg-type]
        senses = (*voice, *motion, self._attention(model.face_of_voice), linear_map(model.join), layers)
        decoder = (linear_map(model.merge), events, linear_map(model.values))
        self.weights = (senses, (norm(model.norm), self._attention(model.relation), *decoder))

    def _attention(self, layer: WindowedAttention) -> tuple[Any, ...]:
        kept_at = self.kept_floats
        self.kept_floats += 2 * layer.query.out_features * layer.window
        maps = (linear_map(part) for part in (layer.query, layer.key_value, layer.out))
        return (*maps, layer.distance.detach().numpy(), kept_at)

    def _layer(self, layer: TransformerLayer) -> tuple[Any, ...]:
        attention = self._attention(layer.attention)
        maps = linear_map(layer.widen), linear_map(layer.narrow)
        return (norm(layer.before_attention), attention, norm(layer.before_maps), *maps)

    @property
    def identity(self) -> int:
        """The same for all networks of the same weights."""
        return self.weights[1][0][0].__array_interface__["data"][0]

    def __deepcopy__(self, memo: dict[int, object]) -> DyadicNetwork:
        """Return itself: nothing in it changes."""
        return self


def push_together(asked: Sequence[tuple[DyadicStep, Now]]) -> list[Decided]:
    """Return what `push` of each step returns; all are of the same weights."""
    voices, motion, social = (
        np.concatenate([part.reshape(-1, part.shape[-1]) for part in parts])
        for parts in zip(*(now for _, now in asked), strict=True)
    )
    steps = [step for step, _ in asked]
    rows = [len(step.rings) for step in steps]
    starts = np.cumsum([0, *rows])
    parts = [slice(first, end) for first, end in pairwise(starts.tolist())]
    moved = [motion[part] for part in parts]
    before = [now if step.last_motion is None else step.last_motion for step, now in zip(steps, moved, strict=True)]
    logits, values = decided(
        voices, motion, np.concatenate(before), social, np.repeat([step.gone for step in steps], rows),
        addresses([step.rings for step in steps]), steps[0].network.weights,
    )  # fmt: skip
    chances = 1 / (1 + np.exp(-logits))
    for step, now in zip(steps, moved, strict=True):
        step.last_motion = now
        step.gone += 1
    shapes = [(count // 2, 2, -1) for count in rows]
    return [
        (chances[part].reshape(*shape[:2], chances.shape[1]), values[part].reshape(shape))
        for part, shape in zip(parts, shapes, strict=True)
    ]


def _nothing(inputs: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((0, inputs), np.float32), np.zeros(0, np.float32)
