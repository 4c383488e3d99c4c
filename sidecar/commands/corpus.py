"""`rsatalker corpus`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training.corpus import CorpusOptions, make_corpus
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Make the synthetic speech corpus."""
    make_corpus(read_command_line(CorpusOptions, "corpus", arguments), Console())
    return 0
