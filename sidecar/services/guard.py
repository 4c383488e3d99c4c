"""What stands before every call: the token is checked, and errors become statuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from sidecar.errors import InvalidRequestError
from sidecar.services.status import answer_to
from sidecar.services.token import check_token


class Guard(grpc.aio.ServerInterceptor):
    """Checks the token of every call, health and reflection included, and answers every error with one sentence.

    Args:
        token: Of this sidecar.
        open_methods: Full names of calls that need none.
    """

    def __init__(self, token: str, open_methods: Collection[str] = ()) -> None:
        self._token = token
        self._open_methods = open_methods

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the call's handler with the guard around it."""
        handler: Any = await continuation(handler_call_details)
        if handler is None:
            return None
        metadata: Any = handler_call_details.invocation_metadata or ()
        given = next((value for key, value in metadata if key == "authorization"), None)
        method = handler_call_details.method
        return _guarded(handler, method, lambda: method in self._open_methods or check_token(given, self._token))


def _guarded(handler: Any, method: str, check: Callable[[], object]) -> Any:
    """Return a handler of the same kind that checks first and maps errors."""

    async def unary(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
        try:
            check()
            return await behaviour(_readable(request), context)
        except Exception as error:  # noqa: BLE001  the interceptor is where every error is answered
            await _answer(error, method, context)

    async def stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
        try:
            check()
            async with aclosing(behaviour(_readable(request), context)) as responses:
                async for response in responses:
                    yield response
        except Exception as error:  # noqa: BLE001  as above
            await _answer(error, method, context)

    make, guarded = {
        (False, False): (grpc.unary_unary_rpc_method_handler, unary),
        (True, False): (grpc.stream_unary_rpc_method_handler, unary),
        (False, True): (grpc.unary_stream_rpc_method_handler, stream),
        (True, True): (grpc.stream_stream_rpc_method_handler, stream),
    }[(handler.request_streaming, handler.response_streaming)]
    return make(guarded, _parsed_or_kept(handler.request_deserializer), handler.response_serializer)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Bytes that are no message of the call; gRPC itself would answer UNKNOWN and fill the log."""

    reason: str


def _parsed_or_kept(parse: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """Return a parser that does not raise."""
    if parse is None:
        return None

    def parse_or_keep(data: bytes) -> Any:
        try:
            return parse(data)
        except DecodeError as error:
            return _Unreadable(str(error))

    return parse_or_keep


def _readable(request: Any) -> Any:
    """Return a request, or the iterator of a stream of them, that raises InvalidRequestError for what is unreadable."""
    if isinstance(request, _Unreadable):
        raise InvalidRequestError(f"the request cannot be read ({request.reason}); send the message of this call.")
    return _readable_stream(request) if isinstance(request, AsyncIterator) else request


async def _readable_stream(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _readable(request)


async def _answer(error: Exception, method: str, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    """End a call with the status of an error."""
    if isinstance(error, grpc.aio.AbortError):  # answered already
        raise error
    await context.abort(*answer_to(error, method))
