"""`rsatalker dress-head`."""

from collections.abc import Sequence

import tyro
from rich.console import Console
from rich.progress import Progress

from rsatalker.avatars.dress_head import DressHeadOptions, dress_head


def run(arguments: Sequence[str]) -> int:
    """Let our appearance grow on the head of ICT-FaceKit."""
    options = tyro.cli(DressHeadOptions, args=arguments, prog="rsatalker dress-head")
    console = Console(highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        dress_head(options, console.print, lambda step, share: bar.update(task, description=step, completed=share))
    return 0
