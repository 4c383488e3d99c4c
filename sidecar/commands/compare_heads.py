"""`rsatalker compare-heads`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.compare_heads import CompareHeadsOptions, compare_heads
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Print and draw our head beside a real one."""
    compare_heads(read_command_line(CompareHeadsOptions, "compare-heads", arguments), Console())
    return 0
