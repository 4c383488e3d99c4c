"""`rsatalker train-speech`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.train_speech import TrainSpeechOptions, train_speech
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Train the lips on the speech of one voice: stage 1."""
    train_speech(read_command_line(TrainSpeechOptions, "train-speech", arguments), Console())
    return 0
