"""`rsatalker train`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.train import TrainOptions, train


def run(arguments: Sequence[str]) -> int:
    """Train the motion model."""
    train(tyro.cli(TrainOptions, args=arguments, prog="rsatalker train"), Console())
    return 0
