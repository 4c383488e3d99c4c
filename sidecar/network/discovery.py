"""The sidecars that announce themselves on the LAN, as a client finds them.

Anybody may announce anything: what is found is checked before it is shown, and trusted only by its certificate.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from zeroconf import InterfaceChoice, ServiceBrowser, ServiceListener, Zeroconf

from sidecar.errors import ConfigError, UnreachableError
from sidecar.network.advertisement import SERVICE_TYPE
from sidecar.network.trust import shown_certificate

INFO_MS = 2000  # longest wait for the details of one announcement
IDENTITY = re.compile(r"[0-9a-f]{8}")
CAPABILITY = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class FoundSidecar:
    """A sidecar that announces itself.

    Attributes:
        name: "RSATalker 1a2b3c4d".
        address: Of gRPC, "host:port".
        http_address: Of HTTP.
        protocol: Major version of the protocol.
        is_tls: False: it was started with --insecure-lan.
        capabilities: As in GetInfo.
    """

    name: str
    address: str
    http_address: str
    protocol: int
    is_tls: bool
    capabilities: tuple[str, ...]

    def fingerprint(self) -> str:
        """Return the fingerprint of the certificate that it shows now; empty if it shows none."""
        from sidecar.network.certificate import fingerprint_of

        try:
            return fingerprint_of(shown_certificate(self.address)) if self.is_tls else ""
        except UnreachableError:
            return ""


class _Listener(ServiceListener):
    """Notes the names of announcements as they come."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.has_come = threading.Event()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.add(name)
        self.has_come.set()

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.add(name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.discard(name)


def discover(seconds: float, interfaces: Sequence[str] = (), *, first: bool = False) -> list[FoundSidecar]:
    """Return the sidecars that announce themselves within a time.

    Args:
        seconds: How long to listen.
        interfaces: Addresses of this machine to listen on; none: all.
        first: Return as soon as there is one.

    Raises:
        ConfigError: Multicast cannot be received on these interfaces.
    """
    try:
        zeroconf = Zeroconf(interfaces=list(interfaces) or InterfaceChoice.All)
    except (OSError, RuntimeError) as error:  # a RuntimeError where no interface is up but loopback
        raise ConfigError(
            f"Announcements cannot be received ({error}). Connect this machine to a network, or name interfaces that "
            "have one (--interface)."
        ) from error
    try:
        listener = _Listener()
        browser = ServiceBrowser(zeroconf, SERVICE_TYPE, listener)
        (listener.has_come if first else threading.Event()).wait(seconds)
        infos = [zeroconf.get_service_info(SERVICE_TYPE, name, INFO_MS) for name in sorted(listener.names)]
        browser.cancel()
    finally:
        zeroconf.close()
    entries = [(info.parsed_addresses(), info.port, info.properties) for info in infos if info is not None]
    return [found for found in (read_announcement(*entry) for entry in entries) if found is not None]


def read_announcement(
    addresses: Sequence[str], port: int | None, properties: dict[bytes, bytes | None]
) -> FoundSidecar | None:
    """Return what an announcement says; None if it is not one of ours."""
    entries = {
        key.decode("ascii", "replace"): (value or b"").decode("ascii", "replace") for key, value in properties.items()
    }
    identity, protocol, http = entries.get("id", ""), entries.get("proto", ""), entries.get("http", "")
    if not addresses or not port or entries.get("txtvers") != "1" or not IDENTITY.fullmatch(identity):
        return None
    if not (protocol.isdigit() and http.isdigit() and len(protocol) < 4 and 0 < int(http) < 65536):
        return None
    host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    capabilities = tuple(name for name in entries.get("caps", "").split(",") if CAPABILITY.fullmatch(name))
    return FoundSidecar(
        f"RSATalker {identity}",
        f"{host}:{port}",
        f"{host}:{http}",
        int(protocol),
        entries.get("tls") == "1",
        capabilities,
    )
