"""`rsatalker demo`."""

from collections.abc import Sequence

from sidecar.commands.command_line import read_command_line
from sidecar.demo.options import DemoOptions
from sidecar.demo.show import run_demo


def run(arguments: Sequence[str]) -> int:
    """Show two heads talking to each other."""
    run_demo(read_command_line(DemoOptions, "demo", arguments))
    return 0
