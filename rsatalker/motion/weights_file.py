"""Weights of a model on disk: one safetensors file with what the model is and how it was made as metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from rsatalker.errors import CheckpointError
from rsatalker.whole_files import whole_file

Model = TypeVar("Model", bound=nn.Module)


def write_weights(path: Path, weights: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a file; an older one stays until this one is on the disk."""
    with whole_file(path, durable=True) as draft:
        save_file(dict(weights), str(draft), dict(metadata))


def read_weights(path: Path, file_format: str, command: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return the metadata and the weights of a file.

    Args:
        path: The file.
        file_format: What its metadata has to say under `format`.
        command: Of `rsatalker`, which makes such files.

    Raises:
        CheckpointError: The file is missing or no checkpoint of ours, or is of another version.
    """
    if not path.is_file():
        raise CheckpointError(
            f"the checkpoint {path} does not exist or is no file; give the path of one that `rsatalker {command}` made."
        )
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata: dict[str, str] = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a dict
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is no safetensors file ({error}); get or train it again.") from error
    if metadata.get("format") != file_format:
        raise CheckpointError(
            f"{path} has format {metadata.get('format', 'none')!r}; this version reads {file_format!r}. "
            "Use the checkpoint that came with this version, or train again."
        )
    return metadata, weights


def with_weights(model: Model, weights: Mapping[str, Tensor], path: Path) -> Model:
    """Return a model that has these weights as float32, ready to stream.

    Args:
        model: Made by the file's configuration.
        weights: Of the file.
        path: Of the file, for messages.

    Raises:
        CheckpointError: They do not fit, or one is no number.
    """
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
    model.load_state_dict({name: weight.float() for name, weight in weights.items()})
    return model.requires_grad_(requires_grad=False).eval()
