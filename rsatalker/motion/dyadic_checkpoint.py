"""The dyadic model's weights on disk: one safetensors file with its configuration and its recipe inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

from rsatalker.errors import CheckpointError
from rsatalker.motion.behaviour.decision import EVENTS, SEEN, TENDENCIES
from rsatalker.motion.behaviour.voice_state import CUES
from rsatalker.motion.dyadic_model import DyadicModel, DyadicModelConfig
from rsatalker.motion.weights_file import read_weights, with_weights, write_weights

FORMAT = "rsatalker-dyadic-1"  # changes when the layers do
BUNDLED_DYADIC = Path(__file__).parent / "checkpoints" / "dyadic.safetensors"
ALPHABET = {"cues": CUES, "seen": SEEN, "events": EVENTS, "tendencies": TENDENCIES}  # what inputs and outputs mean


def save_dyadic_checkpoint(model: DyadicModel, path: Path, recipe: Mapping[str, object]) -> None:
    """Save the weights with configuration, alphabet and recipe as metadata."""
    weights = {name: weight.detach().float().contiguous() for name, weight in model.state_dict().items()}
    metadata = {
        "format": FORMAT,
        "config": json.dumps(asdict(model.config)),
        "alphabet": json.dumps(ALPHABET),
        "recipe": json.dumps(dict(recipe), default=str),
    }
    write_weights(path, weights, metadata)


def load_dyadic_checkpoint(path: Path) -> DyadicModel:
    """Return the model of a checkpoint, ready to stream on the CPU.

    Raises:
        CheckpointError: The file is missing or no checkpoint of ours, is of another version, or its weights do not fit.
    """
    metadata, weights = read_weights(path, FORMAT, "train-dialogue")
    try:
        config = DyadicModelConfig(**json.loads(metadata["config"]))
        alphabet = json.loads(metadata["alphabet"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its configuration cannot be read ({error}); get or train it again.") from error
    if changed := [name for name, words in ALPHABET.items() if alphabet.get(name) != list(words)]:
        raise CheckpointError(
            f"{path}: its {', '.join(changed)} are {[alphabet.get(name) for name in changed]}; this version has "
            f"{[list(ALPHABET[name]) for name in changed]}. Use the checkpoint that came with it, or train again."
        )
    return with_weights(DyadicModel(config), weights, path)


@cache
def bundled_dyadic_model() -> DyadicModel:
    """Return the bundled model, read once; whoever streams takes its own `sharing_weights()`."""
    return load_dyadic_checkpoint(BUNDLED_DYADIC)
