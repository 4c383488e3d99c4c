"""`rsatalker fit-avatar`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.training import avatar_capture
from rsatalker.training.avatar_fit import FitOptions, fit_avatar


def run(arguments: Sequence[str]) -> int:
    """Fit an avatar to images of a person."""
    description = f"Fit an avatar to images of a person.\n\n{avatar_capture.__doc__}"
    fit_avatar(tyro.cli(FitOptions, args=arguments, prog="rsatalker fit-avatar", description=description), Console())
    return 0
