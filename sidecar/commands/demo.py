"""`rsatalker demo`."""

from collections.abc import Sequence

import tyro

from sidecar.demo.options import DemoOptions
from sidecar.demo.show import run_demo


def run(arguments: Sequence[str]) -> int:
    """Show two heads talking to each other."""
    run_demo(tyro.cli(DemoOptions, args=arguments, prog="rsatalker demo"))
    return 0
