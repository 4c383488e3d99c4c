"""Whether pytorch3d takes part: it has no wheel for Linux or Windows, so hardly anybody has it."""

from __future__ import annotations

import importlib
import importlib.util

import torch


def has_pytorch3d(device: torch.device | None = None) -> bool:
    """Return whether pytorch3d can be imported, and runs its own kernels on this device, if one is given."""
    if importlib.util.find_spec("pytorch3d") is None:
        return False
    if device is None or device.type == "cpu":
        return True
    # Without CUDA it imports all the same and fails at the first call; this is what a build for CUDA has beyond others.
    return hasattr(importlib.import_module("pytorch3d._C"), "knn_check_version")
