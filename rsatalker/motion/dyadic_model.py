"""The dyadic model: what two voices, two faces and a relationship incline each head to do. Read it from top to bottom.

Each voice is encoded once. For each head, the partner's voice asks what the partner's face did with it, up to the last
step (cross-attention); the answer, joined with the head's own voice, goes through a causal Transformer; what the
relationship wants to know is asked of that (cross-attention again, with learned queries that carry the social feature);
and a decoder says how likely each event is to begin now, and how the head tends to be.

That is RSATalker's structure (arXiv 2601.10606): `f_A = CrossAttn(Q=a_A, K=V=m_A)`, a Transformer over `[f_A; a_B]`,
`z = CrossAttn(Q=s, K=V=h)` with `s` the social feature made by learnable queries, a motion decoder. Not public there,
and our own design here: all sizes and losses; that it is causal, with a window instead of whole clips; that `[ ; ]`
joins channels; that a voice enters as what the lip model and `VoiceState` say of it, so that weights outlast the speech
encoder; that events are decoded as chances and sampled (a regressor would average them away), while in the space of
tracked faces (`flame2020`) the decoder regresses parameters; the rank of a participant in the social feature.

Nothing sees the future. Streaming keeps the keys and values of the last `window` instants, so a step costs one step.
"""

from __future__ import annotations

import copy
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from rsatalker.motion.behaviour.decision import EVENTS, SEEN, TENDENCIES
from rsatalker.motion.behaviour.voice_state import CUES
from rsatalker.motion.social import SOCIAL_FACTORS, SocialInput

VELOCITY_GAIN = 10.0  # of changes within a step, before they are squashed: a smile's slow rise counts as a blink does


@dataclass(frozen=True, slots=True)
class DyadicModelConfig:
    """Sizes of the model; saved in its checkpoint.

    Attributes:
        voice_size: Numbers that describe a voice at an instant: `CUES`, and for tracked faces the lip controls too.
        motion_size: Numbers that describe a face at an instant: `SEEN`, or the parameters of an expression space.
        events: Chances that are decoded: `EVENTS`, or none for tracked faces.
        values: Values that are decoded: `TENDENCIES`, or the parameters of an expression space.
        expression_space: `procedural-1` for events and tendencies, or that of the tracked faces.
        channels: Width of everything.
        heads: Of each attention.
        layers: Of the Transformer.
        window: Instants that an attention reaches back; 75 are 2.5 s.
        social_queries: Learnable queries that make the social feature.
        sees_itself: Whether a head's own last motion is an input too.
    """

    voice_size: int = len(CUES)
    motion_size: int = len(SEEN)
    events: int = len(EVENTS)
    values: int = len(TENDENCIES)
    expression_space: str = "procedural-1"
    channels: int = 96
    heads: int = 4
    layers: int = 2
    window: int = 75
    social_queries: int = 4
    sees_itself: bool = False


class WindowedAttention(nn.Module):
    """Attention of each instant to the present and the `window - 1` instants before it.

    How far back a key lies counts by a learned number for each head and distance. While streaming, `past` holds the
    keys and values that will be looked at again; otherwise it is None and there is nothing before the first instant.
    """

    def __init__(self, config: DyadicModelConfig) -> None:
        super().__init__()
        self.heads, self.window = config.heads, config.window
        self.query = nn.Linear(config.channels, config.channels)
        self.key_value = nn.Linear(config.channels, 2 * config.channels)
        self.distance = nn.Parameter(torch.zeros(config.heads, config.window))  # column 0 is the farthest
        self.out = nn.Linear(config.channels, config.channels)
        self.past: Tensor | None = None

    def forward(self, asking: Float[Tensor, "B TQ C"], asked: Float[Tensor, "B T C"]) -> Float[Tensor, "B TQ C"]:
        """Return an answer for each question; with TQ = Q T, those of one instant follow each other."""
        batch, steps, channels = asked.shape
        size = channels // self.heads
        queries = self.query(asking).view(batch, -1, self.heads, size).transpose(1, 2)  # (B, H, TQ, C/H)
        new = self.key_value(asked).view(batch, steps, 2 * self.heads, size).transpose(1, 2)  # (B, 2H, T, C/H)
        if self.past is not None:
            new = torch.cat([self.past, new], dim=2)
            self.past = new[:, :, max(new.shape[2] - self.window + 1, 0) :]
        keys, values = new.chunk(2, dim=1)  # (B, H, P+T, C/H)
        weight = self._weight_of_distance(steps, keys.shape[2])
        if queries.shape[2] != steps:
            weight = weight.repeat_interleave(queries.shape[2] // steps, dim=1)
        heard = scaled_dot_product_attention(queries, keys, values, attn_mask=weight)
        return self.out(heard.transpose(1, 2).reshape(batch, -1, channels))

    def _weight_of_distance(self, steps: int, seen: int) -> Float[Tensor, "H T S"]:
        if steps == 1:  # everything that is kept is within the window
            return self.distance[:, self.window - seen :].unsqueeze(1)
        at = torch.arange(seen, device=self.distance.device)
        back = at[seen - steps :, None] - at[None]  # (T, P+T) instants
        weight = self.distance[:, (self.window - 1 - back).clamp(0, self.window - 1)]
        return weight.masked_fill((back < 0) | (back >= self.window), float("-inf"))


class TransformerLayer(nn.Module):
    """Attention to the own past, then two linear maps, each added to what was there."""

    def __init__(self, config: DyadicModelConfig) -> None:
        super().__init__()
        self.before_attention, self.before_maps = nn.LayerNorm(config.channels), nn.LayerNorm(config.channels)
        self.attention = WindowedAttention(config)
        self.widen = nn.Linear(config.channels, 2 * config.channels)
        self.narrow = nn.Linear(2 * config.channels, config.channels)

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        """Return the next layer's input."""
        normal = self.before_attention(x)
        x = x + self.attention(normal, normal)
        return x + self.narrow(gelu(self.widen(self.before_maps(x))))


class SocialModule(nn.Module):
    """Kinship, status and own rank -> the social feature, by learnable queries over their embeddings."""

    def __init__(self, config: DyadicModelConfig) -> None:
        super().__init__()
        self.embeddings = nn.Parameter(0.5 * torch.randn(SOCIAL_FACTORS, config.channels))
        self.queries = nn.Parameter(0.5 * torch.randn(config.social_queries, config.channels))
        self.key_value = nn.Linear(config.channels, 2 * config.channels)
        self.out = nn.Linear(config.channels, config.channels)

    def forward(self, present: Float[Tensor, "B 3 K"]) -> Float[Tensor, "B Q C"]:
        """Return the feature of each head.

        Args:
            present: For kinship, status and rank how much of each of the K embeddings is there: rows of a known
                relationship are one-hot, of an unknown one zeros, and whatever lies between is a blend.
        """
        keys, values = self.key_value(present @ self.embeddings).chunk(2, dim=-1)
        weights = torch.softmax(self.queries @ keys.transpose(1, 2) / keys.shape[-1] ** 0.5, dim=-1)  # (B, Q, 3)
        return self.queries + self.out(weights @ values)


class Answer(NamedTuple):
    """What is decoded at each instant for each head.

    Attributes:
        logits: Of the chance that each event begins now, if it can.
        values: Tendencies, or parameters of a tracked face.
    """

    logits: Float[Tensor, "N 2 T E"]
    values: Float[Tensor, "N 2 T V"]


class DyadicModel(nn.Module):
    """How two heads are inclined, for any number of conversations side by side; deterministic.

    One streaming state at a time: a second stream takes its own `sharing_weights()`. Not thread-safe.
    """

    def __init__(self, config: DyadicModelConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or DyadicModelConfig()
        width = config.channels
        self.voice = nn.Sequential(nn.Linear(config.voice_size, width), nn.GELU(), nn.Linear(width, width))
        self.motion = nn.Sequential(nn.Linear(2 * config.motion_size, width), nn.GELU(), nn.Linear(width, width))
        self.face_of_voice = WindowedAttention(config)
        self.join = nn.Linear((3 if config.sees_itself else 2) * width, width)
        self.transformer = nn.ModuleList(TransformerLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.social = SocialModule(config)
        self.relation = WindowedAttention(config)
        self.merge = nn.Linear((1 + config.social_queries) * width, 2 * width)
        self.events = nn.Linear(2 * width, config.events) if config.events else None
        self.values = nn.Linear(2 * width, config.values)
        self.last_motion: Tensor | None = None  # while streaming
        if self.events is not None:
            nn.init.constant_(self.events.bias, -4.0)  # events are rare: a chance of .02 a step

    def forward(
        self,
        voices: Float[Tensor, "N 2 T S"],
        motion: Float[Tensor, "N 2 T M"],
        social: Float[Tensor, "N 2 Q C"],
    ) -> Answer:
        """Return the answer for each head at each instant.

        Args:
            voices: Both voices.
            motion: What both faces showed one instant *before*; row 0 of a clip is what they showed before it.
            social: The social feature of each head.
        """
        conversations, _, steps, _ = voices.shape
        flat = (2 * conversations, steps, self.config.channels)
        own_voice = self.voice(voices)  # (N, 2, T, C)
        moved = torch.tanh(VELOCITY_GAIN * (motion - self._one_earlier(motion)))
        face = self.motion(torch.cat([motion, moved], dim=-1))
        partner_voice, partner_face = own_voice.flip(1).reshape(flat), face.flip(1).reshape(flat)
        own_voice = own_voice.reshape(flat)
        f = partner_voice + self.face_of_voice(partner_voice, partner_face)  # (2N, T, C)
        inputs = [f, own_voice, face.reshape(flat)] if self.config.sees_itself else [f, own_voice]
        x = self.join(torch.cat(inputs, dim=-1))
        for layer in self.transformer:
            x = layer(x)
        h = self.norm(x)
        s = social.reshape(flat[0], 1, -1).expand(-1, steps, -1).reshape(flat[0], -1, flat[2])  # (2N, TQ, C)
        z = s + self.relation(s, h)
        merged = gelu(self.merge(torch.cat([h, z.reshape(flat[0], steps, -1)], dim=-1)))
        shape = (conversations, 2, steps, -1)
        logits = merged[..., :0] if self.events is None else self.events(merged)
        return Answer(logits.view(*shape[:3], self.config.events), self.values(merged).view(shape))

    def _one_earlier(self, motion: Float[Tensor, "N 2 T M"]) -> Float[Tensor, "N 2 T M"]:
        first = motion[:, :, :1] if self.last_motion is None else self.last_motion
        if self.last_motion is not None:
            self.last_motion = motion[:, :, -1:]
        return torch.cat([first, motion[:, :, :-1]], dim=2)

    @torch.inference_mode()
    def social_feature(self, social: SocialInput) -> Float[Tensor, "1 2 Q C"]:
        """Return the feature of both heads of one conversation."""
        return self.social(torch.from_numpy(social.present())).unsqueeze(0)

    @torch.inference_mode()
    def push(
        self,
        voices: Float32[np.ndarray, "N 2 S"],
        motion: Float32[np.ndarray, "N 2 M"],
        social: Float[Tensor, "N 2 Q C"],
    ) -> tuple[Float32[np.ndarray, "N 2 E"], Float32[np.ndarray, "N 2 V"]]:
        """Return chances and values of one further instant; `motion` is what both showed at the last one."""
        assert self.is_streaming, "push needs `with model.streaming():`"
        answer = self(torch.from_numpy(voices).unsqueeze(2), torch.from_numpy(motion).unsqueeze(2), social)
        return answer.logits[:, :, 0].sigmoid().numpy(), answer.values[:, :, 0].numpy()

    @property
    def is_streaming(self) -> bool:
        """Whether the model holds a streaming state."""
        return self.last_motion is not None

    @contextmanager
    def streaming(self, conversations: int = 1) -> Generator[None, None, None]:
        """Within this context every call continues where the last one ended."""
        self.start_streaming(conversations)
        try:
            yield
        finally:
            self.stop_streaming()

    def start_streaming(self, conversations: int = 1, motion: Float32[np.ndarray, "N 2 M"] | None = None) -> None:
        """Begin a stream; what was streamed before is forgotten. `motion` is what both faces show before it."""
        config = self.config
        for attention in self._attentions():
            attention.past = torch.zeros(2 * conversations, 2 * config.heads, 0, config.channels // config.heads)
        if motion is None:
            motion = np.zeros((conversations, 2, config.motion_size), np.float32)
        self.last_motion = torch.from_numpy(motion).unsqueeze(2)

    def stop_streaming(self) -> None:
        """Forget the stream."""
        for attention in self._attentions():
            attention.past = None
        self.last_motion = None

    def sharing_weights(self) -> DyadicModel:
        """Return a model of the same weights, in the same memory, with a streaming state of its own."""
        return copy.deepcopy(self, {id(weight): weight for weight in self.parameters()})

    def _attentions(self) -> list[WindowedAttention]:
        return [layer for layer in self.modules() if isinstance(layer, WindowedAttention)]
