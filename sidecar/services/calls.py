"""The calls of all services in one table, so that every transport finds servicer, messages and kind in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message


@dataclass(frozen=True, slots=True)
class Service:
    """A service and the object that serves it.

    Attributes:
        descriptor: From the .proto file.
        servicer: Its methods are the service's calls.
        register: Adds the servicer to a gRPC server: the generated `add_..._to_server`.
        close: Lets the servicer's streams end, and lets go of what it holds.
    """

    descriptor: ServiceDescriptor
    servicer: object
    register: Callable[[Any, grpc.aio.Server], None]
    close: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """Full name, as in the path of a call."""
        return self.descriptor.full_name


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service.

    Attributes:
        path: "/sidecar.v1.SidecarService/GetInfo".
        behaviour: The servicer's method; takes the request (or an iterator of requests) and the context.
        request_type: Class of the request.
        request_streams: Whether the client sends a stream.
        response_streams: Whether the sidecar sends one.
    """

    path: str
    behaviour: Callable[..., Any]
    request_type: type[Message]
    request_streams: bool
    response_streams: bool


def calls_of(services: Iterable[Service]) -> dict[str, Call]:
    """Return every call of the services by its path."""
    calls: dict[str, Call] = {}
    for service in services:
        for method in service.descriptor.methods:
            path = f"/{service.name}/{method.name}"
            calls[path] = Call(
                path,
                getattr(service.servicer, method.name),
                message_factory.GetMessageClass(method.input_type),
                method.client_streaming,
                method.server_streaming,
            )
    return calls
