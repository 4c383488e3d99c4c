"""Processes that end: what they leave behind, and who cleans it up."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from running_sidecar import RunningSidecar
from waiting import LONGEST_S, until

from sidecar.client import SidecarClient
from sidecar.errors import FrameRingError, NotFoundError, RegionNotFound, UnreachableError
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.layout import RegionState
from sidecar.runtime_file import read_record, runtime_file
from sidecar.server import INTERRUPTED

pytestmark = pytest.mark.integration

SERVE = Path(__file__).parents[1] / "fakes" / "serve_light_studio.py"


class Process:
    """A sidecar in a process of its own."""

    def __init__(self, port: int = 0, **options: object) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, str(SERVE), str(port), json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=SERVE.parents[2],
            env=os.environ | {"PYTHONPATH": str(SERVE.parents[2])},
        )
        self.said = ""

    def until_said(self, words: str) -> str:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.said += line
            if words in line:
                return line
        raise AssertionError(f"the sidecar ended without {words!r}; it said:\n{self.said}")

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        if self.popen.stdout:
            self.popen.stdout.close()


@pytest.fixture
def spawn() -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(port: int = 0, **options: object) -> Process:
        started.append(Process(port, **options))
        return started[-1]

    yield begin
    for process in started:
        process.end()


def test_killed_sidecar_is_noticed_and_the_next_one_cleans_up(spawn: Callable[..., Process]):
    first = spawn()
    first.until_said("listens on")
    with SidecarClient.connect() as client:
        conversation = client.create_conversation("ann", "bob")
        names = [conversation.frames[0].name, conversation.motion.name, conversation.engine.name]
        until(conversation.frames[0].latest, "a frame")
        first.popen.kill()
        first.popen.wait()
        until(lambda: conversation.frames[0].writer_is_lost, "the reader to notice")
        with pytest.raises(UnreachableError):
            client.info()
        conversation.abandon()
    assert runtime_file().exists()
    assert read_record() is None
    second = spawn()
    second.until_said("listens on")
    for name in names:
        with pytest.raises(RegionNotFound):
            FrameRingReader(name)
    with SidecarClient.connect() as client:
        assert client.is_serving()


def is_gone(region: str) -> bool:
    try:
        FrameRingReader(region).close()
    except RegionNotFound:
        return True
    return False


@pytest.fixture
def unmasked() -> Iterator[None]:
    """Let sidecars hear SIGHUP, also where `nohup` has let these tests ignore it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform == "win32", reason="a process without a console cannot be interrupted on Windows")
@pytest.mark.usefixtures("unmasked")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_interrupted_sidecar_tells_readers_and_leaves_nothing(spawn: Callable[..., Process], number: signal.Signals):
    process = spawn()
    process.until_said("listens on")
    with SidecarClient.connect() as client:
        conversation = client.create_conversation("ann", "bob")
        name = conversation.frames[0].name
        process.popen.send_signal(number)
        process.until_said("Stopped; all regions are removed.")
        assert process.popen.wait(LONGEST_S) == 0
        assert conversation.frames[0].state == RegionState.STOPPING
        conversation.abandon()
    assert not runtime_file().exists()
    with pytest.raises(RegionNotFound):
        FrameRingReader(name)


@pytest.mark.skipif(sys.platform == "win32", reason="a process without a console cannot be interrupted on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_sidecar_that_is_interrupted_while_it_warms_up_ends_at_once(
    spawn: Callable[..., Process], number: signal.Signals
):
    process = spawn(warm_up=True)
    process.until_said("warming")
    process.popen.send_signal(number)
    process.until_said("Stopped; all regions are removed.")
    assert process.popen.wait(LONGEST_S) == INTERRUPTED
    assert not runtime_file().exists()


def test_sidecar_ends_with_the_process_that_it_was_told_to_end_with(spawn: Callable[..., Process]):
    starter = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
    try:
        process = spawn(stop_with=starter.pid)
        process.until_said("listens on")
    finally:
        starter.kill()
        starter.wait()
    process.until_said(f"Process {starter.pid}, with which this sidecar stops (--stop-with), does not run any more.")
    process.until_said("Stopped; all regions are removed.")
    assert process.popen.wait(LONGEST_S) == 0
    assert not runtime_file().exists()


def test_second_sidecar_says_where_the_first_one_is(spawn: Callable[..., Process]):
    first = spawn()
    address = first.until_said("listens on").split()[4].rstrip(".")
    second = spawn(int(address.rpartition(":")[2]))
    line = second.until_said("errors.ConfigError:")
    assert f"Another sidecar (pid {first.popen.pid}) answers at {address}" in line
    assert second.popen.wait(LONGEST_S) != 0


def test_port_of_another_program_is_named(spawn: Callable[..., Process]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = spawn(port).until_said("errors.ConfigError:")
    assert f"Port {port} is taken by another program. Choose another with --port, or 0 for a free one." in line


def test_conversation_of_a_client_that_died_is_closed(start: Callable[..., RunningSidecar]):
    with start(lease_s=1.0).connect() as client:
        conversation = client.create_conversation("ann", "bob")
        name = conversation.frames[0].name
        conversation.abandon()
        until(lambda: not client.status().conversations, "the lease to end")
        until(lambda: is_gone(name), "the region to be removed")
        with pytest.raises(NotFoundError, match="it was closed, or nothing named it for 1 s"):
            conversation.keep_alive()


def test_conversation_whose_regions_cannot_be_opened_is_closed_again(client: SidecarClient, monkeypatch):
    from sidecar import remote_conversation

    opened = []

    class Watched(FrameRingReader):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            opened.append(self)

    def blind(name: str) -> None:
        raise RegionNotFound(f"There is no region {name}.")

    monkeypatch.setattr(remote_conversation, "FrameRingReader", Watched)
    monkeypatch.setattr(remote_conversation, "MotionRingReader", blind)
    with pytest.raises(RegionNotFound):
        client.create_conversation("ann", "bob")
    assert not client.status().conversations
    for reader in opened:
        with pytest.raises(FrameRingError, match="has been closed"):
            reader.latest()


def test_client_renews_its_lease_by_itself(running: RunningSidecar, monkeypatch):
    """Several times before it ends; here every few milliseconds of one that no machine is slow enough to miss."""
    from sidecar import conversation_calls

    assert conversation_calls.KEEP_ALIVE_SHARE < 0.5
    monkeypatch.setattr(conversation_calls, "KEEP_ALIVE_SHARE", 0.0005)
    assert running.sidecar is not None
    with running.connect() as client, client.create_conversation("ann", "bob") as named:
        conversation = running.sidecar.conversations.find(named.conversation_id)
        for _ in range(3):
            touched_ns = conversation.touched_ns
            until(lambda before_ns=touched_ns: conversation.touched_ns > before_ns, "the next renewal")


def test_runtime_file_is_for_its_user_only(running: RunningSidecar):
    assert running.address in runtime_file().read_text()
    if sys.platform != "win32":
        assert runtime_file().stat().st_mode & 0o777 == 0o600


def test_log_tells_who_came_and_what_began_and_ended_and_nothing_else(
    running: RunningSidecar, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    with running.connect() as client:
        for _ in range(3):
            client.info("Unity\n2022 \x1b[31m")
        with client.create_conversation("ann", "bob") as conversation:
            conversation.speak(np.zeros(1600, np.float32), 16_000, "a")
            until(conversation.frames[0].latest, "a frame")
    said = [record.getMessage() for record in caplog.records if record.name.startswith("sidecar")]
    name = conversation.conversation_id
    assert said == [
        "client rsatalker",
        "client Unity2022 [31m",
        f"conversation {name}: begins",
        f"conversation {name}: closed",
    ]
