"""`rsatalker evaluate`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.evaluate import EvaluateOptions, evaluate
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Print the quality of a checkpoint beside baselines."""
    evaluate(read_command_line(EvaluateOptions, "evaluate", arguments), Console())
    return 0
