import asyncio
import errno
import os

import pytest

from sidecar.errors import ConfigError
from sidecar.network.advertisement import LARGEST_CAPS, Advertisement, txt_entries
from sidecar.network.discovery import discover, read_announcement
from sidecar.network.lan import LanAccess

pytestmark = pytest.mark.unit

LAN = LanAccess(("10.0.0.5",), None, "1a2b3c4d")
ENTRIES = {key.encode(): value.encode() for key, value in txt_entries(LAN, 50552, ("frames", "motion")).items()}


def test_announcement_is_read_as_it_was_made():
    found = read_announcement(["10.0.0.5"], 50551, ENTRIES)
    assert found is not None
    assert (found.name, found.address, found.http_address) == ("RSATalker 1a2b3c4d", "10.0.0.5:50551", "10.0.0.5:50552")
    assert (found.protocol, found.is_tls, found.capabilities) == (1, False, ("frames", "motion"))


def test_announcement_tells_nothing_about_user_or_machine():
    assert set(txt_entries(LAN, 1, ())) == {"txtvers", "proto", "id", "tls", "auth", "caps", "http"}


def test_capabilities_fit_into_one_entry():
    caps = txt_entries(LAN, 1, [f"capability_{number}" for number in range(100)])["caps"]
    assert len(caps) <= LARGEST_CAPS
    assert not caps.endswith(",")


def test_address_of_ipv6_is_bracketed():
    found = read_announcement(["fd00::5"], 50551, ENTRIES)
    assert found is not None
    assert found.address == "[fd00::5]:50551"


@pytest.mark.parametrize(
    "changed",
    [
        {b"txtvers": b"2"},
        {b"txtvers": None},
        {b"id": b"../../.."},
        {b"id": b"1A2B3C4D5"},
        {b"proto": b"one"},
        {b"proto": b"9999"},
        {b"http": b"99999"},
        {b"http": b""},
        {b"id": b"\xff\xff\xff\xff"},
    ],
)
def test_announcement_that_is_not_ours_is_ignored(changed: dict[bytes, bytes | None]):
    assert read_announcement(["10.0.0.5"], 50551, {**ENTRIES, **changed}) is None


def test_announcement_without_an_address_is_ignored():
    assert read_announcement([], 50551, ENTRIES) is None
    assert read_announcement(["10.0.0.5"], None, ENTRIES) is None


def test_capabilities_with_control_characters_are_left_out():
    found = read_announcement(["10.0.0.5"], 1, {**ENTRIES, b"caps": b"frames,\x1b[31m,motion"})
    assert found is not None
    assert found.capabilities == ("frames", "motion")


def test_two_sidecars_of_one_user_are_announced_beside_each_other():
    lan = LanAccess(
        ("127.0.0.1",), None, f"{os.getpid() % 2**32:08x}"
    )  # tests of another process announce themselves, too
    wanted = ["127.0.0.1:1000", "127.0.0.1:2000"]

    async def announced() -> list[str]:
        both = Advertisement(lan, 1000, 1001, ()), Advertisement(lan, 2000, 2001, ())
        try:
            for one in both:
                await one.start()
            for _attempt in range(20):  # a machine that stands still hears nobody meanwhile
                found = await asyncio.to_thread(discover, 2.0, lan.addresses)
                addresses = sorted(one.address for one in found if one.name == f"RSATalker {lan.identity}")
                if addresses == wanted:
                    break
        finally:
            for one in both:
                await one.stop()
        return addresses

    assert asyncio.run(announced()) == wanted


def test_machine_without_a_network_is_told(monkeypatch: pytest.MonkeyPatch):
    def refused(interfaces: object) -> None:
        raise RuntimeError("No interfaces to listen on")

    monkeypatch.setattr("sidecar.network.discovery.Zeroconf", refused)
    with pytest.raises(
        ConfigError, match=r"received \(No interfaces to listen on\)\. Connect this machine to a network"
    ):
        discover(0.1)


def test_interface_that_takes_no_multicast_is_named(monkeypatch: pytest.MonkeyPatch):
    def refused(interfaces: list[str]) -> None:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr("sidecar.network.advertisement.AsyncZeroconf", refused)
    with pytest.raises(ConfigError, match=r"announced on 10\.0\.0\.5 \(No such device\)\. Name another --interface"):
        asyncio.run(Advertisement(LAN, 1000, 1001, ()).start())
