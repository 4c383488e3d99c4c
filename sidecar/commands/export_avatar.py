"""`rsatalker export-avatar`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.avatars.export_avatar import ExportAvatarOptions, export_avatar
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Write an avatar as PLY or SPZ."""
    console = Console(highlight=False, soft_wrap=True)
    export_avatar(read_command_line(ExportAvatarOptions, "export-avatar", arguments), console.print)
    return 0
