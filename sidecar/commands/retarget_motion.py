"""`rsatalker retarget-motion`."""

from collections.abc import Sequence

from rich.console import Console

from rsatalker.avatars.retarget_motion import RetargetMotionOptions, retarget_motion
from sidecar.commands.command_line import read_command_line


def run(arguments: Sequence[str]) -> int:
    """Write motion of one head as motion of another."""
    console = Console(highlight=False, soft_wrap=True)
    retarget_motion(read_command_line(RetargetMotionOptions, "retarget-motion", arguments), console.print)
    return 0
