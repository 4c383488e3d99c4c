"""Two machines on a network of their own: network namespaces, joined by a cable or by one that loses frames."""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TAP, IFF_NO_PI = 0x2, 0x1000
NETWORK = "10.77.31"  # of the two, and of nobody else: the namespaces have no way out
FAKES = Path(__file__).parent
NUMBERS = count()  # of the namespaces of this process


@dataclass(frozen=True)
class Machine:
    """A network namespace.

    Attributes:
        name: Of the namespace.
        interface: Its network interface.
        address: On it.
        folder: For its files.
    """

    name: str
    interface: str
    address: str
    folder: Path

    def start(self, program: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start one of the fakes' programs on this machine."""
        environment = {
            **os.environ,
            "RSATALKER_RUNTIME": str(self.folder / "runtime"),
            "RSATALKER_STATE": str(self.folder / "state"),
            **variables,
        }
        command = ["ip", "netns", "exec", self.name, sys.executable, str(FAKES / program), *arguments]
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def two_machines(folder: Path, *, lost: float = 0.0, delay_s: float = 0.0) -> Iterator[tuple[Machine, Machine]]:
    """Yield two machines; a share of the frames between them is lost, and the others come late, if asked."""
    demand_namespaces()
    machines: list[Machine] = []
    with ExitStack() as undone:
        for index in (1, 2):
            name = f"rsa{os.getpid()}n{next(NUMBERS)}"  # of an interface, too: 15 letters at most
            ip("netns", "add", name)
            undone.callback(ip, "netns", "del", name)
            machines.append(Machine(name, name, f"{NETWORK}.{index}", folder / name))
        if lost or delay_s:
            undone.enter_context(_lossy_cable(machines, lost, delay_s))
        else:
            _cable(machines)
        for machine in machines:
            machine.folder.mkdir()
            ip("-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", machine.interface)
            for interface in (machine.interface, "lo"):
                ip("-n", machine.name, "link", "set", interface, "up")
        yield machines[0], machines[1]


def demand_namespaces() -> None:
    """Skip the test where there are no network namespaces; in CI, a missing tool is a failure."""
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    if shutil.which("ip") is None:
        assert os.environ.get("CI") != "true", "the program `ip` is missing: install iproute2"
        pytest.skip("the program `ip` (iproute2) is missing")
    name = f"rsat{os.getpid()}try"
    tried = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"this user may not make network namespaces: {tried.stderr.strip()}")
    ip("netns", "del", name)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _cable(machines: list[Machine]) -> None:
    first, second = machines
    ip(
        *("link", "add", first.interface, "netns", first.name, "type", "veth"),
        *("peer", "name", second.interface, "netns", second.name),
    )


@contextmanager
def _lossy_cable(machines: list[Machine], lost: float, delay_s: float) -> Iterator[None]:
    """Join the machines by a thread that carries frames between two TAP devices.

    The kernel's own way, `tc qdisc add ... netem`, needs a module that many kernels of containers lack.
    """
    if not Path("/dev/net/tun").exists():
        pytest.skip("there is no /dev/net/tun here")
    ends = []
    for machine in machines:
        end = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", machine.interface.encode(), IFF_TAP | IFF_NO_PI))
        ip("link", "set", machine.interface, "netns", machine.name)
        os.set_blocking(end, False)
        ends.append(end)
    stop, stopped = os.pipe()
    carrier = threading.Thread(target=_carry, args=(ends, stop, lost, delay_s), name="cable")
    carrier.start()
    try:
        yield
    finally:
        os.write(stopped, b"x")
        carrier.join()
        for end in (*ends, stop, stopped):
            os.close(end)


def _carry(ends: list[int], stop: int, lost: float, delay_s: float) -> None:
    dice, numbers = random.Random(7), count()
    on_the_way: list[tuple[float, int, int, bytes]] = []
    while True:
        wait_s = max(on_the_way[0][0] - time.monotonic(), 0) if on_the_way else None
        ready, _, _ = select.select([*ends, stop], [], [], wait_s)
        if stop in ready:
            return
        for end in ready:
            frame = os.read(end, 65536)
            if dice.random() >= lost:
                other = ends[1 - ends.index(end)]
                heapq.heappush(on_the_way, (time.monotonic() + delay_s, next(numbers), other, frame))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(on_the_way)
            try:
                os.write(end, frame)
            except OSError:  # its machine is not up yet, or takes no more: lost
                continue
