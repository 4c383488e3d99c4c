"""`rsatalker export-avatar`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.avatars.export_avatar import ExportAvatarOptions, export_avatar


def run(arguments: Sequence[str]) -> int:
    """Write an avatar as PLY or SPZ."""
    console = Console(highlight=False, soft_wrap=True)
    export_avatar(tyro.cli(ExportAvatarOptions, args=arguments, prog="rsatalker export-avatar"), console.print)
    return 0
