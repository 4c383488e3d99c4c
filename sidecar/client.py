"""A client of the sidecar in Python: what an engine plugin does. Imports no torch.

with SidecarClient.connect() as client, client.create_conversation("ada", "ben") as conversation:
    spoken = conversation.speak(samples, 16_000, "a")
    frame = conversation.frames[0].latest()
"""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from typing import Any, Self

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc
from jaxtyping import Float32

from rsatalker.motion.social import Relationship
from sidecar.conversation_calls import ConversationCalls
from sidecar.errors import AuthenticationError, ConfigError, UnreachableError
from sidecar.remote_conversation import RemoteConversation
from sidecar.requests import PROTOCOL_VERSION, creation
from sidecar.runtime_file import find_record, read_record
from sidecar.services.status import error_of
from sidecar.v1 import (
    conversation_pb2,
    conversation_pb2_grpc,
    cutscene_pb2,
    cutscene_pb2_grpc,
    sidecar_pb2,
    sidecar_pb2_grpc,
    speech_pb2_grpc,
    watch_pb2_grpc,
)

CALL_S = 30.0  # longest wait for an answer
CREATE_S = 300.0  # the first conversation of an avatar may have to bake it
LARGEST_MESSAGE = 128 << 20  # bytes, as the server takes
TLS_NAME = "rsatalker"  # that the certificate of every sidecar is made out to, whatever its address


class SidecarClient:
    """A connection to a sidecar.

    Attributes:
        address: Where it listens.
        http_address: Where it listens for HTTP; empty if nobody said.

    Args:
        address: Of its gRPC port.
        token: Of that sidecar.
        certificate: PEM of the one certificate that it may show; None: no TLS, on this machine.
        http_address: Of its HTTP port.
    """

    def __init__(self, address: str, token: str, certificate: bytes | None = None, http_address: str = "") -> None:
        options: list[tuple[str, Any]] = [
            ("grpc.http2.bdp_probe", 0),  # else the window of a stream grows, and who watches slowly sees old pictures
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ]
        self.address = address
        self.http_address = http_address
        if certificate is None:
            self._channel = grpc.insecure_channel(address, options=options)
        else:
            credentials = grpc.ssl_channel_credentials(certificate)
            options.append(("grpc.ssl_target_name_override", TLS_NAME))
            self._channel = grpc.secure_channel(address, credentials, options=options)
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._sidecar = sidecar_pb2_grpc.SidecarServiceStub(self._channel)
        self._health = health_pb2_grpc.HealthStub(self._channel)
        self.conversation_calls = conversation_pb2_grpc.ConversationServiceStub(self._channel)
        self.speech_calls = speech_pb2_grpc.SpeechServiceStub(self._channel)
        self._cutscene_calls = cutscene_pb2_grpc.CutsceneServiceStub(self._channel)
        self.watch_calls = watch_pb2_grpc.WatchServiceStub(self._channel)

    @staticmethod
    def connect(
        address: str | None = None,
        token: str | None = None,
        fingerprint: str | None = None,
        *,
        client_name: str = "rsatalker",
        insecure: bool = False,
    ) -> SidecarClient:
        """Return a client of a sidecar that answers and speaks the same protocol.

        On this machine there is no TLS. Another machine's sidecar must show the certificate with the fingerprint that
        its `rsatalker serve --lan` printed; it is remembered, so that later calls need not name it.

        Args:
            address: Where it listens; without it, the runtime file says so.
            token: Of that sidecar; without it, the runtime file's.
            fingerprint: SHA-256 of the certificate of another machine's sidecar; without it, the remembered one.
            client_name: For the sidecar's log.
            insecure: The sidecar of the other machine was started with --insecure-lan: no TLS.

        Raises:
            UnreachableError: No sidecar answers.
            TrustError: The certificate is not known, or not the one that it should be.
            AuthenticationError: The token is another sidecar's, or there is none.
            ConfigError: The address is none.
            SidecarError: Its protocol has another major version.
        """
        http_address = ""
        if address is not None:
            check_address(address)
        if address is None or token is None:
            record = find_record() if address is None else read_record()
            if record is None:
                raise AuthenticationError(
                    f"The sidecar at {address} needs its token: none runs on this machine whose token could be meant. "
                    "Give the one that stands in its runtime file (`rsatalker status` takes it as --token)."
                )
            http_address = record.http_address if address in (None, record.address) else ""
            address, token = address or record.address, token or record.token
        certificate = None
        if not (insecure or is_loopback(address)):
            from sidecar.network.trust import trusted_certificate

            certificate = trusted_certificate(address, fingerprint)
        client = SidecarClient(address, token, certificate, http_address)
        try:
            client.info(client_name)
        except BaseException:
            client.close()
            raise
        return client

    def info(self, client_name: str = "rsatalker") -> sidecar_pb2.GetInfoResponse:
        """Return version, capabilities and limits."""
        request = sidecar_pb2.GetInfoRequest(protocol_version=PROTOCOL_VERSION, client_name=client_name)
        return self.call(self._sidecar.GetInfo, request)

    def avatars(self) -> list[sidecar_pb2.Avatar]:
        """Return the cast."""
        return list(self.call(self._sidecar.ListAvatars, sidecar_pb2.ListAvatarsRequest()).avatars)

    def status(self) -> sidecar_pb2.GetStatusResponse:
        """Return timings of the stages and the state of all conversations."""
        return self.call(self._sidecar.GetStatus, sidecar_pb2.GetStatusRequest())

    def is_serving(self) -> bool:
        """Return whether the sidecar is healthy."""
        answer = self.call(
            self._health.Check,  # type: ignore[attr-defined]  # grpc_health has no stubs
            health_pb2.HealthCheckRequest(),
        )
        return answer.status == health_pb2.HealthCheckResponse.SERVING

    def create_conversation(
        self,
        avatar_a: str,
        avatar_b: str,
        relationship: Relationship | None = None,
        *,
        width: int = 0,
        height: int = 0,
        layers: int = 1,
        seed: int = 0,
        starts_with_speech: bool = False,
        motion_only: bool = False,
        pixels_per_degree: float = 0.0,
        world_from_heads: Float32[np.ndarray, "2 4 4"] | None = None,
    ) -> RemoteConversation:
        """Begin a conversation and open its regions.

        Args:
            avatar_a: Name from `avatars`.
            avatar_b: Name from `avatars`; may be the same.
            relationship: Who they are to each other; without it, strangers of equal status.
            width: Pixels of one layer; 0: the sidecar's default.
            height: Pixels of one layer; 0: the sidecar's default.
            layers: 1, or 2 for both eyes.
            seed: Chance of blinks, nods and glances.
            starts_with_speech: Nothing moves or comes before the first utterance; with the same seed and audio, motion
                is then the same: of a whole clip to the bit, of a stream but for rounding.
            motion_only: No frames.
            pixels_per_degree: Of the display: heads far away are drawn no finer than it shows them. 0: unknown.
            world_from_heads: Where they stand; without it, 1.2 m apart and facing each other.

        Raises:
            SidecarError: The sidecar refused; the message says why.
        """
        request = creation(
            (avatar_a, avatar_b),
            relationship,
            conversation_pb2.FrameSetup(
                width=width,
                height=height,
                layers=layers,
                motion_only=motion_only,
                pixels_per_degree=pixels_per_degree,
            ),
            world_from_heads,
            seed,
            starts_with_speech=starts_with_speech,
        )
        return RemoteConversation(self, self.call(self.conversation_calls.CreateConversation, request, CREATE_S))

    def create_distant_conversation(self, request: conversation_pb2.CreateConversationRequest) -> ConversationCalls:
        """Begin a conversation whose regions this process does not open: of a sidecar on another machine.

        Args:
            request: From `creation`.
        """
        return ConversationCalls(self, self.call(self.conversation_calls.CreateConversation, request, CREATE_S))

    def render_cutscene(
        self, output_path: str, *, script_toml: str = "", script_path: str = ""
    ) -> Generator[cutscene_pb2.CutsceneProgress]:
        """Render a cutscene and yield how far it is; closing the generator does not end the rendering.

        Args:
            output_path: Where results go, in the sidecar's cutscene folder.
            script_toml: The script as text; its files are relative to that folder.
            script_path: Or where it lies in that folder.

        Raises:
            InvalidRequestError: The script says what cannot be, or a path leads elsewhere.
            SidecarError: The rendering failed; what is finished is kept, and asking again goes on from there.
        """
        request = cutscene_pb2.RenderCutsceneRequest(
            script_toml=script_toml, script_path=script_path, output_path=output_path
        )
        for response in self.stream(self._cutscene_calls.RenderCutscene, request):
            yield response.progress

    def cutscene(self, cutscene_id: str) -> cutscene_pb2.CutsceneProgress:
        """Return how far a cutscene is."""
        request = cutscene_pb2.GetCutsceneRequest(cutscene_id=cutscene_id)
        return self.call(self._cutscene_calls.GetCutscene, request).progress

    def cancel_cutscene(self, cutscene_id: str) -> cutscene_pb2.CutsceneProgress:
        """End a cutscene; finished frames are kept."""
        request = cutscene_pb2.CancelCutsceneRequest(cutscene_id=cutscene_id)
        return self.call(self._cutscene_calls.CancelCutscene, request).progress

    def call(self, method: Any, request: Any, timeout_s: float = CALL_S) -> Any:
        """Return a call's answer.

        Raises:
            SidecarError: The call failed; the message is the sidecar's.
        """
        try:
            return method(request, timeout=timeout_s, metadata=self._metadata)
        except grpc.RpcError as error:
            raise self._error(error) from error

    def stream(self, method: Any, request: Any) -> Generator[Any]:
        """Yield the messages of a stream until it ends or the generator is closed.

        Raises:
            SidecarError: The stream broke off; the message is the sidecar's.
        """
        messages = method(request, metadata=self._metadata)
        try:
            yield from messages
        except grpc.RpcError as error:
            raise self._error(error) from error
        finally:
            messages.cancel()

    def close(self) -> None:
        """Let go of the connection; conversations stay until they are closed or their lease ends."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _error(self, error: Any) -> Exception:
        if error.code() == grpc.StatusCode.UNAVAILABLE:
            return UnreachableError(
                f"No sidecar answers at {self.address}. Start one with `rsatalker serve`, or give the address of a "
                "running one."
            )
        if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
            return UnreachableError(
                f"The sidecar at {self.address} takes too long to answer; is the machine overloaded?"
            )
        return error_of(error.code(), error.details() or "the call failed without a message")


def check_address(address: str) -> None:
    """Raise ConfigError unless an address is a host and a port."""
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ConfigError(f"The address is {address!r}; expected host:port of gRPC, such as 192.168.1.5:50551.")


def is_loopback(address: str) -> bool:
    """Return whether "host:port" is on this machine."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"
