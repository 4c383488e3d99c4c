"""The sidecar process: builds everything, warms up, serves, cleans up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import metadata

from sidecar.config import ServeOptions
from sidecar.conversations import Conversations
from sidecar.cutscenes.film_queue import FilmQueue
from sidecar.cutscenes.folder import CutsceneFolder, default_folder
from sidecar.errors import ConfigError
from sidecar.frame_loop import FrameLoop
from sidecar.garbage import collection_put_off
from sidecar.heart import Heart
from sidecar.leases import LOOK_S
from sidecar.loop import Loop
from sidecar.messages import status_message
from sidecar.motion_loop import MotionLoop
from sidecar.network.endpoints import Endpoints, bracketed
from sidecar.network.lan import LanAccess, lan_access
from sidecar.network.metrics import metrics_text
from sidecar.network.web_client import PAGE, WebClient
from sidecar.output_loop import OutputLoop
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.shared_memory import remove_dead_regions
from sidecar.runtime_file import (
    RuntimeRecord,
    already_running,
    read_record,
    remove_record,
    runtime_file,
    write_record,
)
from sidecar.services.assembly import services_of
from sidecar.signals import catch_signals, stop_when_gone
from sidecar.studio import Studio
from sidecar.timings import Timings

INTERRUPTED = 130  # exit code of a program that Ctrl+C ended, as shells count
WARM_UP = "warm-up"  # name of its thread
TOKEN_VARIABLE = "RSATALKER_TOKEN"
SHORTEST_TOKEN = 16  # characters

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
        address: Where it listens for gRPC, once started.
        http_address: Where it listens for HTTP, once started.
        record: What the runtime file says, once started.
        conversations: All that are open.
        films: Cutscenes that are rendered beside them.
    """

    def __init__(self, studio: Studio, options: ServeOptions, token: str) -> None:
        self.record: RuntimeRecord | None = None
        self._timings = Timings()
        self.conversations = Conversations(studio, options, self._timings)
        self.films = FilmQueue(CutsceneFolder(options.cutscenes or default_folder()))
        self._token = token
        self._lan = lan_access(options)
        self._started_ns = host_clock_ns()
        self._loops: tuple[Loop, ...] = (
            Heart(self.conversations),
            MotionLoop(self.conversations, host_clock_ns),
            FrameLoop(
                self.conversations, self._timings, options.frame_rate_hz, options.idle_frame_rate_hz, host_clock_ns
            ),
            OutputLoop(self.conversations, host_clock_ns),
        )
        self._services = services_of(
            studio, options, self.conversations, self.films, self._timings, sidecar_version(), host_clock_ns
        )
        self._endpoints = Endpoints(self._services, options, token, self._metrics, self._lan)
        self._leases: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def address(self) -> str:
        """Where it listens for gRPC on this machine."""
        return self._endpoints.address

    @property
    def http_address(self) -> str:
        """Where it listens for HTTP on this machine."""
        return self._endpoints.http_address

    @property
    def web(self) -> WebClient | None:
        """The page that shows conversations in a browser; None: it is not served."""
        return self._endpoints.web

    @property
    def lan(self) -> LanAccess | None:
        """How other machines reach it; None: not at all."""
        return self._lan

    def listen(self) -> None:
        """Take the ports; calls wait until `start`.

        Raises:
            ConfigError: A port is taken.
        """
        self._endpoints.listen()

    async def start(self) -> None:
        """Begin to serve, and say so in the runtime file.

        Raises:
            ConfigError: Another sidecar owns the runtime file.
        """
        certificate = self._lan.certificate if self._lan else None
        record = RuntimeRecord.of_this_process(
            self.address,
            self._token,
            sidecar_version(),
            self.http_address,
            certificate.fingerprint if certificate else "",
        )
        write_record(record)
        self.record = record
        for loop in self._loops:
            loop.start()
        self._leases = asyncio.create_task(self._end_leases())
        await self._endpoints.start()

    async def wait(self) -> None:
        """Return when somebody asks for the end."""
        await self._stopping.wait()

    def ask_to_stop(self) -> None:
        """Let `wait` return; on the event loop's thread only."""
        self._stopping.set()

    async def stop(self) -> None:
        """Answer what is on its way, close all conversations and remove everything that this process made."""
        try:
            if self._leases:
                self._leases.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._leases
            for service in self._services:
                service.close()
            await self._endpoints.stop()
        finally:
            await asyncio.to_thread(self._stop_loops)
            if self.record:
                remove_record(self.record)

    def _stop_loops(self) -> None:
        for loop in reversed(self._loops):
            loop.stop()
        self.conversations.close_all()
        self.films.close()

    def _metrics(self) -> str:
        uptime_ms = (host_clock_ns() - self._started_ns) // 1_000_000
        stages = self._timings.percentiles()
        status = status_message(uptime_ms, stages, self.conversations.all(), self.films.open_films())
        return metrics_text(status, sidecar_version())

    async def _end_leases(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                ended = await asyncio.to_thread(self.conversations.close_expired, host_clock_ns())
                for conversation in self.conversations.all():
                    conversation.voices.end_idle(host_clock_ns())
            except Exception:
                log.exception("leases could not be looked at")
                continue
            for conversation_id in ended:
                log.info("conversation %s: its lease is over", conversation_id)


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
    with collection_put_off():
        studio = open_studio(options)
    asyncio.run(_serve(studio, options, say))
    if any(thread.name == WARM_UP for thread in threading.enumerate()):
        os._exit(INTERRUPTED)  # it cannot be interrupted, and the interpreter would wait for what it compiles


async def _serve(studio: Studio, options: ServeOptions, say: Callable[[str], None]) -> None:
    sidecar = Sidecar(studio, options, new_token())
    release = catch_signals(sidecar.ask_to_stop)

    def gone() -> None:
        say(f"Process {options.stop_with}, with which this sidecar stops (--stop-with), does not run any more.")
        sidecar.ask_to_stop()

    watch = asyncio.create_task(stop_when_gone(options.stop_with, gone)) if options.stop_with else None
    try:
        sidecar.listen()
        if options.warm_up:
            say(f"Warming up ({studio.renderer_name} renderer); the first start on a machine takes a minute.")
            with collection_put_off():
                warm = await warmed_up(studio, sidecar)
            if not warm:
                return
        await sidecar.start()
        say(f"RSATalker {sidecar_version()} listens on {sidecar.address}. Ctrl+C ends it.")
        say(f"HTTP for plugins and curl: http://{sidecar.http_address}")
        say(f"Cutscenes of clients: {sidecar.films.folder.root}")
        for line in (*web_lines(sidecar), *lan_lines(sidecar)):
            say(line)
        await sidecar.wait()
    finally:
        if watch:
            watch.cancel()
        await sidecar.stop()
        release()
        say("Stopped; all regions are removed.")


async def warmed_up(studio: Studio, sidecar: Sidecar) -> bool:
    """Let a studio warm up in a thread of its own; return False as soon as somebody asks for the end meanwhile."""
    outcome: Future[None] = Future()

    def warm_up() -> None:
        try:
            outcome.set_result(studio.warm_up())
        except BaseException as error:  # noqa: BLE001  it is raised where the warm-up was asked for
            outcome.set_exception(error)

    threading.Thread(target=warm_up, name=WARM_UP, daemon=True).start()
    warming, stopping = asyncio.wrap_future(outcome), asyncio.create_task(sidecar.wait())
    await asyncio.wait((warming, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not warming.done():
        return False
    await warming
    return True


def web_lines(sidecar: Sidecar) -> list[str]:
    """Return where a browser shows conversations; nothing if the page is not served."""
    if sidecar.web is None:
        return []
    code, http_port = sidecar.web.code, sidecar.http_address.rpartition(":")[2]
    lines = [f"Look at a conversation: http://{sidecar.http_address}{PAGE}#{code}"]
    if sidecar.lan:
        scheme = "https" if sidecar.lan.certificate else "http"
        places = " or ".join(f"{scheme}://{bracketed(address)}:{http_port}{PAGE}" for address in sidecar.lan.addresses)
        lines.append(f"From a headset on the LAN: {places}, code {code}")
    return lines


def lan_lines(sidecar: Sidecar) -> list[str]:
    """Return what the user needs to let other machines in; nothing if none can reach the sidecar."""
    if sidecar.lan is None:
        return []
    port, http_port = (address.rpartition(":")[2] for address in (sidecar.address, sidecar.http_address))
    places = ", ".join(f"{address} (gRPC {port}, HTTP {http_port})" for address in sidecar.lan.addresses)
    certificate = sidecar.lan.certificate
    trust = "WITHOUT TLS: whoever listens on this network hears the voices and reads the token."
    if certificate:
        pairs = (certificate.fingerprint[at : at + 2] for at in range(0, len(certificate.fingerprint), 2))
        trust = f"Its certificate has the SHA-256 fingerprint {':'.join(pairs)}"
    return [
        f"On the LAN: {places}",
        trust,
        f"Other machines need the token in {runtime_file()}, or set {TOKEN_VARIABLE}.",
    ]
