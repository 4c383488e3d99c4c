"""Bytes of the Connect protocol: JSON or protobuf messages, envelopes of streams, errors.

Source: connectrpc.com/docs/protocol. Of what is optional there, compression and GET are left out.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from sidecar.errors import InvalidRequestError, LimitError, UnsupportedError

ENVELOPE = struct.Struct(">BI")  # flags, then length of the message in bytes
COMPRESSED = 1  # flags of an envelope
END_STREAM = 2
LARGEST_PROTO = 128 << 20  # bytes, as over gRPC
LARGEST_JSON = 32 << 20  # bytes: reading JSON takes the interpreter's lock, 32 MB about 0.1 s

# Connect's error codes are gRPC's names, but for this one.
CODE_NAMES = {grpc.StatusCode.CANCELLED: "canceled"}
HTTP_STATUSES: dict[grpc.StatusCode, int] = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}


@dataclass(frozen=True, slots=True)
class Codec:
    """How messages are written in one content type.

    Attributes:
        content_type: As in the header, without parameters.
        is_json: Else protobuf.
        is_stream: Messages come in envelopes.
    """

    content_type: str
    is_json: bool
    is_stream: bool

    @property
    def largest_body(self) -> int:
        """Bytes of a request's body that are read at most."""
        return LARGEST_JSON if self.is_json else LARGEST_PROTO

    def decode(self, body: bytes, message_type: type[Message]) -> Message:
        """Return the message in a body or an envelope.

        Raises:
            InvalidRequestError: The bytes are no such message.
        """
        try:
            if not self.is_json:
                return message_type.FromString(body)
            # Fields that only a newer minor version knows are ignored, as protobuf does.
            text = (body or b"{}").decode()
            if not text.lstrip().startswith("{"):  # the parser takes an empty list for an empty message
                raise json_format.ParseError("expected an object in braces")
            return json_format.Parse(text, message_type(), ignore_unknown_fields=True)
        except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError) as error:
            name = message_type.DESCRIPTOR.full_name
            raise InvalidRequestError(
                f"The body is no {name} as {self.content_type} ({_shortened(error)}); see its fields in "
                "proto/sidecar/v1."
            ) from error

    def encode(self, message: Message) -> bytes:
        """Return a message's bytes; JSON names every field, also those that are zero or empty."""
        if not self.is_json:
            return message.SerializeToString()
        text = json_format.MessageToJson(message, indent=None, always_print_fields_with_no_presence=True)
        return text.encode()

    def unwrap(self, body: bytes) -> bytes:
        """Return the one message of a stream's request.

        Raises:
            InvalidRequestError: There is not exactly one envelope.
            UnsupportedError: It is compressed.
        """
        if len(body) < ENVELOPE.size:
            raise InvalidRequestError(
                f"The body has {len(body)} bytes; a stream's request is one envelope: a byte of flags, 4 bytes of "
                "length, most significant first, and the message."
            )
        flags, length = ENVELOPE.unpack_from(body)
        if flags & COMPRESSED:
            raise UnsupportedError("The message is compressed; send it as it is (identity).")
        if length != len(body) - ENVELOPE.size:
            raise InvalidRequestError(
                f"The envelope says {length} bytes and {len(body) - ENVELOPE.size} follow; send exactly one message."
            )
        return body[ENVELOPE.size :]


CODECS: dict[str, Codec] = {
    codec.content_type: codec
    for codec in (
        Codec("application/json", is_json=True, is_stream=False),
        Codec("application/proto", is_json=False, is_stream=False),
        Codec("application/connect+json", is_json=True, is_stream=True),
        Codec("application/connect+proto", is_json=False, is_stream=True),
    )
}


def enveloped(message: bytes, flags: int = 0) -> bytes:
    """Return a message of a stream in its envelope."""
    return ENVELOPE.pack(flags, len(message)) + message


def end_of_stream(status: grpc.StatusCode | None = None, sentence: str = "") -> bytes:
    """Return the last envelope of a stream, with an error if a status is given."""
    end: dict[str, Any] = {} if status is None else {"error": error_body(status, sentence)}
    return enveloped(json.dumps(end).encode(), END_STREAM)


def error_body(status: grpc.StatusCode, sentence: str) -> dict[str, str]:
    """Return an error as Connect's JSON."""
    return {"code": CODE_NAMES.get(status, status.name.lower()), "message": sentence}


def timeout_s(header: str | None) -> float | None:
    """Return the seconds that `Connect-Timeout-Ms` gives a call; None without it.

    Raises:
        InvalidRequestError: It is no count of milliseconds.
    """
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and len(header) <= 10):
        raise InvalidRequestError(
            f"Connect-Timeout-Ms is {header[:20]!r}; expected milliseconds with at most 10 digits."
        )
    return int(header) / 1000


def check_size(size: int, codec: Codec) -> None:
    """Raise LimitError if a body is larger than it may be."""
    if size > codec.largest_body:
        raise LimitError(
            f"The body is larger than {codec.largest_body >> 20} MiB, the most that {codec.content_type} may have. "
            "Send audio in chunks with PushAudio."
        )


def _shortened(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
