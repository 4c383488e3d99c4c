"""`rsatalker evaluate`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.evaluate import EvaluateOptions, evaluate


def run(arguments: Sequence[str]) -> int:
    """Print the quality of a checkpoint beside baselines."""
    evaluate(tyro.cli(EvaluateOptions, args=arguments, prog="rsatalker evaluate"), Console())
    return 0
