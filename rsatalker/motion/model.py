"""The motion model: what the lips do, from the features of a voice. Read it from top to bottom.

A causal convolution is a linear map of the present and some past steps. Two of them turn 120 features a second (60, if
they come from a pretrained network, `speech/encoders.py`) into 30 encodings a second; a stack of them, each reaching
twice as far back as the last, listens to the past 1.5 s; three linear heads read what the mouth does, whether there is
a voice, and which viseme sounds.

What the face shows is a little calmer than what the heads say (`motion/calm.py`), and shut in hums (`motion/hums.py`).

Nothing sees the future. Instead the model answers late: its output at instant t describes instant t - look_ahead,
because a mouth moves before its sound (by 80 to 160 ms in filmed speech). `motion/lip_stream.py` does the same sums
while streaming, a step at a time.

The structure follows no published model; RSATalker's own (arXiv 2601.10606) is not public in this detail.
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
from torch.nn.functional import dropout, gelu, pad

from rsatalker.errors import CheckpointError
from rsatalker.motion.calm import Calm
from rsatalker.motion.hums import Hums
from rsatalker.motion.lip_stream import LipStream, agreed, push_together
from rsatalker.motion.together import Making, Question, alone
from rsatalker.speech.encoders import LOG_MEL
from rsatalker.speech.features import at_other_gain


@dataclass(frozen=True, slots=True)
class MotionModelConfig:
    """Sizes of the model; saved in its checkpoint.

    Attributes:
        encoder: What makes the features: `log-mel`, or the folder of a wav2vec 2.0 or HuBERT model.
        feature_bands: Numbers in one feature.
        features_per_instant: Features in one instant of motion, an even number; 4 are 120 Hz.
        feature_mean: Mean of all features of the corpus; they enter as (feature - mean) / std.
        feature_std: Their standard deviation.
        listening_db: Gain under which a trained model listens, for log-mel features only: noise and breath sink into
            the floor of the features, speech loses nothing. On independent real speech at 10 dB above noise it raises
            r8 from .65 to .67 and shut jaws in silence from .87 to .97.
        front_channels: Width at 60 Hz, where bursts and closures are told apart.
        channels: Width of the stack.
        taps: Steps that each convolution sees.
        dilations: Distance between those steps, layer by layer.
        look_ahead: Instants by which the answer lags behind the sound; 3 are 100 ms.
        controls: Articulation controls (`ARTICULATION_NAMES`).
        visemes: Classes of the auxiliary head; it exists for training.
        dropout: Share of each layer's channels that a training step leaves out, lest the model lean on one.
        second: Of a second model that listens too; what both say is averaged, and closures lean to the one that hears
            them. Two that learned from other voices err in other places: on independent real speech r8 is .76, of each
            alone .72 and .74.
    """

    encoder: str = LOG_MEL
    feature_bands: int = 80
    features_per_instant: int = 4
    feature_mean: float = -6.0
    feature_std: float = 4.0
    listening_db: float = -10.0
    front_channels: int = 96
    channels: int = 208
    taps: int = 3
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4)  # the second rise refines what the first one found
    look_ahead: int = 3
    controls: int = 12
    visemes: int = 17
    dropout: float = 0.05
    second: MotionModelConfig | None = None


class CausalConvolution(nn.Module):
    """A linear map of the present step and `taps - 1` earlier ones, `dilation` steps apart; zeros before the first."""

    def __init__(self, inputs: int, outputs: int, taps: int, dilation: int = 1) -> None:
        super().__init__()
        self.mix = nn.Linear(taps * inputs, outputs)
        self.inputs, self.taps, self.dilation = inputs, taps, dilation
        self.reach = (taps - 1) * dilation

    def forward(self, steps: Float[Tensor, "B T I"]) -> Float[Tensor, "B T O"]:
        """Return one output a step."""
        seen = pad(steps, (0, 0, self.reach, 0))  # (B, reach + T, I)
        count = steps.shape[1]
        taps = [seen[:, tap * self.dilation : tap * self.dilation + count] for tap in range(self.taps)]
        return self.mix(torch.cat(taps, dim=-1))


class SpeechEncoder(nn.Module):
    """Features of a voice in, one encoding an instant out."""

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        self.config = config
        self.together = config.features_per_instant // 2  # features that make one step of 60 Hz
        width = self.together * config.feature_bands
        self.front = CausalConvolution(width, config.front_channels, taps=2)  # 60 Hz, sees 33 ms
        self.join = CausalConvolution(2 * config.front_channels, config.channels, taps=2)  # 30 Hz, sees 75 ms
        self.stack = nn.ModuleList(
            CausalConvolution(config.channels, config.channels, config.taps, dilation) for dilation in config.dilations
        )
        self.norm = nn.LayerNorm(config.channels)
        for layer in self.stack:  # small at first: the stack starts close to the identity
            assert isinstance(layer, CausalConvolution)
            nn.init.normal_(layer.mix.weight, 0, 0.5 / (config.taps * config.channels) ** 0.5)
            nn.init.zeros_(layer.mix.bias)

    def forward(self, features: Float[Tensor, "B F bands"]) -> Float[Tensor, "B T C"]:
        """Return encodings; F is a multiple of `features_per_instant`."""
        batch, count, bands = features.shape
        normal = (features - self.config.feature_mean) / self.config.feature_std
        x = gelu(self.front(normal.reshape(batch, count // self.together, self.together * bands)))  # (B, 2T, front)
        x = self.join(x.reshape(batch, x.shape[1] // 2, -1))  # (B, T, C)
        for layer in self.stack:
            heard = gelu(layer(x))
            x = x + (dropout(heard, self.config.dropout) if self.training else heard)
        return self.norm(x)


class Prediction(NamedTuple):
    """What the heads say at each step; step t describes instant t - look_ahead.

    Attributes:
        articulation: Controls, about 0 to 1.
        activity_logit: Whether a voice sounds.
        viseme_logits: Which viseme sounds.
    """

    articulation: Float[Tensor, "B T 12"]
    activity_logit: Float[Tensor, "B T"]
    viseme_logits: Float[Tensor, "B T visemes"]


@dataclass(frozen=True, slots=True)
class Lips:
    """What the lips of several voices do, instant by instant.

    Attributes:
        articulation: Controls in [0, 1] in the order of `ARTICULATION_NAMES`.
        activity: Probability that the voice sounds.
    """

    articulation: Float32[np.ndarray, "B T 12"]
    activity: Float32[np.ndarray, "B T"]


class MotionModel(nn.Module):
    """Lips of any number of voices, each from its own features; deterministic.

    One streaming state at a time: a second conversation takes its own `sharing_weights()`. Not thread-safe.
    """

    def __init__(self, config: MotionModelConfig | None = None) -> None:
        super().__init__()
        self.config = config or MotionModelConfig()
        self.speech_encoder = SpeechEncoder(self.config)
        self.articulation = nn.Linear(self.config.channels, self.config.controls)
        self.activity = nn.Linear(self.config.channels, 1)
        self.viseme = nn.Linear(self.config.channels, self.config.visemes)
        self.second = None if self.config.second is None else MotionModel(self.config.second)
        self.stream: LipStream | None = None  # this and what follows: while streaming
        self.instants_to_skip = 0  # answers about instants before the first
        self.last_feature = np.zeros((1, 1, self.config.feature_bands), np.float32)
        self.calm, self.hums = Calm(1), Hums(1, self.config.look_ahead)

    def forward(self, features: Float[Tensor, "B F bands"]) -> Prediction:
        """Return the heads' answers to whole clips, `look_ahead` instants late."""
        encoding = self.speech_encoder(features)  # (B, T, C)
        own = Prediction(self.articulation(encoding), self.activity(encoding)[..., 0], self.viseme(encoding))
        if self.second is None:
            return own
        other = self.second(features)
        return Prediction(
            agreed(own.articulation, other.articulation),
            (own.activity_logit + other.activity_logit) / 2,
            (own.viseme_logits + other.viseme_logits) / 2,
        )

    def lips(self, features: Float32[np.ndarray, "B F bands"]) -> Lips:
        """Return the lips of whole clips, for a model that is not streaming."""
        assert not self.is_streaming
        with self.streaming(len(features)):
            return _joined(self.push(features), self.finish())

    @property
    def is_streaming(self) -> bool:
        """Whether the model holds a streaming state."""
        return self.stream is not None

    @contextmanager
    def streaming(self, batch: int) -> Generator[None, None, None]:
        """Within this context `push` continues where the last one ended, for `batch` voices that run side by side."""
        self.start_streaming(batch)
        try:
            yield
        finally:
            self.stop_streaming()

    def start_streaming(self, batch: int) -> None:
        """Begin a stream of `batch` voices; what was streamed before is forgotten."""
        self.stream = LipStream(self, batch)
        self.instants_to_skip = self.config.look_ahead
        self.calm, self.hums = Calm(batch), Hums(batch, self.config.look_ahead)
        self.last_feature = np.full((batch, 1, self.config.feature_bands), self.config.feature_mean, np.float32)

    def stop_streaming(self) -> None:
        """Forget the stream."""
        self.stream = None

    def push(self, features: Float32[np.ndarray, "B F bands"]) -> Lips:
        """Return the instants that are decided now, possibly none; they follow those of the last push.

        Args:
            features: New features of each voice; F is a multiple of `features_per_instant`.

        Raises:
            CheckpointError: The features come from another encoder than the model was trained on.
        """
        return alone(self.pushing(features))

    def pushing(self, features: Float32[np.ndarray, "B F bands"]) -> Making[Lips]:
        """Do what `push` does, beside other conversations."""
        assert self.stream is not None, "push needs `with model.streaming(batch):`"
        if features.shape[2] != self.config.feature_bands:
            raise CheckpointError(
                f"the encoder gives features of {features.shape[2]} numbers; the checkpoint was trained on "
                f"{self.config.feature_bands} ({self.config.encoder}). Give the encoder that it was trained on."
            )
        if features.shape[1] == 0:
            return Lips(np.zeros((len(features), 0, self.config.controls), np.float32), features[:, :, 0])
        self.last_feature = features[:, -1:].copy()
        heard = features
        if self.config.encoder == LOG_MEL:
            heard = at_other_gain(features, self.config.listening_db)
        question = Question(push_together, self.stream.network.identity, (self.stream, heard))
        articulation, activity = yield question
        if self.config.encoder == LOG_MEL:
            articulation = self.hums.shut(features, articulation, activity)
        skipped = min(self.instants_to_skip, activity.shape[1])
        self.instants_to_skip -= skipped
        return Lips(self.calm.push(articulation[:, skipped:], activity[:, skipped:]), activity[:, skipped:])

    def finish(self) -> Lips:
        """Return the last `look_ahead` instants, as if the last feature went on."""
        return alone(self.finishing())

    def finishing(self) -> Making[Lips]:
        """Do what `finish` does, beside other conversations."""
        count = self.config.look_ahead * self.config.features_per_instant
        return self.pushing(np.repeat(self.last_feature, count, axis=1))

    def sharing_weights(self) -> MotionModel:
        """Return a model of the same weights, in the same memory, that does not stream yet."""
        other = copy.copy(self)
        other.stop_streaming()
        return other

    def fork(self) -> MotionModel:
        """Return a model of the same weights, in the same memory, whose stream goes on from here on its own."""
        other = copy.copy(self)
        other.stream, other.calm, other.hums = copy.deepcopy((self.stream, self.calm, self.hums))
        return other


def _joined(*parts: Lips) -> Lips:
    return Lips(
        np.concatenate([part.articulation for part in parts], axis=1),
        np.concatenate([part.activity for part in parts], axis=1),
    )
