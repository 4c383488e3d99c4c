"""`rsatalker warm-up`."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from sidecar.commands.command_line import read_command_line


@dataclass(frozen=True, slots=True)
class WarmUpOptions:
    """Options of `rsatalker warm-up`, which makes what `rsatalker serve` would make at its first start.

    Attributes:
        fitting: Also compile what the first step of `rsatalker fit-avatar` would wait for.
    """

    fitting: bool = True


def run(arguments: Sequence[str]) -> int:
    """Make the characters and build the kernels of the renderer in use."""
    options = read_command_line(WarmUpOptions, "warm-up", arguments)
    from sidecar.warm_up import warm_up

    warm_up(Console(), fitting=options.fitting)
    return 0
