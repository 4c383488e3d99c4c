"""`rsatalker corpus`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training.corpus import CorpusOptions, make_corpus


def run(arguments: Sequence[str]) -> int:
    """Make the synthetic speech corpus."""
    make_corpus(tyro.cli(CorpusOptions, args=arguments, prog="rsatalker corpus"), Console())
    return 0
