"""The dyadic checkpoint: what is kept, and what is refused with which sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from rsatalker.errors import CheckpointError
from rsatalker.motion.dyadic_checkpoint import (
    BUNDLED_DYADIC,
    bundled_dyadic_model,
    load_dyadic_checkpoint,
    save_dyadic_checkpoint,
)
from rsatalker.motion.dyadic_model import DyadicModel, DyadicModelConfig

pytestmark = pytest.mark.unit
LARGEST_BYTES = 4_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "dyadic.safetensors"
    save_dyadic_checkpoint(DyadicModel(DyadicModelConfig(channels=16, heads=2, layers=1)), path, {"stage": 2})
    return path


def rewritten(path: Path, change: Callable[[dict[str, str], dict[str, torch.Tensor]], object]) -> Path:
    with safe_open(str(path), framework="pt") as file:
        metadata, weights = dict(file.metadata()), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(metadata, weights)
    save_file(weights, str(path), metadata)
    return path


def test_checkpoint_gives_back_the_model(path: Path) -> None:
    model = load_dyadic_checkpoint(path)
    assert (model.config.channels, model.config.layers) == (16, 1)
    assert not model.training
    again = path.with_name("again.safetensors")
    save_dyadic_checkpoint(model, again, {})
    for name, weight in load_dyadic_checkpoint(again).state_dict().items():
        assert torch.equal(weight, model.state_dict()[name])


def test_bundled_checkpoint_is_small_and_says_how_it_was_made() -> None:
    assert BUNDLED_DYADIC.stat().st_size < LARGEST_BYTES
    assert bundled_dyadic_model().config.events > 0
    with safe_open(str(BUNDLED_DYADIC), framework="pt") as file:
        recipe = json.loads(file.metadata()["recipe"])
    assert recipe["stage"] == 2
    assert recipe["options"]["hours"] > 0


def test_missing_checkpoint_is_named() -> None:
    with pytest.raises(
        CheckpointError,
        match=r"nowhere\.safetensors does not exist or is no file; give the path of one that `rsatalker",
    ):
        load_dyadic_checkpoint(Path("nowhere.safetensors"))


def test_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.safetensors"
    path.write_bytes(b"no tensors in here")
    with pytest.raises(CheckpointError, match="is no safetensors file"):
        load_dyadic_checkpoint(path)


def drop_weight(metadata: dict[str, str], weights: dict[str, torch.Tensor]) -> None:
    del weights["join.bias"]


def break_weight(metadata: dict[str, str], weights: dict[str, torch.Tensor]) -> None:
    weights["join.bias"][0] = float("nan")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda metadata, weights: metadata.update(format="rsatalker-dyadic-0"),
            "has format 'rsatalker-dyadic-0'; this",
        ),
        (lambda metadata, weights: metadata.update(config='{"wings": 2}'), "its configuration cannot be read"),
        (lambda metadata, weights: metadata.update(alphabet='{"cues": []}'), "its cues, seen, events, tendencies are"),
        (drop_weight, "weight 'join.bias' is missing; its configuration expects"),
        (break_weight, "weight 'join.bias' holds NaN or infinity"),
    ],
)
def test_damaged_checkpoint_is_refused(path: Path, change: Callable[..., object], sentence: str) -> None:
    with pytest.raises(CheckpointError, match=sentence):
        load_dyadic_checkpoint(rewritten(path, change))
