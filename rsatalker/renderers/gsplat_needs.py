"""What gsplat needs of a machine, asked without importing it: each lack is a reason and what to do about it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from rsatalker.extras import install_command


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that keeps gsplat from running.

    Attributes:
        reason: In a few words, without a full stop.
        advice: What to do, a sentence.
    """

    reason: str
    advice: str


def find_lack() -> Lack | None:
    """Return the first thing that is missing, or None if gsplat should run; touches the GPU only to ask for it."""
    if torch.version.cuda is None:
        return _no_cuda_in_torch()
    if not torch.cuda.is_available():
        return Lack(
            f"torch {torch.__version__} finds no CUDA device",
            f"Install NVIDIA's driver for CUDA {torch.version.cuda}, or a torch that fits the driver.",
        )
    capability = torch.cuda.get_device_capability()
    if capability < (7, 0):  # the kernels use cooperative groups as of Volta
        return Lack(
            f"{torch.cuda.get_device_name()} has compute capability {capability[0]}.{capability[1]}; gsplat needs 7.0",
            "Use a newer card, or the renderer cpu.",
        )
    package = importlib.util.find_spec("gsplat")
    if package is None:
        return Lack(
            f"{torch.cuda.get_device_name()}, but no gsplat", f"Install it: {install_command('rsatalker[cuda]')}"
        )
    if shutil.which("nvcc") is None and not _has_built_kernels(package.submodule_search_locations or []):
        return Lack(
            "gsplat compiles its kernels at first use and finds no nvcc on the PATH",
            f"Install the CUDA toolkit {torch.version.cuda}, the version that torch was built with.",
        )
    return None


def _no_cuda_in_torch() -> Lack:
    reason = f"torch {torch.__version__} is built without CUDA"
    then = f"then {install_command('rsatalker[cuda]')}."
    if not has_card():
        return Lack(reason, f"On a machine with an NVIDIA card, install a CUDA build of torch, {then}")
    return Lack(
        f"there is an NVIDIA card, but {reason}",
        "Install a CUDA build of torch with the command that pytorch.org/get-started/locally shows for your system "
        f"(pip alone brings none on Windows), run by {sys.executable}, {then}",
    )


def has_card() -> bool:
    """Return whether the driver of an NVIDIA card is installed, as far as is known without CUDA."""
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def _has_built_kernels(folders: list[str]) -> bool:
    """Return whether the package was installed from a wheel that has its kernels inside."""
    return any(file.suffix in (".so", ".pyd") for folder in folders for file in Path(folder).glob("csrc*"))
