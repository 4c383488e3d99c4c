"""`rsatalker import-avatar`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.avatars import import_avatar as importer
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Make the folder of an avatar of Gaussians that others made."""
    console = Console(highlight=False, soft_wrap=True)
    _, _, more = (importer.__doc__ or "").partition("\n\n")
    options = read_command_line(importer.ImportAvatarOptions, "import-avatar", arguments, more=more)
    importer.import_avatar(options, console.print)
    return 0
