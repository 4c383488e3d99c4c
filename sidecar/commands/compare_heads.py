"""`rsatalker compare-heads`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.compare_heads import CompareHeadsOptions, compare_heads


def run(arguments: Sequence[str]) -> int:
    """Print and draw our head beside a real one."""
    compare_heads(tyro.cli(CompareHeadsOptions, args=arguments, prog="rsatalker compare-heads"), Console())
    return 0
