"""The HTTP port: uvicorn on the sidecar's own event loop, with limits on how long a connection may say nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import Generator, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from sidecar.errors import ConfigError

HEAD_S = 5.0  # for the TLS handshake, and then to the end of a request's headers
KEEP_ALIVE_S = 15  # between two requests on a connection
LARGEST_HEAD = 16 << 10  # bytes of a request's headers
MOST_CONNECTIONS = 1024  # open at a time; more are answered with 503
BACKLOG = 1024  # connections that wait to be accepted: a burst of hundreds is not turned away
SEND_BUFFER = 512 << 10  # bytes: what a slow client has not taken yet is old when it comes; about 0.1 s of pictures
GRACE_S = 1.0  # for requests on their way when the sidecar stops; then their connections are broken off
LONGEST_STOP_S = 5  # for what is left to notice


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that ends connections whose request does not come (slow loris)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._impatience: asyncio.TimerHandle | None = self.loop.call_later(HEAD_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take bytes; wait for no longer than allowed until they are a whole head."""
        cycle = self.cycle
        super().data_received(data)
        if self.cycle is not cycle:  # a request has come
            self._stop_waiting()
        elif self._impatience is None and cycle.response_complete:  # the next one begins
            self._impatience = self.loop.call_later(HEAD_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None


class HttpServer(uvicorn.Server):
    """Serves an application on sockets that are bound already, from `start` to `stop`.

    Args:
        app: The application.
        tls: Certificate and key; None: plain HTTP.
    """

    def __init__(self, app: ASGIApp, tls: ssl.SSLContext | None = None) -> None:
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # it would name peers
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=LONGEST_STOP_S,
            h11_max_incomplete_event_size=LARGEST_HEAD,
        )
        config.load()
        super().__init__(config)
        self._tls = tls
        self._serving: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the sidecar."""
        yield

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Begin to serve."""
        self._serving = asyncio.create_task(self.serve([]))  # it would let a TLS handshake take a minute
        while not self.started and not self._serving.done():
            await asyncio.sleep(0)
        loop, patience_s = asyncio.get_running_loop(), HEAD_S if self._tls else None
        for bound in sockets:
            self.servers.append(
                await loop.create_server(
                    self._protocol, sock=bound, ssl=self._tls, ssl_handshake_timeout=patience_s, backlog=BACKLOG
                )
            )

    def _protocol(self) -> PatientProtocol:
        return PatientProtocol(self.config, self.server_state, self.lifespan.state)

    async def stop(self) -> None:
        """End: requests on their way get a moment, streams are broken off."""
        self.should_exit = True
        if self._serving:
            breaking_off = asyncio.get_running_loop().call_later(GRACE_S, self._break_off)
            await self._serving
            breaking_off.cancel()

    def _break_off(self) -> None:
        """End connections whose clients take nothing."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def bind(host: str, port: int) -> socket.socket:
    """Take a TCP port of an address of this machine; 0 takes a free one.

    Raises:
        ConfigError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else asyncio leaves answers to Nagle
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let two programs share a port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
        taken.bind((host, port))
        taken.setblocking(False)
    except OSError as error:
        taken.close()
        raise ConfigError(
            f"Port {port} of {host} cannot be taken for HTTP ({error.strerror}). Choose another with --http-port, or 0 "
            "for a free one."
        ) from error
    return taken


def port_of(bound: socket.socket) -> int:
    """Return the port that a socket was given."""
    name: tuple[Any, ...] = bound.getsockname()
    return int(name[1])
