"""`rsatalker import-head`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.heads.import_head import ImportHeadOptions, import_head
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Make a head file of a FLAME model file or an ICT-FaceKit folder."""
    console = Console(highlight=False, soft_wrap=True)
    import_head(read_command_line(ImportHeadOptions, "import-head", arguments), console.print)
    return 0
