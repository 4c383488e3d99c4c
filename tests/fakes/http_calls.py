"""Calls over HTTP/1.1 as a plugin makes them: with nothing but an HTTP client."""

from __future__ import annotations

import http.client
import json
import struct
from typing import Any

from running_sidecar import TOKEN
from waiting import LONGEST_S

ENVELOPE = struct.Struct(">BI")


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def envelopes(self) -> list[tuple[int, bytes]]:
        found, at = [], 0
        while at < len(self.body):
            flags, length = ENVELOPE.unpack_from(self.body, at)
            found.append((flags, self.body[at + ENVELOPE.size : at + ENVELOPE.size + length]))
            at += ENVELOPE.size + length
        return found


def request(address: str, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """Send one request; `content_type="..."` becomes Content-Type, and None leaves a header out."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=LONGEST_S)
    try:
        given = {"host": address, "authorization": f"Bearer {TOKEN}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        if "content-length" not in given:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def call(address: str, method: str, message: Any = None, **headers: str) -> Answer:
    """Call `SidecarService/GetInfo` and the like with a JSON message."""
    body = message if isinstance(message, bytes) else json.dumps(message or {}).encode()
    path = f"/sidecar.v1.{method}"
    return request(address, "POST", path, body, **{"content_type": "application/json", **headers})


def stream(address: str, method: str, message: Any = None, **headers: str) -> Answer:
    """Call a method that answers with a stream, and wait for its end."""
    body = json.dumps(message or {}).encode()
    envelope = ENVELOPE.pack(0, len(body)) + body
    return call(address, method, envelope, **{"content_type": "application/connect+json", **headers})
