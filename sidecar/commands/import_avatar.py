"""`rsatalker import-avatar`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.avatars import import_avatar as importer


def run(arguments: Sequence[str]) -> int:
    """Make the folder of an avatar of Gaussians that others made."""
    console = Console(highlight=False, soft_wrap=True)
    description = f"Make a talking avatar of Gaussians that others made.\n\n{importer.__doc__}"
    options = tyro.cli(
        importer.ImportAvatarOptions, args=arguments, prog="rsatalker import-avatar", description=description
    )
    importer.import_avatar(options, console.print)
    return 0
