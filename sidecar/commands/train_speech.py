"""`rsatalker train-speech`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.train_speech import TrainSpeechOptions, train_speech


def run(arguments: Sequence[str]) -> int:
    """Train the lips on the speech of one voice: stage 1."""
    train_speech(tyro.cli(TrainSpeechOptions, args=arguments, prog="rsatalker train-speech"), Console())
    return 0
