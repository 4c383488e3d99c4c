"""The calls of all services over HTTP/1.1, by the Connect protocol: for curl, engines' web requests and browsers.

The same servicers as over gRPC serve them, the same token opens them, and the same table says which error is which.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sidecar.errors import InvalidRequestError, TimeUpError, UnsupportedError
from sidecar.network.connect_codec import (
    CODECS,
    HTTP_STATUSES,
    Codec,
    check_size,
    end_of_stream,
    enveloped,
    error_body,
    timeout_s,
)
from sidecar.services.calls import Call
from sidecar.services.status import answer_to
from sidecar.services.token import check_token

PROTOCOL_VERSION = "1"  # of Connect
BODY_S = 30.0  # for a whole body: 128 MiB at 5 MB/s
CHUNK_S = 5.0  # between parts of a body
PARSED_APART = 1 << 16  # bytes: reading larger messages is done beside the event loop


class ConnectHttp:
    """Answers HTTP requests with the calls' servicers.

    Args:
        calls: Every call by its path.
        token: What requests carry as `Authorization: Bearer <token>`.
        metrics: Writes the text of `/metrics`.
    """

    def __init__(self, calls: Mapping[str, Call], token: str, metrics: Callable[[], str]) -> None:
        self._calls = calls
        self._token = token
        self._metrics = metrics

    def app(self, pages: Sequence[Route] = ()) -> Starlette:
        """Return the ASGI application; with further pages, if there are any."""
        routes = [
            *pages,
            Route("/healthz", self._health, methods=["GET"]),
            Route("/metrics", self._show_metrics, methods=["GET"]),
            Route("/{service}/{method}", self._answer, methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_page})

    async def _health(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _show_metrics(self, request: Request) -> Response:
        try:
            check_token(request.headers.get("authorization"), self._token)
            return PlainTextResponse(self._metrics(), media_type="text/plain; version=0.0.4")
        except Exception as error:  # noqa: BLE001  every error of a request is answered here
            return _refused(error, "/metrics")

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        codec = CODECS.get(content_type)
        if codec is None:
            sentence = f"Content-Type is {content_type[:100] or 'missing'}; expected one of {', '.join(CODECS)}."
            body = error_body(grpc.StatusCode.INVALID_ARGUMENT, sentence)
            return JSONResponse(body, 415, headers={"accept-post": ", ".join(CODECS), "connection": "close"})
        try:
            call = self._open(request, codec)
            seconds = timeout_s(request.headers.get("connect-timeout-ms"))
            body = await _read_body(request, codec)
            message = await _decoded(codec.unwrap(body) if codec.is_stream else body, codec, call)
            if not codec.is_stream:
                return await _unary(call, message, codec, seconds)
        except ClientDisconnect:
            return Response(status_code=HTTP_STATUSES[grpc.StatusCode.CANCELLED])  # nobody reads it
        except Exception as error:  # noqa: BLE001  as above
            if codec.is_stream:
                return _streamed(codec, _failed(error, path), headers={"connection": "close"})
            return _refused(error, path)
        return _streamed(codec, _stream(call, message, codec, seconds))

    def _open(self, request: Request, codec: Codec) -> Call:
        """Return the call of a request that is fit to be answered; its body has not been read yet."""
        check_token(request.headers.get("authorization"), self._token)
        version = request.headers.get("connect-protocol-version", PROTOCOL_VERSION)
        if version != PROTOCOL_VERSION:
            raise InvalidRequestError(f"Connect-Protocol-Version is {version[:20]!r}; expected {PROTOCOL_VERSION}.")
        encoding = "connect-content-encoding" if codec.is_stream else "content-encoding"
        if (given := request.headers.get(encoding, "identity")) != "identity":
            raise UnsupportedError(f"{encoding} is {given[:20]!r}; this sidecar reads identity only.")
        return self._find(request.url.path, codec)

    def _find(self, path: str, codec: Codec) -> Call:
        call = self._calls.get(path)
        if call is None:
            service = path.rpartition("/")[0]
            known = [name.rpartition("/")[2] for name in self._calls if name.startswith(f"{service}/")]
            known = known or sorted({name.split("/")[1] for name in self._calls})
            raise UnsupportedError(f"There is no call {path[:100]}; this sidecar has {', '.join(known)}.")
        if call.request_streams:
            raise UnsupportedError(
                f"{path} takes a stream, which HTTP/1.1 cannot carry here. Use PushAudio, or call it over gRPC."
            )
        if call.response_streams != codec.is_stream:
            kind, prefix = ("a stream", "application/connect+") if call.response_streams else ("one", "application/")
            raise InvalidRequestError(
                f"{path} answers with {kind} message; its Content-Type is {prefix}json or {prefix}proto."
            )
        return call


async def _read_body(request: Request, codec: Codec) -> bytes:
    """Return a body that is neither too large nor too slow."""
    declared = request.headers.get("content-length", "0")
    check_size(int(declared) if declared.isdigit() else 0, codec)
    body = bytearray()
    parts = aiter(request.stream())
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                async with asyncio.timeout(CHUNK_S):
                    part = await anext(parts, None)
                if part is None:
                    break
                body += part
                check_size(len(body), codec)
    except TimeoutError as error:
        raise TimeUpError(
            f"The body came too slowly: {CHUNK_S:.0f} s for each part and {BODY_S:.0f} s for all of it are allowed."
        ) from error
    return bytes(body)


async def _decoded(body: bytes, codec: Codec, call: Call) -> Any:
    if len(body) < PARSED_APART:
        return codec.decode(body, call.request_type)
    return await asyncio.to_thread(codec.decode, body, call.request_type)


async def _unary(call: Call, message: Any, codec: Codec, seconds: float | None) -> Response:
    async with _deadline(call, seconds):
        response = await call.behaviour(message, None)
    return Response(codec.encode(response), media_type=codec.content_type)


async def _stream(call: Call, message: Any, codec: Codec, seconds: float | None) -> AsyncIterator[bytes]:
    """Yield the envelopes of a stream; an error is its last message."""
    loop = asyncio.get_running_loop()
    end_s = None if seconds is None else loop.time() + seconds
    try:
        async with aclosing(call.behaviour(message, None)) as responses:
            # The deadline holds while the servicer works, not while the client takes what it has been sent.
            while True:
                async with _deadline(call, seconds, end_s):
                    response = await anext(responses, None)
                if response is None:
                    break
                yield enveloped(codec.encode(response))
    except Exception as error:  # noqa: BLE001  every error of a request is answered here
        yield end_of_stream(*answer_to(error, call.path))
    else:
        yield end_of_stream()


@asynccontextmanager
async def _deadline(call: Call, seconds: float | None, end_s: float | None = None) -> AsyncGenerator[None]:
    """Raise TimeUpError when the time of a call is over: `seconds` from now, or at a time of the loop."""
    limit = asyncio.timeout(seconds) if end_s is None else asyncio.timeout_at(end_s)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TimeUpError(
            f"{call.path} took longer than the {(seconds or 0) * 1000:.0f} ms of Connect-Timeout-Ms."
        ) from error


async def _failed(error: Exception, path: str) -> AsyncIterator[bytes]:
    yield end_of_stream(*answer_to(error, path))


def _streamed(codec: Codec, envelopes: AsyncIterator[bytes], headers: Mapping[str, str] | None = None) -> Response:
    return StreamingResponse(envelopes, media_type=codec.content_type, headers=headers)


def _refused(error: Exception, path: str) -> Response:
    """Return an error; the connection is closed, for its body may not have been read."""
    status, sentence = answer_to(error, path)
    return JSONResponse(error_body(status, sentence), HTTP_STATUSES[status], headers={"connection": "close"})


async def _no_such_page(request: Request, error: Exception) -> Response:
    """Answer a path or method that no route has."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    sentence = (
        f"There is nothing at {request.method} {request.url.path[:100]}. Calls are POST /sidecar.v1.SERVICE/METHOD; "
        "GET has /healthz and /metrics."
    )
    return JSONResponse(error_body(grpc.StatusCode.UNIMPLEMENTED, sentence), status, headers={"connection": "close"})
