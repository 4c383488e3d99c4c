"""Where to train."""

from __future__ import annotations

from typing import Literal

import torch

from rsatalker.errors import ToolMissing

DeviceName = Literal["cpu", "cuda"]


def training_device(name: DeviceName) -> torch.device:
    """Return the device of a name, set up for training.

    Raises:
        ToolMissing: There is no such device.
    """
    if name == "cuda":
        if not torch.cuda.is_available():
            raise ToolMissing(
                "no NVIDIA GPU was found by PyTorch; train with `--device cpu`, or install a PyTorch built for CUDA."
            )
        torch.set_float32_matmul_precision("high")  # TF32: the products need no more
    return torch.device(name)
