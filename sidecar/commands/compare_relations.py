"""`rsatalker compare-relations`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.social_video import CompareRelationsOptions, compare_relations


def run(arguments: Sequence[str]) -> int:
    """Render the same voices under several relationships, side by side."""
    compare_relations(tyro.cli(CompareRelationsOptions, args=arguments, prog="rsatalker compare-relations"), Console())
    return 0
