"""How a sidecar says on the LAN that it is there: DNS-SD over multicast DNS, on the named interfaces only."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from sidecar.errors import ConfigError
from sidecar.network.lan import LanAccess
from sidecar.regions.layout import MAJOR

SERVICE_TYPE = "_rsatalker._tcp.local."
LARGEST_CAPS = 200  # bytes of the entry `caps`; a TXT entry holds 255


class Advertisement:
    """The announcement of a sidecar, from `start` to `stop`. No token, path, host or user name is in it.

    Args:
        lan: Addresses, name and whether there is TLS.
        port: Of gRPC.
        http_port: Of HTTP.
        capabilities: As in GetInfo.
    """

    def __init__(self, lan: LanAccess, port: int, http_port: int, capabilities: Sequence[str]) -> None:
        self._lan = lan
        self._info = ServiceInfo(
            SERVICE_TYPE,
            f"RSATalker {lan.identity}.{SERVICE_TYPE}",
            port=port,
            addresses=[ipaddress.ip_address(address).packed for address in lan.addresses],
            server=f"{lan.name}.",
            properties=txt_entries(lan, http_port, capabilities),
        )
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> None:
        """Announce the sidecar; returns when a free name is found: a second one of this user has the same certificate.

        Raises:
            ConfigError: The interfaces take no multicast.
        """
        try:
            self._zeroconf = AsyncZeroconf(interfaces=list(self._lan.addresses))
        except OSError as error:
            raise ConfigError(
                f"The sidecar cannot be announced on {', '.join(self._lan.addresses)} ({error.strerror}). Name another "
                "--interface, one of a network that takes multicast."
            ) from error
        await self._zeroconf.async_register_service(self._info, allow_name_change=True)

    async def stop(self) -> None:
        """Say that the sidecar goes."""
        if self._zeroconf:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
            self._zeroconf = None


def txt_entries(lan: LanAccess, http_port: int, capabilities: Sequence[str]) -> dict[str, str]:
    """Return what the announcement says."""
    caps = ""
    for capability in capabilities:
        longer = f"{caps},{capability}" if caps else capability
        if len(longer) > LARGEST_CAPS:
            break
        caps = longer
    return {
        "txtvers": "1",
        "proto": str(MAJOR),
        "id": lan.identity,
        "tls": "1" if lan.certificate else "0",
        "auth": "token",
        "caps": caps,
        "http": str(http_port),
    }
