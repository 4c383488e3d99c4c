"""The HTTP port: uvicorn on the sidecar's own event loop, with limits on how long a connection may say nothing."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Generator, Sequence
from functools import partial

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from sidecar.network.listening_socket import ListeningSocket

HEAD_S = 5.0  # for the TLS handshake, and then to the end of a request's headers
KEEP_ALIVE_S = 15  # between two requests on a connection
LARGEST_HEAD = 16 << 10  # bytes of a request's headers
MOST_CONNECTIONS = 1024  # open at a time; more are answered with 503
BACKLOG = 1024  # connections that wait to be accepted: a burst of hundreds is not turned away
GRACE_S = 1.0  # for requests on their way when the sidecar stops; then their connections are broken off
LONGEST_STOP_S = 5  # for what is left to notice
AGAIN_S = 0.1  # until connections are accepted again after that has failed; they wait meanwhile


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
        self._sockets: tuple[ListeningSocket, ...] = ()
        self._serving: asyncio.Task[None] | None = None
        self._mending: asyncio.Task[None] | None = None  # kept: the loop holds tasks weakly

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the sidecar."""
        yield

    async def start(self, sockets: Sequence[ListeningSocket]) -> None:
        """Begin to serve."""
        self._serving = asyncio.create_task(self.serve([]))  # it would let a TLS handshake take a minute
        while not self.started and not self._serving.done():
            await asyncio.sleep(0)
        self._sockets = tuple(sockets)
        for place, bound in enumerate(self._sockets):
            self.servers.append(await self._accepting(bound))
            bound.on_refused = partial(self._accept_again_soon, place)

    async def _accepting(self, bound: ListeningSocket) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            self._protocol,
            sock=bound,
            ssl=self._tls,
            ssl_handshake_timeout=HEAD_S if self._tls else None,
            backlog=BACKLOG,
        )

    def _accept_again_soon(self, place: int) -> None:
        """Serve on a socket anew on which the loop accepts nothing any more; see `ListeningSocket`."""
        asyncio.get_running_loop().call_later(AGAIN_S, self._accept_again, place)

    def _accept_again(self, place: int) -> None:
        if not self.should_exit:
            self._mending = asyncio.create_task(self._accept_anew(place))

    async def _accept_anew(self, place: int) -> None:
        self.servers[place] = await self._accepting(self._sockets[place])

    def _protocol(self) -> PatientProtocol:
        return PatientProtocol(self.config, self.server_state, self.lifespan.state)

    async def stop(self) -> None:
        """End: requests on their way get a moment, streams are broken off."""
        self.should_exit = True
        for bound in self._sockets:
            bound.give_back()
        if self._serving:
            breaking_off = asyncio.get_running_loop().call_later(GRACE_S, self._break_off)
            await self._serving
            breaking_off.cancel()

    def _break_off(self) -> None:
        """End connections whose clients take nothing."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
