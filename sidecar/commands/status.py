"""`rsatalker status`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live

from sidecar.client import SidecarClient
from sidecar.commands.command_line import read_command_line
from sidecar.status_view import status_view

PERIOD_S = 1.0  # between looks: rates are means over this time


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """Show how a running sidecar is doing.

    Attributes:
        once: Print it once and end, as into a pipe or a file.
        address: Of its gRPC port, e.g. 192.168.1.5:50551; without it, the one on this machine.
        token: Of a sidecar on another machine.
        fingerprint: Of the certificate of a sidecar on another machine, the first time.
    """

    once: bool = False
    address: str | None = None
    token: str | None = None
    fingerprint: str | None = None


def run(arguments: Sequence[str]) -> int:
    """Show the status until Ctrl+C, or once."""
    options = read_command_line(StatusOptions, "status", arguments)
    console = Console()
    with SidecarClient.connect(options.address, options.token, options.fingerprint) as client:
        info, before = client.info(), client.status()
        if options.once or not console.is_terminal:
            time.sleep(PERIOD_S)
            console.print(status_view(info, client.address, client.status(), before))
            return 0
        with Live(status_view(info, client.address, before, None), console=console, auto_refresh=False) as live:
            while True:
                time.sleep(PERIOD_S)
                status = client.status()
                live.update(status_view(info, client.address, status, before), refresh=True)
                before = status
