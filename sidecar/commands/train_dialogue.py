"""`rsatalker train-dialogue`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.dyadic_training import TrainDialogueOptions, train_dialogue
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Train stage 2: both heads from both voices and the relationship."""
    train_dialogue(read_command_line(TrainDialogueOptions, "train-dialogue", arguments), Console())
    return 0
