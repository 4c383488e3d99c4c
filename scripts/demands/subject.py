"""The sidecar that is examined, and what every demand needs to say to it."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np

from sidecar.v1 import (
    conversation_pb2,
    conversation_pb2_grpc,
    sidecar_pb2,
    sidecar_pb2_grpc,
    speech_pb2,
    speech_pb2_grpc,
    watch_pb2_grpc,
)

CALL_S = 60.0  # a first conversation may have to load its avatars
PATIENCE_S = 60.0  # for something to appear in shared memory, on a machine that does much else
LOOK_S = 0.005
TLS_NAME = "rsatalker"  # that every sidecar's certificate is made out to
RATE_HZ = 16_000
VERSION = sidecar_pb2.ProtocolVersion(major=1, minor=0)  # that these demands are written for


class Unmet(Exception):  # noqa: N818  the name states the condition
    """A demand is not met; the message says what was expected and what was found."""


def demand(condition: bool, expected: str, found: object) -> None:
    """Raise Unmet unless the condition holds."""
    if not condition:
        raise Unmet(f"expected {expected}; found {found}")


def until(look: Callable[[], Any], expected: str, patience_s: float = PATIENCE_S) -> Any:
    """Return the first result that is not None or False; raise Unmet if none comes."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = look()
        if found is not None and found is not False:
            return found
        time.sleep(LOOK_S)
    raise Unmet(f"expected {expected} within {patience_s:.0f} s; it did not come")


@dataclass(frozen=True)
class HttpAnswer:
    """What came back over HTTP; `content` is the parsed JSON, or None."""

    status: int
    content: Any


class Subject:
    """A running sidecar.

    Args:
        address: Of gRPC, "host:port".
        token: Of that sidecar.
        http_address: Of HTTP; empty: it is not examined.
        is_local: Whether its shared memory can be seen from here.
        certificate: PEM of the one that it may show; None: no TLS.
    """

    def __init__(
        self, address: str, token: str, http_address: str, is_local: bool, certificate: bytes | None = None
    ) -> None:
        self.address = address
        self.token = token
        self.http_address = http_address
        self.is_local = is_local
        self._certificate = certificate
        options: list[tuple[str, Any]] = [("grpc.max_send_message_length", 256 << 20)]
        if certificate is None:
            self.channel = grpc.insecure_channel(address, options=options)
        else:
            options.append(("grpc.ssl_target_name_override", TLS_NAME))
            self.channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(certificate), options=options)
        self.metadata = (("authorization", f"Bearer {token}"),)
        self.sidecar: Any = sidecar_pb2_grpc.SidecarServiceStub(self.channel)
        self.conversations: Any = conversation_pb2_grpc.ConversationServiceStub(self.channel)
        self.speech: Any = speech_pb2_grpc.SpeechServiceStub(self.channel)
        self.watch: Any = watch_pb2_grpc.WatchServiceStub(self.channel)

    def call(self, method: Any, request: Any) -> Any:
        """Return a call's answer; Unmet if it is refused."""
        try:
            return method(request, timeout=CALL_S, metadata=self.metadata)
        except grpc.RpcError as error:
            code, words = error.code().name, error.details()  # type: ignore[attr-defined]
            raise Unmet(f"expected an answer; found {code}: {words}") from error

    def stream(self, method: Any, request: Any) -> Generator[Any]:
        """Yield a stream's messages until it ends or is closed; Unmet if it is refused or lasts too long."""
        messages = method(request, timeout=CALL_S, metadata=self.metadata)
        try:
            yield from messages
        except grpc.RpcError as error:
            code, words = error.code().name, error.details()  # type: ignore[attr-defined]
            raise Unmet(f"expected messages and the stream's end; found {code}: {words}") from error
        finally:
            messages.cancel()

    def refused(self, method: Any, request: Any, code: grpc.StatusCode, *words: str, metadata: Any = None) -> None:
        """Demand that a call is refused with a status, and that its sentence has these words."""
        expected = f"{code.name} with a sentence" + (f" that names {', '.join(words)}" if words else "")
        try:
            answer = method(request, timeout=CALL_S, metadata=self.metadata if metadata is None else metadata)
        except grpc.RpcError as error:
            found, sentence = error.code(), error.details() or ""  # type: ignore[attr-defined]
            is_met = found == code and len(sentence) > 10 and all(word in sentence for word in words)
            demand(is_met, expected, f"{found.name}: {sentence}")
            return
        raise Unmet(f"expected {expected}; found an answer, {str(answer)[:80]!r}")

    def info(self) -> sidecar_pb2.GetInfoResponse:
        """Return what the sidecar is."""
        return self.call(self.sidecar.GetInfo, sidecar_pb2.GetInfoRequest(protocol_version=VERSION))

    def avatars(self) -> tuple[str, str]:
        """Return two names of the cast, the same twice if there is only one."""
        cast = self.call(self.sidecar.ListAvatars, sidecar_pb2.ListAvatarsRequest()).avatars
        demand(len(cast) > 0, "at least one avatar", "none")
        return cast[0].name, cast[min(1, len(cast) - 1)].name

    def create_request(self, **more: Any) -> conversation_pb2.CreateConversationRequest:
        """Return what begins a conversation with small frames."""
        frames = conversation_pb2.FrameSetup(width=64, height=64, layers=1)
        return conversation_pb2.CreateConversationRequest(
            protocol_version=VERSION,
            participants=[conversation_pb2.ParticipantSetup(avatar=name) for name in self.avatars()],
            **{"frames": frames, **more},
        )

    @contextmanager
    def conversation(self, **more: Any) -> Iterator[conversation_pb2.CreateConversationResponse]:
        """Give a conversation that is closed afterwards."""
        created = self.call(self.conversations.CreateConversation, self.create_request(**more))
        try:
            yield created
        finally:
            self.close(created.conversation_id)

    def close(self, conversation_id: str) -> None:
        """Close a conversation, whether or not it is there."""
        request = conversation_pb2.CloseConversationRequest(conversation_id=conversation_id)
        try:
            self.conversations.CloseConversation(request, timeout=CALL_S, metadata=self.metadata)
        except grpc.RpcError:
            return

    def speak_request(self, conversation_id: str, **more: Any) -> Any:
        """Return a second of a voice for participant a, or what else is given."""
        samples = (0.3 + 0.3 * np.sin(np.arange(RATE_HZ) / 20)).astype("<f4")
        fields = {
            "participant": speech_pb2.PARTICIPANT_A,
            "format": audio_format(),
            "audio": samples.tobytes(),
            **more,
        }
        return speech_pb2.SpeakRequest(conversation_id=conversation_id, **fields)

    def http(self, method: str, path: str, body: object = None, **headers: str) -> HttpAnswer:
        """Send one HTTP request with token and JSON, unless headers say otherwise."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        connection = self._connection()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unmet(f"expected an HTTP answer at {self.http_address}; found {error}") from error
        finally:
            connection.close()
        try:
            return HttpAnswer(response.status, json.loads(text))
        except ValueError:
            return HttpAnswer(response.status, None)

    def _connection(self) -> http.client.HTTPConnection:
        if self._certificate is None:
            return http.client.HTTPConnection(self.http_address, timeout=CALL_S)
        context = ssl.create_default_context(cadata=self._certificate.decode())
        context.check_hostname = False  # it is the certificate itself that is trusted
        return http.client.HTTPSConnection(self.http_address, timeout=CALL_S, context=context)

    def leave(self) -> None:
        """Let go of the connection."""
        self.channel.close()


def audio_format(rate_hz: int = RATE_HZ, channels: int = 1) -> speech_pb2.AudioFormat:
    """Return a format of 32-bit floats."""
    return speech_pb2.AudioFormat(sample_rate_hz=rate_hz, channels=channels, sample_format=speech_pb2.SAMPLE_FORMAT_F32)
