"""The sidecar process: builds everything, warms up, serves, cleans up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from importlib import metadata
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.errors import ConfigError
from sidecar.frame_loop import FrameLoop
from sidecar.heart import Heart
from sidecar.loop import Loop
from sidecar.motion_loop import MotionLoop
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.shared_memory import remove_dead_regions
from sidecar.runtime_file import RuntimeRecord, already_running, read_record, remove_record, write_record
from sidecar.services.conversation_service import ConversationService
from sidecar.services.guard import Guard
from sidecar.services.sidecar_service import SidecarService
from sidecar.services.speech_service import SpeechService
from sidecar.studio import Studio
from sidecar.timings import Timings
from sidecar.v1 import (
    conversation_pb2,
    conversation_pb2_grpc,
    sidecar_pb2,
    sidecar_pb2_grpc,
    speech_pb2,
    speech_pb2_grpc,
)

LARGEST_MESSAGE = 128 << 20  # bytes: 300 s of two channels at 48 kHz as floats are 115 MB
LEASE_CHECK_S = 1.0  # between looks for leases that are over
GRACE_S = 1.0  # for calls on their way when the sidecar stops
TOKEN_VARIABLE = "RSATALKER_TOKEN"
SHORTEST_TOKEN = 16  # characters
SERVICES = tuple(
    file.DESCRIPTOR.services_by_name[name].full_name
    for file, name in (
        (sidecar_pb2, "SidecarService"),
        (conversation_pb2, "ConversationService"),
        (speech_pb2, "SpeechService"),
    )
)

log = logging.getLogger(__name__)


def sidecar_version() -> str:
    """Return the version of the installed package."""
    try:
        return metadata.version("rsatalker")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        return "0+unknown"


def new_token() -> str:
    """Return the token of this run: from the environment, else random."""
    token = os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(32)
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise ConfigError(f"{TOKEN_VARIABLE} must have at least {SHORTEST_TOKEN} printable ASCII characters.")
    return token


class Sidecar:
    """A sidecar in this process, made on the event loop that it runs on: `listen`, `start`, `wait`, `stop`.

    Attributes:
        address: Where it listens, once started.
        record: What the runtime file says, once started.
        conversations: All that are open.
    """

    def __init__(self, studio: Studio, options: ServeOptions, token: str) -> None:
        self.address = ""
        self.record: RuntimeRecord | None = None
        timings = Timings()
        self.conversations = Conversations(studio, options, timings)
        self._studio = studio
        self._options = options
        self._token = token
        self._loops: tuple[Loop, ...] = (
            Heart(self.conversations),
            MotionLoop(self.conversations, host_clock_ns),
            FrameLoop(self.conversations, timings, options.frame_rate_hz, options.idle_frame_rate_hz, host_clock_ns),
        )
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # grpc_health has no stubs
        self._server = self._build_server(timings)
        self._leases: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def listen(self) -> None:
        """Take the port; calls wait until `start`.

        Raises:
            ConfigError: The port is taken.
        """
        host = "127.0.0.1" if self._options.host == "localhost" else self._options.host
        host = f"[{host}]" if ":" in host else host
        try:
            port = self._server.add_insecure_port(f"{host}:{self._options.port}")
        except RuntimeError as error:
            raise ConfigError(port_taken(f"{host}:{self._options.port}")) from error
        self.address = f"{host}:{port}"

    async def start(self) -> None:
        """Begin to serve, and say so in the runtime file.

        Raises:
            ConfigError: Another sidecar owns the runtime file.
        """
        record = RuntimeRecord.of_this_process(self.address, self._token, sidecar_version())
        write_record(record)
        self.record = record
        for loop in self._loops:
            loop.start()
        self._leases = asyncio.create_task(self._end_leases())
        await self._server.start()
        for service in ("", *SERVICES):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def wait(self) -> None:
        """Return when somebody asks for the end."""
        await self._stopping.wait()

    def ask_to_stop(self) -> None:
        """Let `wait` return; on the event loop's thread only."""
        self._stopping.set()

    async def stop(self) -> None:
        """Answer what is on its way, close all conversations and remove everything that this process made."""
        try:
            await self._health.enter_graceful_shutdown()
            if self._leases:
                self._leases.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._leases
            await self._server.stop(GRACE_S)
        finally:
            await asyncio.to_thread(self._stop_loops)
            if self.record:
                remove_record(self.record)

    def _stop_loops(self) -> None:
        for loop in reversed(self._loops):
            loop.stop()
        self.conversations.close_all()

    def _build_server(self, timings: Timings) -> grpc.aio.Server:
        options = [
            ("grpc.so_reuseport", 0),  # else Linux lets a second sidecar share the port in silence
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ]
        server = grpc.aio.server(interceptors=[Guard(self._token)], options=options)
        sidecar_pb2_grpc.add_SidecarServiceServicer_to_server(
            SidecarService(self._studio, self._options, self.conversations, timings, sidecar_version(), host_clock_ns),
            server,
        )
        conversation_pb2_grpc.add_ConversationServiceServicer_to_server(
            ConversationService(self.conversations, self._options), server
        )
        speech_pb2_grpc.add_SpeechServiceServicer_to_server(SpeechService(self.conversations, host_clock_ns), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        return server

    async def _end_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE_CHECK_S)
            try:
                ended = await asyncio.to_thread(self.conversations.close_expired, host_clock_ns())
                for conversation in self.conversations.all():
                    conversation.voices.end_idle(host_clock_ns())
            except Exception:
                log.exception("leases could not be looked at")
                continue
            for conversation_id in ended:
                log.info("conversation %s: its lease is over", conversation_id)


def port_taken(address: str) -> str:
    """Return the sentence for a port that cannot be had."""
    other = read_record()
    if other is not None and other.address == address:
        return already_running(other)
    port = address.rpartition(":")[2]
    return f"Port {port} is taken by another program. Choose another with --port, or 0 for a free one."


def serve(options: ServeOptions, open_studio: Callable[[ServeOptions], Studio], say: Callable[[str], None]) -> None:
    """Run a sidecar until it is interrupted.

    Args:
        options: Of the command line.
        open_studio: Makes the heavy parts.
        say: Receives a line for the user at each step.

    Raises:
        ConfigError: Another sidecar runs here, or the port is taken.
    """
    other = read_record()
    if other is not None:
        raise ConfigError(already_running(other))
    removed = remove_dead_regions()
    if removed:
        say(f"Removed {len(removed)} region(s) that a sidecar left behind when it was killed.")
    asyncio.run(_serve(open_studio(options), options, say))


async def _serve(studio: Studio, options: ServeOptions, say: Callable[[str], None]) -> None:
    sidecar = Sidecar(studio, options, new_token())
    release = _catch_signals(sidecar.ask_to_stop)
    try:
        sidecar.listen()
        if options.warm_up:
            say(f"Warming up ({studio.renderer_name} renderer); the first start on a machine takes a minute.")
            await asyncio.to_thread(studio.warm_up)
        await sidecar.start()
        say(f"RSATalker {sidecar_version()} listens on {sidecar.address}. Ctrl+C ends it.")
        await sidecar.wait()
    finally:
        await sidecar.stop()
        release()
    say("Stopped; all regions are removed.")


def _catch_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Let SIGINT and SIGTERM (Windows: Ctrl+C and Ctrl+Break) call `stop` on this loop; return what undoes it."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    if sys.platform == "win32":  # the Proactor loop has no add_signal_handler
        caught = (signal.SIGINT, signal.SIGBREAK)

        def on_signal(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(stop)

        before = [signal.signal(number, on_signal) for number in caught]

        def restore() -> None:
            for number, old in zip(caught, before, strict=True):
                signal.signal(number, old)

        return restore
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)

    def release() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    return release
