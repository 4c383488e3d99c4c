"""`rsatalker dress-head`."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress

from rsatalker.avatars.dress_head import DressHeadOptions, dress_head
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Let our appearance grow on the head of ICT-FaceKit."""
    options = read_command_line(DressHeadOptions, "dress-head", arguments)
    console = Console(highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        dress_head(options, console.print, lambda step, share: bar.update(task, description=step, completed=share))
    return 0
