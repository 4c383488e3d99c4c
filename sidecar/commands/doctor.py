"""`rsatalker doctor`."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from sidecar.commands.command_line import read_command_line
from sidecar.doctor import examine, print_findings


@dataclass(frozen=True, slots=True)
class DoctorOptions:
    """`rsatalker doctor` has no options."""


def run(arguments: Sequence[str]) -> int:
    """Say what was found on this machine; 1 if something keeps the sidecar from running."""
    read_command_line(DoctorOptions, "doctor", arguments)
    return print_findings(examine(), Console())
