"""`rsatalker retarget-motion`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.avatars.retarget_motion import RetargetMotionOptions, retarget_motion


def run(arguments: Sequence[str]) -> int:
    """Write motion of one head as motion of another."""
    console = Console(highlight=False, soft_wrap=True)
    retarget_motion(tyro.cli(RetargetMotionOptions, args=arguments, prog="rsatalker retarget-motion"), console.print)
    return 0
