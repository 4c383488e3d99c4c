"""The motion model's weights on disk: one safetensors file with its configuration and its recipe inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path

from rsatalker.errors import CheckpointError
from rsatalker.motion.model import MotionModel, MotionModelConfig
from rsatalker.motion.weights_file import read_weights, with_weights, write_weights

FORMAT = "rsatalker-motion-1"  # changes when the layers do
BUNDLED_CHECKPOINT = Path(__file__).parent / "checkpoints" / "lips.safetensors"


def save_checkpoint(model: MotionModel, path: Path, recipe: Mapping[str, object]) -> None:
    """Save the weights as float16, half the size at no measured loss, with config and recipe as metadata."""
    weights = {name: weight.detach().half().contiguous() for name, weight in model.state_dict().items()}
    metadata = {
        "format": FORMAT,
        "config": json.dumps(asdict(model.config)),
        "recipe": json.dumps(dict(recipe), default=str),
    }
    write_weights(path, weights, metadata)


def load_checkpoint(path: str | Path | None = None) -> MotionModel:
    """Return the model of a checkpoint, ready to stream on the CPU; without a path, the bundled one.

    Raises:
        CheckpointError: The file is missing or no checkpoint of ours, is of another version, or its weights do not fit.
    """
    path = BUNDLED_CHECKPOINT if path is None else Path(path)
    metadata, weights = read_weights(path, FORMAT, "train-speech")
    return with_weights(MotionModel(_config_of(metadata, path)), weights, path)


def save_pair(first: Path, second: Path, path: Path) -> None:
    """Save a checkpoint whose model says the mean of what those of two others say.

    Raises:
        CheckpointError: As `load_checkpoint`.
    """
    one, other = load_checkpoint(first), load_checkpoint(second)
    pair = MotionModel(replace(one.config, second=other.config))
    own = {**one.state_dict(), **{f"second.{name}": weight for name, weight in other.state_dict().items()}}
    pair.load_state_dict(own)
    save_checkpoint(pair, path, {"mean_of": [checkpoint_recipe(first), checkpoint_recipe(second)]})


def checkpoint_recipe(path: str | Path | None = None) -> dict[str, object]:
    """Return how a checkpoint was made: the options of the training run and what it measured.

    Raises:
        CheckpointError: As `load_checkpoint`.
    """
    path = BUNDLED_CHECKPOINT if path is None else Path(path)
    text = read_weights(path, FORMAT, "train-speech")[0].get("recipe", "{}")
    try:
        return json.loads(text)
    except ValueError as error:
        raise CheckpointError(f"{path}: its recipe cannot be read ({error}); get or train it again.") from error


def _config_of(metadata: Mapping[str, str], path: Path) -> MotionModelConfig:
    known = {field.name for field in fields(MotionModelConfig)}
    try:
        values: dict[str, object] = json.loads(metadata["config"])
        if unknown := set(values) - known:
            raise ValueError(f"unknown keys {', '.join(sorted(unknown))}")
        if isinstance(second := values.get("second"), dict):
            values["second"] = _config_of({"config": json.dumps(second)}, path)
        values["dilations"] = tuple(values["dilations"])  # type: ignore[arg-type]  JSON has no tuples
        return MotionModelConfig(**values)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its configuration cannot be read ({error}); get or train it again.") from error
