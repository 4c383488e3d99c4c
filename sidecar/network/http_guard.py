"""Who may talk to the HTTP port: no browser tab, unless its page is the sidecar's own or its origin is listed.

A page on the internet can send requests to this machine, and with a name of its own that suddenly resolves to 127.0.0.1
(DNS rebinding) it even reads the answers. Such requests carry that name in `Host` and the page in `Origin`. A page that
the sidecar serves itself is known by an `Origin` that is the very `Host`, which must be one of the sidecar's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import grpc
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.network.connect_codec import HTTP_STATUSES, error_body

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
PREFLIGHT_S = 600  # for which a browser remembers what it may send
ALLOWED_HEADERS = "authorization, content-type, connect-protocol-version, connect-timeout-ms"


@dataclass(frozen=True, slots=True)
class HttpGuard:
    """An application with the guard before it.

    Attributes:
        app: Gets what may pass.
        hosts: Names and addresses in `Host` that mean this sidecar; IPv6 in brackets.
        origins: Web pages that may call, e.g. "https://localhost:8443".
        serves_page: Whether `app` serves a page of its own, which may call.
    """

    app: ASGIApp
    hosts: Sequence[str] = LOOPBACK_HOSTS
    origins: Sequence[str] = ()
    serves_page: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        hosts = headers.getlist("host")
        is_own = (
            self.serves_page and origin is not None and origin == f"{scope['scheme']}://{hosts[0] if hosts else ''}"
        )
        if refusal := self._refusal(hosts, None if is_own else origin):
            return await refused(refusal)(scope, receive, send)
        if origin is None or is_own:
            return await self.app(scope, receive, send)
        if scope["method"] == "OPTIONS":
            return await _preflight(origin)(scope, receive, send)

        async def send_to_page(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                sent: list[tuple[bytes, bytes]] = list(message.get("headers", ()))  # type: ignore[call-overload]
                message["headers"] = [*sent, (b"access-control-allow-origin", origin.encode()), (b"vary", b"origin")]
            await send(message)

        return await self.app(scope, receive, send_to_page)  # type: ignore[arg-type]

    def _refusal(self, hosts: Sequence[str], origin: str | None) -> str:
        """Return why a request may not pass; empty if it may."""
        if len(hosts) != 1 or host_name(hosts[0]) not in self.hosts:
            return (
                f"Host is {', '.join(hosts)[:100] or 'missing'}; this sidecar answers to {', '.join(self.hosts)}. Call "
                "it by one of these."
            )
        if origin is not None and origin not in self.origins:
            return (
                f"Web page {origin[:100]} may not call this sidecar. If it is yours, start it with "
                "`rsatalker serve --allowed-origins ORIGIN`."
            )
        return ""


def host_name(host: str) -> str:
    """Return a `Host` header without its port, in lower case."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def refused(sentence: str) -> Response:
    """Return the answer to a request that may not pass."""
    denied = grpc.StatusCode.PERMISSION_DENIED
    return JSONResponse(error_body(denied, sentence), HTTP_STATUSES[denied], headers={"connection": "close"})


def _preflight(origin: str) -> Response:
    """Return what a browser asks before it lets a page call."""
    headers = {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": str(PREFLIGHT_S),
        "vary": "origin",
    }
    return Response(status_code=204, headers=headers)
