"""Datagrams of VMC, byte by byte."""

import math
import struct

import numpy as np
import pytest

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose
from sidecar.network.vmc import LARGEST_DATAGRAM, osc_message, osc_string, vmc_datagrams

pytestmark = pytest.mark.unit

BUNDLE = b"#bundle\0\x00\x00\x00\x00\x00\x00\x00\x01"
OK = b"\x00\x00\x00\x18/VMC/Ext/OK\0,i\0\0\x00\x00\x00\x01"


def parts_of(datagram: bytes) -> list[bytes]:
    """Cut a bundle into its messages."""
    assert datagram.startswith(BUNDLE)
    found, at = [], len(BUNDLE)
    while at < len(datagram):
        (size,) = struct.unpack_from(">i", datagram, at)
        found.append(datagram[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def test_first_datagram_begins_with_ok_and_the_neck_byte_by_byte():
    pose = FlamePose.neutral()
    pose.neck_pose[:] = (0, math.pi / 2, 0)  # a quarter turn to the head's left, which is Unity's -y
    half = b"\x3f\x35\x04\xf3"  # sqrt(1/2)
    minus_half = b"\xbf\x35\x04\xf3"
    zero = b"\x00\x00\x00\x00"
    neck = b"/VMC/Ext/Bone/Pos\0\0\0,sfffffff\0\0\0Neck\0\0\0\0" + 3 * zero + zero + minus_half + zero + half
    expected = BUNDLE[:16] + b"\x00\x00\x00\x14" + OK[4:] + struct.pack(">i", len(neck)) + neck
    assert vmc_datagrams(pose)[0][: len(expected)] == expected


def test_weight_is_one_message_byte_by_byte():
    pose = FlamePose.neutral()
    pose.arkit[ARKIT_INDEX["jawOpen"]] = 0.5
    messages = [part for datagram in vmc_datagrams(pose) for part in parts_of(datagram)]
    expected = b"/VMC/Ext/Blend/Val\0\0,sf\0JawOpen\0\x3f\x00\x00\x00"
    assert expected in messages


def test_frame_has_all_weights_and_then_applies_them():
    messages = [part for datagram in vmc_datagrams(FlamePose.neutral()) for part in parts_of(datagram)]
    addresses = [part.split(b"\0")[0].decode() for part in messages]
    assert addresses == [
        "/VMC/Ext/OK",
        *["/VMC/Ext/Bone/Pos"] * 3,
        *["/VMC/Ext/Blend/Val"] * 52,
        "/VMC/Ext/Blend/Apply",
    ]
    assert messages[-1] == b"/VMC/Ext/Blend/Apply\0\0\0\0,\0\0\0"
    names = [part[24:].split(b"\0")[0].decode() for part in messages[4:56]]
    assert (names[0], names[-1], len(set(names))) == ("EyeBlinkLeft", "TongueOut", 52)


def test_datagrams_fit_into_one_packet_of_ethernet():
    sizes = [len(datagram) for datagram in vmc_datagrams(FlamePose.neutral())]
    assert max(sizes) <= LARGEST_DATAGRAM
    assert len(sizes) == math.ceil(sum(sizes) / LARGEST_DATAGRAM)


def test_nod_turns_the_same_way_in_unity():
    pose = FlamePose.neutral()
    pose.neck_pose[:] = (0.2, 0, 0)
    neck = parts_of(vmc_datagrams(pose)[0])[1]
    quaternion = struct.unpack(">4f", neck[-16:])
    np.testing.assert_allclose(quaternion, (math.sin(0.1), 0, 0, math.cos(0.1)), atol=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"), [("", b"\0\0\0\0"), ("abc", b"abc\0"), ("abcd", b"abcd\0\0\0\0"), ("abcde", b"abcde\0\0\0")]
)
def test_osc_string_ends_on_a_multiple_of_four(text: str, expected: bytes):
    assert osc_string(text) == expected


def test_osc_numbers_are_big_endian():
    assert osc_message("/a", 258, 1.0, "b") == b"/a\0\0,ifs\0\0\0\0\x00\x00\x01\x02\x3f\x80\x00\x00b\0\0\0"
