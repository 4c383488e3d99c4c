"""What stands between sound and the motion model: log-mel features, or a wav2vec 2.0 or HuBERT model from a folder.

The bundled checkpoint hears log-mel features (`LogMelEncoder`): they need no sound from the future and cost next to
nothing. A checkpoint that was trained with `rsatalker train-speech --encoder FOLDER` hears what the model in that
folder makes of the sound (`PretrainedEncoder`); nothing is ever fetched from a network.

Such a model was made for whole sentences: each of its answers depends on all the sound that it is given. Here it is
given a window at a time: the sound of one hop, `LEFT_S` before it and `RIGHT_S` after it; only the answers about the
hop are kept. So an answer waits for at most `HOP_S + RIGHT_S` of sound, costs the same however long the talk is, and
does not depend on how the sound was cut into pushes: streaming and offline agree, because both are made of the same
windows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32
from torch import nn

from rsatalker.errors import CheckpointError, ToolMissing
from rsatalker.extras import install_command
from rsatalker.speech.audio import SPEECH_RATE_HZ
from rsatalker.speech.features import FEATURES_PER_INSTANT, MEL_BANDS, LogMel
from rsatalker.speech.loudness import loudness_db

LOG_MEL = "log-mel"  # name of the encoder that needs no folder
MOTION_RATE_HZ = 30
HOP_S = 0.3  # sound answered at once: 9 instants, 15 steps of wav2vec 2.0. Shorter hops cost a CPU more than real time
LEFT_S = 1.5  # sound before it: a few syllables tell who speaks and how
RIGHT_S = 0.1  # sound after it: a phone's second half
PRETRAINED_FEATURES_PER_INSTANT = 2  # 60 Hz: the models answer at 50 Hz
MODEL_TYPES = ("wav2vec2", "hubert")
QUIETEST_POWER = 1e-6  # of a window, -60 dB: what is quieter is not made as loud as speech
HOP = round(HOP_S * SPEECH_RATE_HZ)
LEFT = round(LEFT_S * SPEECH_RATE_HZ)
RIGHT = round(RIGHT_S * SPEECH_RATE_HZ)
HOP_INSTANTS = round(HOP_S * MOTION_RATE_HZ)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an encoder makes of some sound; whole instants of motion only.

    Attributes:
        features: What the motion model takes; the same number for each instant.
        loudness_db: Of each instant, dB against a fixed reference.
    """

    features: Float32[np.ndarray, "B F bands"]
    loudness_db: Float32[np.ndarray, "B T"]


@runtime_checkable
class VoiceEncoder(Protocol):
    """Hears voices that run side by side, in chunks of any size.

    Attributes:
        bands: Numbers in a feature.
        features_per_instant: Features in one instant of motion.
    """

    bands: int
    features_per_instant: int

    def push(self, samples: Float32[np.ndarray, "B S"]) -> Heard:
        """Return the instants that are complete now, possibly none."""
        ...

    def finish(self) -> Heard:
        """Return the instants that waited for more sound, as if silence followed."""
        ...


class LogMelEncoder:
    """The features of `speech/features.py`, without delay."""

    bands = MEL_BANDS
    features_per_instant = FEATURES_PER_INSTANT

    def __init__(self, voices: int) -> None:
        self._mel = LogMel(voices)

    def push(self, samples: Float32[np.ndarray, "B S"]) -> Heard:
        """Return the instants that are complete now."""
        features = self._mel.push(samples)
        return Heard(features, loudness_db(features))

    def finish(self) -> Heard:
        """Return the last, partly filled instant."""
        features = self._mel.finish()
        return Heard(features, loudness_db(features))


class PretrainedNetwork:
    """A wav2vec 2.0 or HuBERT model; its weights are shared by all encoders that use it.

    Attributes:
        folder: Where it came from.
        bands: Numbers in one of its answers.
        stride: Samples from one answer to the next.
        reach: Samples that its convolutions see for one answer.
    """

    def __init__(self, folder: Path, network: nn.Module, config: Mapping[str, Any], *, normalizes: bool) -> None:
        self.folder = folder
        self.bands = int(config["hidden_size"])
        self.stride = prod(config["conv_stride"])
        self.reach = 1
        for kernel, stride in zip(reversed(config["conv_kernel"]), reversed(config["conv_stride"]), strict=True):
            self.reach = (self.reach - 1) * stride + kernel
        self._network, self._normalizes = network, normalizes

    def __deepcopy__(self, memo: dict[int, Any]) -> PretrainedNetwork:
        """Return itself: nothing in it changes, and a copy would take hundreds of megabytes."""
        return self

    @torch.inference_mode()
    def __call__(self, window: Float32[np.ndarray, "B S"], times: Float32[np.ndarray, " F"]) -> np.ndarray:
        """Return the answers (B, F, bands) at `times`, interpolated between the network's own.

        Args:
            window: Sound at 16 kHz.
            times: In samples from the start of the window.
        """
        if self._normalizes:
            mean = window.mean(axis=1, keepdims=True)
            window = (window - mean) / np.sqrt(window.var(axis=1, keepdims=True) + QUIETEST_POWER)
        answers: np.ndarray = self._network(torch.from_numpy(window)).last_hidden_state.numpy()
        position = np.clip((times - (self.reach - 1) / 2) / self.stride, 0, answers.shape[1] - 1)
        below = np.minimum(position.astype(np.int64), max(answers.shape[1] - 2, 0))
        fraction = (position - below).astype(np.float32)[:, None]
        above = np.minimum(below + 1, answers.shape[1] - 1)
        return answers[:, below] * (1 - fraction) + answers[:, above] * fraction


class PretrainedEncoder:
    """The answers of a pretrained network, brought to 60 Hz; a hop at a time.

    Args:
        network: What answers.
        voices: How many voices are pushed together.
    """

    features_per_instant = PRETRAINED_FEATURES_PER_INSTANT

    def __init__(self, network: PretrainedNetwork, voices: int) -> None:
        self.bands = network.bands
        self._network = network
        self._mel = LogMel(voices)
        self._loudness = np.zeros((voices, 0), np.float32)
        self._sound = np.zeros((voices, 0), np.float32)  # from `_sound_start` on
        self._sound_start = 0
        self._received = 0  # samples of the talk, without the silence that `finish` adds
        self._hops = 0  # answered so far

    def push(self, samples: Float32[np.ndarray, "B S"]) -> Heard:
        """Return the instants of all hops that are complete now."""
        self._received += samples.shape[1]
        self._sound = np.concatenate([self._sound, samples], axis=1)
        self._hear_loudness(self._mel.push(samples))
        return self._answered(self._whole_hops(self._sound_start + self._sound.shape[1]))

    def finish(self) -> Heard:
        """Return the instants that waited for their hop, and a last, partly filled one, as if silence followed."""
        self._hear_loudness(self._mel.finish())
        missing = self._loudness.shape[1]
        silence = np.zeros((len(self._sound), HOP + RIGHT), np.float32)
        self._sound = np.concatenate([self._sound, silence], axis=1)
        hops = -(-missing // HOP_INSTANTS)
        return self._answered(hops, instants=missing)

    def _whole_hops(self, sample_count: int) -> int:
        return max(0, (sample_count - RIGHT) // HOP) - self._hops

    def _hear_loudness(self, features: np.ndarray) -> None:
        self._loudness = np.concatenate([self._loudness, loudness_db(features)], axis=1)

    def _answered(self, hops: int, instants: int | None = None) -> Heard:
        answers = [self._answer_next_hop() for _ in range(hops)]
        features = np.concatenate([np.zeros((len(self._sound), 0, self.bands), np.float32), *answers], axis=1)
        count = hops * HOP_INSTANTS if instants is None else instants
        loudness, self._loudness = self._loudness[:, :count], self._loudness[:, count:]
        return Heard(features[:, : count * self.features_per_instant], loudness)

    def _answer_next_hop(self) -> np.ndarray:
        hop_start = self._hops * HOP
        window_start = max(0, hop_start - LEFT)
        window = self._sound[:, window_start - self._sound_start : hop_start + HOP + RIGHT - self._sound_start]
        count = HOP_INSTANTS * self.features_per_instant
        times = hop_start - window_start + (np.arange(count, dtype=np.float32) + 0.5) * (HOP / count)
        features = self._network(np.ascontiguousarray(window), times.astype(np.float32))
        self._hops += 1
        keep_from = max(0, self._hops * HOP - LEFT)
        self._sound = self._sound[:, keep_from - self._sound_start :]
        self._sound_start = keep_from
        return features


def voice_encoder(name: str, voices: int) -> VoiceEncoder:
    """Return the encoder of that name: `log-mel`, or the folder of a wav2vec 2.0 or HuBERT model.

    Raises:
        CheckpointError: The folder is missing, or what is in it cannot be used.
        ToolMissing: transformers, which reads such folders, is not installed.
    """
    return LogMelEncoder(voices) if name == LOG_MEL else PretrainedEncoder(load_pretrained(Path(name)), voices)


def heard_whole(name: str, samples: Float32[np.ndarray, "B S"]) -> Heard:
    """Return what an encoder hears in whole clips of 16 kHz sound, one voice a row.

    Raises:
        CheckpointError: As `voice_encoder`.
        ToolMissing: As `voice_encoder`.
    """
    encoder = voice_encoder(name, len(samples))
    parts = encoder.push(samples), encoder.finish()
    return Heard(
        np.concatenate([part.features for part in parts], axis=1),
        np.concatenate([part.loudness_db for part in parts], axis=1),
    )


@cache
def load_pretrained(folder: Path) -> PretrainedNetwork:
    """Return the model in a folder, as `save_pretrained` of transformers writes it; loaded once a process.

    Raises:
        CheckpointError: The folder is missing, has no config.json, holds another type of model or one for another
            sample rate, or its weights cannot be read.
        ToolMissing: transformers is not installed.
    """
    what = "give the folder of a wav2vec 2.0 or HuBERT model, with config.json and model.safetensors"
    if not folder.is_dir():
        raise CheckpointError(f"the encoder {folder} does not exist or is no folder; {what}.")
    config = _json_of(folder / "config.json", what)
    if config.get("model_type") not in MODEL_TYPES:
        raise CheckpointError(
            f"{folder} holds a model of type {config.get('model_type', 'unknown')!r}; expected one of "
            f"{', '.join(MODEL_TYPES)}. Give the folder of such a model."
        )
    preprocessor = folder / "preprocessor_config.json"
    about = _json_of(preprocessor, what) if preprocessor.exists() else {}
    if (rate_hz := about.get("sampling_rate", SPEECH_RATE_HZ)) != SPEECH_RATE_HZ:
        raise CheckpointError(
            f"the model in {folder} takes sound at {rate_hz} Hz; expected {SPEECH_RATE_HZ} Hz. Give another model."
        )
    try:
        models: Any = import_module("transformers").AutoModel  # an import statement costs pyright 2,700 files, 1.4 GB
    except ImportError as error:
        raise ToolMissing(
            f"transformers, which reads the model in {folder}, is not installed: {install_command('transformers')}"
        ) from error
    try:
        network = models.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise CheckpointError(f"the model in {folder} cannot be read ({why}); get it again.") from error
    network.requires_grad_(False).eval()
    return PretrainedNetwork(folder, network, network.config.to_dict(), normalizes=about.get("do_normalize", True))


def _json_of(path: Path, what: str) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path.parent} has no {path.name}; {what}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read as JSON ({error}); {what}.") from error
