"""`rsatalker discover`."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sidecar.commands.command_line import read_command_line
from sidecar.errors import ConfigError
from sidecar.network.discovery import FoundSidecar, discover
from sidecar.network.lan import addresses_of, interfaces
from sidecar.network.trust import known_sidecars

LONGEST_S = 3600


@dataclass(frozen=True, slots=True)
class DiscoverOptions:
    """List the sidecars on the LAN.

    Attributes:
        seconds: How long to listen for them.
        interface: Network interfaces to listen on, by name or address; none: all.
    """

    seconds: float = 3.0
    interface: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= LONGEST_S:
            raise ConfigError(f"seconds is {self.seconds:g}; expected more than 0, at most {LONGEST_S}.")


def run(arguments: Sequence[str]) -> int:
    """List the sidecars on the LAN; the exit code is 1 if there is none."""
    options = read_command_line(DiscoverOptions, "discover", arguments)
    addresses = addresses_of(options.interface, interfaces()) if options.interface else ()
    console = Console(emoji=False)  # an address such as fd00:ab:: names no picture
    with console.status(f"Listening for {options.seconds:g} s"):
        found = discover(options.seconds, addresses)
    if not found:
        console.print(
            "No sidecar announces itself. Start one with `rsatalker serve --lan`; networks that keep their guests "
            "apart let no announcement through.",
            soft_wrap=True,
        )
        return 1
    console.print(sidecar_table(found, known_sidecars()))
    return 0


def sidecar_table(found: Sequence[FoundSidecar], known: dict[str, str]) -> Table:
    """Return a table of sidecars, and whether each is trusted."""
    table = Table(title="Sidecars on the LAN", title_justify="left")
    table.add_column("name", overflow="fold")
    table.add_column("address", overflow="fold", no_wrap=True)  # to be copied, so in one piece
    for column in ("protocol", "certificate (SHA-256)"):
        table.add_column(column, overflow="fold")
    for sidecar in found:
        fingerprint = sidecar.fingerprint()
        verdict = "no TLS" if not sidecar.is_tls else "does not answer" if not fingerprint else "not known here"
        if fingerprint and sidecar.address in known:
            verdict = "known" if known[sidecar.address] == fingerprint else "[red]NOT the known one[/]"
        shown = f"{fingerprint}\n{verdict}" if fingerprint else verdict
        addresses = "\n".join((sidecar.address, f"{sidecar.http_address} (HTTP)" if sidecar.http_address else ""))
        table.add_row(escape(sidecar.name), escape(addresses), str(sidecar.protocol), shown)
    return table
