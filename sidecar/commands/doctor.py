"""`rsatalker doctor`."""

from collections.abc import Sequence
from dataclasses import dataclass

import tyro
from rich.console import Console

from sidecar.doctor import examine, print_findings


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """`rsatalker doctor` has no options."""


def run(arguments: Sequence[str]) -> int:
    """Say what was found on this machine; 1 if something keeps the sidecar from running."""
    tyro.cli(DoctorOptions, args=arguments, prog="rsatalker doctor")
    return print_findings(examine(), Console())
