"""Where motion may be sent, and what becomes of packets that cannot be."""

import pytest

from rsatalker.motion.pose import FlamePose
from sidecar.errors import InvalidRequestError
from sidecar.network.outputs import Outputs, OutputTargets, UdpSender, targets_from
from sidecar.v1 import conversation_pb2

pytestmark = pytest.mark.unit


def outputs(address: str = "", subjects: tuple[str, ...] = (), vmc: tuple[str, ...] = ()) -> conversation_pb2.Outputs:
    return conversation_pb2.Outputs(
        live_link_face=conversation_pb2.LiveLinkFaceOutput(address=address, subjects=subjects),
        vmc=conversation_pb2.VmcOutput(addresses=vmc),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1", 11111)),
        ("localhost:9", ("127.0.0.1", 9)),
        ("127.0.0.1:65535", ("127.0.0.1", 65535)),
        ("::1", ("::1", 11111)),
        ("[::1]:40000", ("::1", 40000)),
        ("", None),
    ],
)
def test_address_of_this_machine_is_taken(text: str, expected: tuple[str, int] | None):
    assert targets_from(outputs(text), allows_lan=False).live_link == expected


@pytest.mark.parametrize(
    "text", ["127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:", "host.example:9", "1.2.3", "[::1", ":9"]
)
def test_address_that_is_none_is_refused(text: str):
    with pytest.raises(InvalidRequestError, match='expected "host:port" with an IP address or localhost'):
        targets_from(outputs(text), allows_lan=True)


@pytest.mark.parametrize("text", ["8.8.8.8:9", "224.0.0.1:9", "0.0.0.0:9", "2606:4700::1", "[ff02::1]:9"])
def test_address_beyond_the_lan_is_refused(text: str):
    with pytest.raises(InvalidRequestError, match="expected one of this machine or of the LAN"):
        targets_from(outputs(text), allows_lan=True)


@pytest.mark.parametrize("text", ["192.168.1.20:9", "10.0.0.2:9", "fe80::1"])
def test_address_of_the_lan_needs_the_option(text: str):
    with pytest.raises(InvalidRequestError, match="another machine; start the sidecar with --lan"):
        targets_from(outputs(text), allows_lan=False)
    assert targets_from(outputs(text), allows_lan=True).live_link is not None


def test_vmc_has_a_receiver_for_each_head():
    targets = targets_from(outputs(vmc=("", "127.0.0.1:5")), allows_lan=False)
    assert targets.vmc == (None, ("127.0.0.1", 5))
    assert targets.packets(0, 0, FlamePose.neutral()) == []
    assert {address for _, address in targets.packets(1, 0, FlamePose.neutral())} == {("127.0.0.1", 5)}
    with pytest.raises(InvalidRequestError, match="1 addresses for VMC; expected 2"):
        targets_from(outputs(vmc=("127.0.0.1",)), allows_lan=False)


@pytest.mark.parametrize("subjects", [("a",), ("a", ""), ("a", "b", "c"), ("a", "é" * 65)])
def test_subjects_are_two_names(subjects: tuple[str, ...]):
    with pytest.raises(InvalidRequestError, match="expected 2 names of 1 to 128 bytes, or none"):
        targets_from(outputs("127.0.0.1", subjects), allows_lan=False)


def test_nothing_asked_for_is_nothing_sent():
    assert targets_from(outputs(), allows_lan=False).are_none
    assert OutputTargets().packets(0, 0, FlamePose.neutral()) == []


def test_failures_are_counted():
    kept = Outputs()
    kept.targets = targets_from(outputs("127.0.0.1:9", ("A", "B")), allows_lan=False)
    for taken in (True, False, False):
        kept.send(0, 0, FlamePose.neutral(), lambda packet, address, taken=taken: taken)
    assert (kept.sent, kept.failed) == (1, 2)


def test_datagram_that_is_too_long_is_no_error():
    sender = UdpSender()
    assert not sender.send(bytes(70_000), ("127.0.0.1", 9))
    assert sender.send(b"x", ("127.0.0.1", 9))
    sender.close()
    sender.close()
