"""What stands before every call: the token is checked, and errors become statuses."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from sidecar.errors import AuthenticationError
from sidecar.services.status import status_of

BEARER = "Bearer "
WRONG_TOKEN = (
    "The token is missing or wrong; send the metadata `authorization: Bearer <token>` with the token of the runtime "
    "file (`rsatalker doctor` says where it is)."
)

log = logging.getLogger(__name__)


class Guard(grpc.aio.ServerInterceptor):
    """Checks the token of every call, health and reflection included, and answers every error with one sentence."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the call's handler with the guard around it."""
        handler: Any = await continuation(handler_call_details)
        if handler is None:
            return None
        allowed = self._is_allowed(handler_call_details.invocation_metadata)
        return _guarded(handler, handler_call_details.method, allowed)

    def _is_allowed(self, metadata: Any) -> bool:
        given = next((value for key, value in metadata or () if key == "authorization"), "")
        text = given if isinstance(given, bytes) else str(given).encode("utf-8", "replace")
        # The comparison takes the same time wherever the two differ.
        return hmac.compare_digest(text, BEARER.encode() + self._token)


def _guarded(handler: Any, method: str, allowed: bool) -> Any:
    """Return a handler of the same kind that checks first and maps errors."""

    async def unary(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
        try:
            _check(allowed)
            return await behaviour(request, context)
        except Exception as error:  # noqa: BLE001  the interceptor is where every error is answered
            await _answer(error, method, context)

    async def stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
        try:
            _check(allowed)
            async for response in behaviour(request, context):
                yield response
        except Exception as error:  # noqa: BLE001  as above
            await _answer(error, method, context)

    make, guarded = {
        (False, False): (grpc.unary_unary_rpc_method_handler, unary),
        (True, False): (grpc.stream_unary_rpc_method_handler, unary),
        (False, True): (grpc.unary_stream_rpc_method_handler, stream),
        (True, True): (grpc.stream_stream_rpc_method_handler, stream),
    }[(handler.request_streaming, handler.response_streaming)]
    return make(guarded, handler.request_deserializer, handler.response_serializer)


def _check(allowed: bool) -> None:
    if not allowed:
        raise AuthenticationError(WRONG_TOKEN)


async def _answer(error: Exception, method: str, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    """End a call with the status of an error."""
    if isinstance(error, grpc.aio.AbortError):  # answered already
        raise error
    status = status_of(error)
    if status is not None:
        await context.abort(status, str(error))
    log.error("%s failed", method, exc_info=error)
    await context.abort(
        grpc.StatusCode.INTERNAL,
        f"The sidecar failed in {method} ({type(error).__name__}); its log says where. Please report it.",
    )
