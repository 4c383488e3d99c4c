"""What a sidecar needs to serve other machines: addresses of named interfaces, and a certificate."""

from __future__ import annotations

import ipaddress
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import grpc
import ifaddr

from sidecar.config import ServeOptions
from sidecar.errors import ConfigError
from sidecar.network.certificate import Certificate, own_certificate


@dataclass(frozen=True, slots=True)
class LanAccess:
    """How other machines reach a sidecar.

    Attributes:
        addresses: Of this machine, IPv4 or IPv6, on which it listens.
        certificate: None: without TLS, as `--insecure-lan` asks.
        identity: 8 hex digits: of the certificate's fingerprint, or random without one.
    """

    addresses: tuple[str, ...]
    certificate: Certificate | None
    identity: str

    @property
    def name(self) -> str:
        """Host name under which it is announced."""
        return f"rsatalker-{self.identity}.local"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What `Host` may say."""
        return (self.name, *(f"[{address}]" if ":" in address else address for address in self.addresses))

    def server_context(self) -> ssl.SSLContext | None:
        """Return certificate and key for HTTP."""
        return self.certificate.server_context() if self.certificate else None

    def grpc_credentials(self) -> grpc.ServerCredentials | None:
        """Return certificate and key for gRPC."""
        if self.certificate is None:
            return None
        return grpc.ssl_server_credentials([(self.certificate.key_pem, self.certificate.pem)])


def lan_access(options: ServeOptions) -> LanAccess | None:
    """Return what the options ask for; None: this machine only.

    Raises:
        ConfigError: No interface was named and there is not exactly one, or one has no address here.
    """
    if not (options.lan or options.insecure_lan):
        return None
    addresses = addresses_of(options.interface, interfaces())
    certificate = None if options.insecure_lan else own_certificate()
    identity = certificate.fingerprint[:8].lower() if certificate else secrets.token_hex(4)
    return LanAccess(addresses, certificate, identity)


def interfaces() -> dict[str, list[str]]:
    """Return the addresses of every network interface by its name, loopback and link-local ones left out."""
    found: dict[str, list[str]] = {}
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            parsed = ipaddress.ip_address(address)
            if not (parsed.is_loopback or parsed.is_link_local):
                found.setdefault(str(ip.nice_name), []).append(str(parsed))
    return found


def addresses_of(wanted: Sequence[str], present: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the addresses of interfaces that are given by name or by address.

    Raises:
        ConfigError: None is given and there is not exactly one, or one is not there.
    """
    listing = "; ".join(f"{name} ({', '.join(addresses)})" for name, addresses in present.items()) or "none"
    if not wanted:
        if len(present) != 1:
            raise ConfigError(f"--lan needs --interface with one or more of this machine's interfaces: {listing}.")
        return tuple(next(iter(present.values())))
    addresses: list[str] = []
    known = {address for found in present.values() for address in found}
    for name in wanted:
        if name not in present and name not in known:
            raise ConfigError(f"There is no interface {name!r}. This machine's interfaces are {listing}.")
        addresses.extend(present.get(name, [name]))
    return tuple(dict.fromkeys(addresses))
