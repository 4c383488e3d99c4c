"""`rsatalker train-dialogue`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.dyadic_training import TrainDialogueOptions, train_dialogue


def run(arguments: Sequence[str]) -> int:
    """Train stage 2: both heads from both voices and the relationship."""
    train_dialogue(tyro.cli(TrainDialogueOptions, args=arguments, prog="rsatalker train-dialogue"), Console())
    return 0
