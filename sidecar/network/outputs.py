"""Motion sent to other programs while a conversation plays: Live Link Face and VMC, over UDP, on the playback clock.

Nothing is sent but to the addresses that the client named, which are of this machine, or of the LAN if the sidecar
serves it. A packet that cannot be sent is counted and forgotten: the next one is due in 17 ms.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from rsatalker.motion.pose import FlamePose
from sidecar.errors import InvalidRequestError
from sidecar.network import live_link, vmc
from sidecar.v1 import conversation_pb2

RATE_HZ = 60  # of packets to each receiver; motion is interpolated
DEFAULT_SUBJECTS = ("RSATalkerA", "RSATalkerB")

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class OutputTargets:
    """Where the motion of a conversation goes.

    Attributes:
        live_link: Receiver of both faces.
        subjects: Their names in Live Link.
        vmc: Receivers of a and b.
        devices: Stand for the telephones of a and b in Live Link.
    """

    live_link: Address | None = None
    subjects: tuple[str, str] = DEFAULT_SUBJECTS
    vmc: tuple[Address | None, Address | None] = (None, None)
    devices: tuple[uuid.UUID, uuid.UUID] = field(default_factory=lambda: (uuid.uuid4(), uuid.uuid4()))

    @property
    def are_none(self) -> bool:
        """Whether nothing is to be sent."""
        return self.live_link is None and self.vmc == (None, None)

    def packets(self, participant: int, timeline_us: int, pose: FlamePose) -> list[tuple[bytes, Address]]:
        """Return what is due for one head at one instant, and where it goes."""
        found: list[tuple[bytes, Address]] = []
        if self.live_link:
            values = live_link.live_link_values(pose)
            device, subject = self.devices[participant], self.subjects[participant]
            found.append((live_link.live_link_packet(device, subject, timeline_us, RATE_HZ, values), self.live_link))
        receiver = self.vmc[participant]
        if receiver:
            found += [(datagram, receiver) for datagram in vmc.vmc_datagrams(pose)]
        return found


def targets_from(message: conversation_pb2.Outputs, allows_lan: bool) -> OutputTargets:
    """Return what a client asks for.

    Raises:
        InvalidRequestError: An address or a name cannot be had.
    """
    face, receivers = message.live_link_face, list(message.vmc.addresses)
    subjects = tuple(face.subjects) or DEFAULT_SUBJECTS
    if len(subjects) != 2 or not all(0 < len(name.encode()) <= live_link.LONGEST_SUBJECT for name in subjects):
        raise InvalidRequestError(
            f"subjects are {list(subjects)}; expected 2 names of 1 to {live_link.LONGEST_SUBJECT} bytes, or none."
        )
    if len(receivers) not in (0, 2):
        raise InvalidRequestError(
            f"{len(receivers)} addresses for VMC; expected 2, of which one may be empty, or none."
        )
    first, second = receivers or ("", "")
    return OutputTargets(
        _address_from("live_link_face", face.address, live_link.DEFAULT_PORT, allows_lan),
        (subjects[0], subjects[1]),
        (
            _address_from("vmc of a", first, vmc.DEFAULT_PORT, allows_lan),
            _address_from("vmc of b", second, vmc.DEFAULT_PORT, allows_lan),
        ),
    )


def _address_from(name: str, text: str, default_port: int, allows_lan: bool) -> Address | None:
    """Return an address as sockets take it; names are not looked up, so that nobody else decides where motion goes."""
    if not text:
        return None
    host, port = text, str(default_port)
    if text.startswith("[") and "]" in text:
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if rest else port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        place = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        number = int(port) if port.isascii() and port.isdigit() else 0
    except ValueError:
        place, number = None, 0
    if place is None or not 1 <= number <= 65535:
        raise InvalidRequestError(
            f'address of {name} is {text!r}; expected "host:port" with an IP address or localhost, such as '
            f'"127.0.0.1:{default_port}".'
        )
    if place.is_multicast or place.is_unspecified or not (place.is_loopback or place.is_private or place.is_link_local):
        raise InvalidRequestError(f"address of {name} is {text!r}; expected one of this machine or of the LAN.")
    if not place.is_loopback and not allows_lan:
        raise InvalidRequestError(
            f"address of {name} is {text!r}, another machine; start the sidecar with --lan to send motion there."
        )
    return str(place), number


class UdpSender:
    """Sends datagrams without ever waiting. One thread."""

    def __init__(self) -> None:
        self._sockets: dict[socket.AddressFamily, socket.socket] = {}

    def send(self, packet: bytes, address: Address) -> bool:
        """Send one datagram and return whether the system took it."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            if family not in self._sockets:
                self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
                self._sockets[family].setblocking(False)
            self._sockets[family].sendto(packet, address)
        except OSError:  # nobody listens, no route, a full buffer: all pass by, or show in the count
            return False
        return True

    def close(self) -> None:
        """Give the ports back. Can be called twice."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()


Send = Callable[[bytes, Address], bool]


class Outputs:
    """What one conversation sends. Services set it; one thread sends.

    Attributes:
        targets: Where to.
        sent: Packets that the system took.
        failed: Packets that it did not.
    """

    def __init__(self) -> None:
        self.targets = OutputTargets()
        self.sent = 0
        self.failed = 0

    def send(self, participant: int, timeline_us: int, pose: FlamePose, send: Send) -> None:
        """Send one instant of one head."""
        for packet, address in self.targets.packets(participant, timeline_us, pose):
            if send(packet, address):
                self.sent += 1
            else:
                self.failed += 1
