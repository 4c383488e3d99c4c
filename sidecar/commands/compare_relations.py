"""`rsatalker compare-relations`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.social_video import CompareRelationsOptions, compare_relations
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Render the same voices under several relationships, side by side."""
    compare_relations(read_command_line(CompareRelationsOptions, "compare-relations", arguments), Console())
    return 0
