"""Where a sidecar listens: gRPC and HTTP, on loopback and, if asked, on addresses of the LAN with TLS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sidecar.config import ServeOptions
from sidecar.errors import ConfigError
from sidecar.network.advertisement import Advertisement
from sidecar.network.connect_http import ConnectHttp
from sidecar.network.http_guard import LOOPBACK_HOSTS, HttpGuard
from sidecar.network.http_server import HttpServer
from sidecar.network.lan import LanAccess
from sidecar.network.listening_socket import ListeningSocket, bind, port_of
from sidecar.network.web_client import WebClient
from sidecar.runtime_file import already_running, read_record
from sidecar.services import audio2face_service
from sidecar.services.calls import Service, calls_of
from sidecar.services.guard import Guard
from sidecar.services.sidecar_service import CAPABILITIES

LARGEST_MESSAGE = 128 << 20  # bytes: 300 s of two channels at 48 kHz as floats are 115 MB
HANDSHAKE_S = 5.0  # for TLS and HTTP/2 to agree; gRPC itself would wait two minutes
GRACE_S = 1.0  # for calls on their way when the sidecar stops


class Endpoints:
    """All ports of a sidecar, made on the event loop that it runs on: `listen`, `start`, `stop`.

    Attributes:
        address: Of gRPC on this machine, once it listens.
        http_address: Of HTTP on this machine, once it listens.
        web: The web client's page; None: it is not served.

    Args:
        services: What is served.
        options: Ports, and web pages that may call.
        token: That every call carries.
        metrics: Writes the text of `/metrics`.
        lan: Addresses and certificate for other machines; None: this machine only.
    """

    def __init__(
        self,
        services: Sequence[Service],
        options: ServeOptions,
        token: str,
        metrics: Callable[[], str],
        lan: LanAccess | None = None,
    ) -> None:
        self.address = ""
        self.http_address = ""
        self._options = options
        self._lan = lan
        self._names = [service.name for service in services]
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # grpc_health has no stubs
        self._grpc = self._grpc_server(services, token)
        self.web = WebClient(options.web, token) if options.web else None
        app = ConnectHttp(calls_of(services), token, metrics).app(self.web.routes() if self.web else ())
        hosts = (*LOOPBACK_HOSTS, *(lan.hosts if lan else ()))
        guarded = HttpGuard(app, hosts, options.allowed_origins, self.web is not None)
        self._http = HttpServer(guarded)
        self._lan_http = HttpServer(guarded, lan.server_context() if lan else None)
        self._advertisement: Advertisement | None = None
        self._sockets: list[ListeningSocket] = []
        self._lan_sockets: list[ListeningSocket] = []

    def listen(self) -> None:
        """Take all ports; calls wait until `start`.

        Raises:
            ConfigError: A port is taken.
        """
        host = "127.0.0.1" if self._options.host == "localhost" else self._options.host
        port = self._take(host, self._options.port, None)
        self.address = f"{bracketed(host)}:{port}"
        self._sockets = [self._bind_http(host, port)]
        http_port = port_of(self._sockets[0])
        self.http_address = f"{bracketed(host)}:{http_port}"
        if self._lan:
            for address in self._lan.addresses:
                self._take(address, port, self._lan.grpc_credentials())
                self._lan_sockets.append(bind(address, http_port))

    async def start(self) -> None:
        """Begin to serve, and say so on the LAN if it may be reached from there."""
        await self._grpc.start()
        await self._http.start(self._sockets)
        if self._lan:
            await self._lan_http.start(self._lan_sockets)
        for service in ("", *self._names):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        if self._lan:
            port, http_port = (int(address.rpartition(":")[2]) for address in (self.address, self.http_address))
            self._advertisement = Advertisement(self._lan, port, http_port, CAPABILITIES)
            await self._advertisement.start()

    async def stop(self) -> None:
        """Answer what is on its way, break off streams, and give the ports back."""
        if self._advertisement:
            await self._advertisement.stop()
        await self._health.enter_graceful_shutdown()
        await self._http.stop()
        await self._lan_http.stop()
        await self._grpc.stop(GRACE_S)
        for bound in (*self._sockets, *self._lan_sockets):  # of a sidecar that never started
            bound.close()

    def _take(self, host: str, port: int, credentials: grpc.ServerCredentials | None) -> int:
        address = f"{bracketed(host)}:{port}"
        try:
            if credentials is None:
                return self._grpc.add_insecure_port(address)
            return self._grpc.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise ConfigError(port_taken(address)) from error

    def _bind_http(self, host: str, port: int) -> ListeningSocket:
        """Take the port that was asked for, else the one next to gRPC's, else a free one."""
        if self._options.http_port is not None:
            return bind(host, self._options.http_port)
        try:
            return bind(host, port + 1 if self._options.port else 0)
        except (ConfigError, OverflowError):  # there is no port after 65535
            return bind(host, 0)

    def _grpc_server(self, services: Sequence[Service], token: str) -> grpc.aio.Server:
        options = [
            ("grpc.so_reuseport", 0),  # else Linux lets a second sidecar share the port in silence
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.server_handshake_timeout_ms", round(HANDSHAKE_S * 1000)),
        ]
        open_methods = (audio2face_service.METHOD,) if self._options.a2f_without_token else ()
        server = grpc.aio.server(interceptors=[Guard(token, open_methods)], options=options)
        for service in services:
            service.register(service.servicer, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection((*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        return server


def bracketed(host: str) -> str:
    """Return an address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def port_taken(address: str) -> str:
    """Return the sentence for a port that cannot be had."""
    other = read_record()
    if other is not None and other.address == address:
        return already_running(other)
    port = address.rpartition(":")[2]
    return f"Port {port} is taken by another program. Choose another with --port, or 0 for a free one."
