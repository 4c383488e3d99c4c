"""Motion reaches other programs over UDP while a conversation plays, and stops when it is told to."""

import socket
import struct
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from light_studio import JAW_OPEN
from running_sidecar import RunningSidecar
from waiting import LONGEST_S, until

from sidecar.client import SidecarClient
from sidecar.errors import InvalidRequestError
from sidecar.remote_conversation import RemoteConversation

pytestmark = pytest.mark.integration

RATE_HZ = 16_000
PACKETS = 30
SPOKEN_S = 8


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(LONGEST_S)
        yield opened


def address_of(receiver: socket.socket) -> str:
    return f"127.0.0.1:{receiver.getsockname()[1]}"


def read_face(packet: bytes) -> tuple[str, float, float]:
    """Return subject, time in seconds and the opening of the jaw, as Live Link would read them."""
    assert packet[:5] == b"\x06\0\0\0$"
    (length,) = struct.unpack_from(">i", packet, 41)
    subject = packet[45 : 45 + length].decode()
    frame, part, rate, divisor, count = struct.unpack_from(">ifiiB", packet, 45 + length)
    assert (count, len(packet)) == (61, 45 + length + 17 + 61 * 4)
    weights = struct.unpack_from(">61f", packet, 45 + length + 17)
    return subject, (frame + part) * divisor / rate, weights[JAW_OPEN]


def test_both_faces_reach_live_link_in_time_and_interpolated(
    start: Callable[..., RunningSidecar], receiver: socket.socket
):
    running = start(frame_rate_hz=10)  # heads are drawn less often than packets are sent
    with running.connect() as client, client.create_conversation("ann", "bob") as conversation:
        spoken = conversation.speak(np.linspace(0, 1, SPOKEN_S * RATE_HZ, dtype=np.float32), RATE_HZ, "a")
        conversation.set_outputs(live_link_face=address_of(receiver), subjects=("Ann", "Bob"))
        found: dict[str, list[tuple[float, float]]] = {"Ann": [], "Bob": []}

        def times_go_on() -> bool:
            """Tell whether the clock went on between two ticks of the frame loop, which late motion keeps it from."""
            subject, time_s, jaw = read_face(receiver.recv(2000))
            found[subject].append((time_s, jaw))
            newest = [time_s for time_s, jaw in found["Ann"][-PACKETS:] if jaw > 0.01]
            return len(newest) == PACKETS and len(set(newest)) > 0.8 * PACKETS

        until(times_go_on, "packets of as many times", look_s=0)
        assert len(found["Bob"]) >= PACKETS
        assert all(jaw == 0 for _, jaw in found["Bob"])
        assert all(before[0] <= after[0] for before, after in pairwise(found["Ann"]))
        heard_s = [time_s - spoken.start_us / 1e6 for time_s, _ in found["Ann"]]
        ramp = [min(max(at_s / SPOKEN_S, 0), 1) for at_s in heard_s]
        assert [jaw for _, jaw in found["Ann"]] == pytest.approx(ramp, abs=0.001)  # also between instants of motion


def test_vmc_follows_its_head_and_can_be_switched_off(
    client: SidecarClient, conversation: RemoteConversation, receiver: socket.socket
):
    conversation.set_outputs(vmc=("", address_of(receiver)))
    assert receiver.recv(2000).startswith(b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x14/VMC/Ext/OK\0,i\0\0\0\0\0\1")
    status = until(lambda: (s := client.status().conversations[0]).output_packets_sent > 20 and s, "packets")
    assert status.output_packets_failed == 0
    conversation.set_outputs()
    before = client.status().conversations[0].output_packets_sent
    until(lambda: client.status().conversations[0].clock_us[0] > status.clock_us[0] + 500_000, "half a second")
    assert client.status().conversations[0].output_packets_sent <= before + 4  # those on their way


def test_receiver_that_has_gone_hurts_nobody(
    client: SidecarClient, conversation: RemoteConversation, receiver: socket.socket
):
    with client.create_conversation("ann", "bob") as other, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        nobody = address_of(gone)
        gone.close()
        other.set_outputs(live_link_face=nobody, vmc=(nobody, nobody))
        conversation.set_outputs(live_link_face=address_of(receiver))
        for _ in range(PACKETS):
            receiver.recv(2000)
        assert [one.state for one in client.status().conversations] == ["live", "live"]


@pytest.mark.parametrize("address", ["192.168.0.9", "8.8.8.8:11111"])
def test_other_machines_are_not_sent_to(conversation: RemoteConversation, address: str):
    with pytest.raises(InvalidRequestError, match=r"address of live_link_face is '"):
        conversation.set_outputs(live_link_face=address)
