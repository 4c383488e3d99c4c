"""`rsatalker fit-avatar`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.training import avatar_capture
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.fit_avatar import fit_avatar
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Fit an avatar to images of a person."""
    fit_avatar(read_command_line(FitOptions, "fit-avatar", arguments, more=avatar_capture.__doc__ or ""), Console())
    return 0
