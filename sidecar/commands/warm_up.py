"""`rsatalker warm-up`."""

from collections.abc import Sequence
from dataclasses import dataclass

import tyro
from rich.console import Console


@dataclass(frozen=True, slots=True)
class WarmUpOptions:
    """`rsatalker warm-up` has no options: it makes what `rsatalker serve` would make at its first start."""


def run(arguments: Sequence[str]) -> int:
    """Make the characters and build the kernels of the renderer in use."""
    tyro.cli(WarmUpOptions, args=arguments, prog="rsatalker warm-up")
    from sidecar.warm_up import warm_up

    warm_up(Console())
    return 0
