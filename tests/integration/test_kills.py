"""kill -9 of sidecars, clients and both at once, fifty times at random moments: nothing leaks, everyone recovers."""

import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import until

from sidecar.client import SidecarClient
from sidecar.errors import SidecarError
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.shared_memory import NAME_PATTERN, owner_of, region_folder, remove_dead_regions
from sidecar.remote_conversation import RemoteConversation
from sidecar.runtime_file import read_record, runtime_file

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork, which makes fifty starts quick"),
]

FORK_SERVER = Path(__file__).parents[1] / "fakes" / "fork_server.py"
ROUNDS = 50
LONGEST_LIFE_S = 0.2  # of a victim, from when everyone stands: some die while a conversation is being made
RECOVERED_S = 1.0  # until a reader has frames of the next sidecar
VICTIMS = (("sidecar",), ("client",), ("sidecar", "client"))


class Processes:
    """At most one sidecar and one client, started by forks."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, str(FORK_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=FORK_SERVER.parents[2],
            env=os.environ | {"PYTHONPATH": str(FORK_SERVER.parents[2])},
        )
        self.pids: dict[str, int] = {}
        self.dead: set[int] = set()

    def start(self, kind: str) -> None:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(kind + "\n")
        self.server.stdin.flush()
        self.pids[kind] = int(self.server.stdout.readline())

    def kill(self, *kinds: str) -> None:
        pids = [self.pids.pop(kind) for kind in kinds]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(_is_there, pids)), "the killed to be gone")
        self.dead.update(pids)

    def end(self) -> None:
        for pid in self.pids.values():
            os.kill(pid, signal.SIGKILL)
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()
    remove_dead_regions()


class Observer:
    """A client that reads one conversation and, when its sidecar has gone, one of the next."""

    def __init__(self) -> None:
        self.client: SidecarClient | None = None
        self.conversation: RemoteConversation | None = None

    def join(self, pid: int) -> float:
        """Read a frame of a new conversation of this sidecar; return the seconds since it wrote its runtime file."""
        until(lambda: (record := read_record()) and record.pid == pid, "the next sidecar")
        stands = time.monotonic()
        self.client = until(_connected, "the next sidecar to answer")
        self.conversation = self.client.create_conversation("ann", "bob")
        until(self.conversation.frames[0].latest, "a frame")
        return time.monotonic() - stands

    def sees_frames(self) -> None:
        """Check that frames go on."""
        assert self.conversation is not None
        ring: FrameRingReader = self.conversation.frames[0]
        before = ring.published_count
        until(lambda: ring.published_count > before, "frames to go on")

    def notices(self) -> float:
        """Return the seconds until the region of a killed sidecar says so."""
        assert self.conversation is not None
        killed = time.monotonic()
        ring = self.conversation.frames[0]
        until(lambda: ring.writer_is_lost, "the reader to notice")
        return time.monotonic() - killed

    def leave(self) -> None:
        if self.conversation and self.client:
            self.conversation.abandon()
            self.client.close()


def _connected() -> SidecarClient | None:
    try:
        return SidecarClient.connect()
    except SidecarError:
        return None


def regions_of(pids: set[int]) -> list[str]:
    """Return the regions whose owner is one of these."""
    files = [file for file in region_folder().glob("{*}") if NAME_PATTERN.fullmatch(file.name)]
    return [file.name for file in files if (owner := owner_of(file)) is not None and owner.pid in pids]


def test_fifty_kills_leave_nothing_and_readers_recover(processes: Processes) -> None:
    chance = random.Random(5)
    pause = threading.Event()
    observer = Observer()
    noticed, recovered = [], []
    processes.start("sidecar")
    observer.join(processes.pids["sidecar"])
    processes.start("client")
    for number in range(ROUNDS):
        victims = VICTIMS[number % len(VICTIMS)]
        pause.wait(chance.uniform(0, LONGEST_LIFE_S))
        processes.kill(*victims)
        if "sidecar" in victims:
            if number % 4 == 0:  # half a second each; the others reconnect without waiting for the region to age
                noticed.append(observer.notices())
            observer.leave()
            processes.start("sidecar")
            recovered.append(observer.join(processes.pids["sidecar"]))
            assert regions_of(processes.dead) == []
        observer.sees_frames()
        if "client" in victims:
            processes.start("client")
    assert observer.client is not None
    processes.kill("client")
    # Conversations of dead clients end with their lease: what is left is the observer's.
    until(lambda: len(observer.client.status().conversations) == 1, "leases to end")
    until(
        lambda: len(regions_of({processes.pids["sidecar"]})) == 4, "regions of those whose lease is over to be removed"
    )
    assert {file.name for file in runtime_file().parent.iterdir()} <= {"sidecar.json", "sidecar.lock"}
    observer.leave()
    print(f"noticed: median {statistics.median(noticed):.3f} s, most {max(noticed):.3f} s")  # noqa: T201  with -s
    print(f"recovered: median {statistics.median(recovered):.3f} s, most {max(recovered):.3f} s")  # noqa: T201
    assert min(noticed) < RECOVERED_S  # whoever has to wait for something waits every time; a busy machine is not
    assert min(recovered) < RECOVERED_S
