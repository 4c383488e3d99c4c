"""The dyadic model's weights on disk: one safetensors file with its configuration and its recipe inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from rsatalker.errors import CheckpointError
from rsatalker.motion.behaviour.decision import EVENTS, SEEN, TENDENCIES
from rsatalker.motion.behaviour.voice_state import CUES
from rsatalker.motion.dyadic_model import DyadicModel, DyadicModelConfig

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
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, str(path), metadata)


def load_dyadic_checkpoint(path: Path) -> DyadicModel:
    """Return the model of a checkpoint, ready to stream on the CPU.

    Raises:
        CheckpointError: The file is missing or no checkpoint of ours, is of another version, or its weights do not fit.
    """
    metadata, weights = _read(path)
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
    model = DyadicModel(config)
    expected = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    found = {name: tuple(weight.shape) for name, weight in weights.items()}
    if expected != found:
        name = min(set(expected.items()) ^ set(found.items()))[0]
        raise CheckpointError(
            f"{path}: weight {name!r} is {found.get(name, 'missing')}; its configuration expects "
            f"{expected.get(name, 'no such weight')}. The file is damaged or mixed from two versions: get it again."
        )
    if broken := [name for name, weight in weights.items() if not bool(torch.isfinite(weight).all())]:
        raise CheckpointError(f"{path}: weight {broken[0]!r} holds NaN or infinity; train again or get the file again.")
    model.load_state_dict(weights)
    return model.requires_grad_(requires_grad=False).eval()


@cache
def bundled_dyadic_model() -> DyadicModel:
    """Return the bundled model, read once; whoever streams takes its own `sharing_weights()`."""
    return load_dyadic_checkpoint(BUNDLED_DYADIC)


def _read(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    if not path.is_file():
        raise CheckpointError(
            f"the checkpoint {path} does not exist or is no file; give the path of one that `rsatalker train-dialogue` "
            "made."
        )
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a dict
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is no safetensors file ({error}); get or train it again.") from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} has format {metadata.get('format', 'none')!r}; this version reads {FORMAT!r}. "
            "Use the checkpoint that came with this version, or train again."
        )
    return metadata, weights
