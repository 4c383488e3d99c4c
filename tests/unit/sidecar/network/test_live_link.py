"""Packets of Live Link Face, byte by byte."""

import struct
import uuid

import numpy as np
import pytest

from rsatalker.exports.curves import LIVE_LINK_NAMES
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose
from sidecar.network.live_link import live_link_packet, live_link_values

pytestmark = pytest.mark.unit

DEVICE = uuid.UUID("0f3c5a7e-1111-4222-8333-abcdefabcdef")


def test_packet_is_what_the_app_sends_byte_by_byte():
    values = np.zeros(61, np.float32)
    values[0], values[17], values[60] = 1.0, 0.5, -0.25
    expected = (
        b"\x06\x00\x00\x00"  # version 6, the only little-endian number
        b"$0F3C5A7E-1111-4222-8333-ABCDEFABCDEF"
        b"\x00\x00\x00\x05Ada\xc3\xa9"  # 5 bytes, of which two spell one letter
        b"\x00\x00\x00\x5a"  # frame 90: 1.508333 s at 60 a second is frame 90.5
        b"\x3f\x00\x00\x00"  # half a frame
        b"\x00\x00\x00\x3c\x00\x00\x00\x01"  # 60 over 1
        b"\x3d"  # 61 values
        b"\x3f\x80\x00\x00"  # EyeBlinkLeft 1
        + b"\x00\x00\x00\x00" * 16
        + b"\x3f\x00\x00\x00"  # JawOpen 0.5
        + b"\x00\x00\x00\x00" * 42
        + b"\xbe\x80\x00\x00"  # RightEyeRoll -0.25
    )
    packet = live_link_packet(DEVICE, "Adaé", 1_508_333, 60, values)
    # The part of a frame is a float of a time in whole microseconds: 90.49998.
    where = expected.index(b"\x3f\x00\x00\x00\x00\x00\x00\x3c")
    assert packet[:where] == expected[:where]
    assert struct.unpack(">f", packet[where : where + 4])[0] == pytest.approx(0.5, abs=1e-4)
    assert packet[where + 4 :] == expected[where + 4 :]
    assert len(packet) == 4 + 37 + 4 + 5 + 16 + 1 + 61 * 4


def test_whole_frame_has_no_part():
    packet = live_link_packet(DEVICE, "A", 2_000_000, 60, np.zeros(61, np.float32))
    assert packet[46:62] == b"\x00\x00\x00\x78\x00\x00\x00\x00\x00\x00\x00\x3c\x00\x00\x00\x01"


def test_values_are_weights_then_angles_of_head_and_eyes():
    pose = FlamePose.neutral()
    pose.arkit[ARKIT_INDEX["jawOpen"]] = 0.5
    pose.global_orient[1] = 0.1  # both turn to the head's left: together 0.3
    pose.neck_pose[1] = 0.2
    pose.eye_pose[:] = (0.05, 0, 0, 0, -0.04, 0)
    values = dict(zip(LIVE_LINK_NAMES, live_link_values(pose).tolist(), strict=True))
    expected = {"JawOpen": 0.5, "HeadYaw": 0.3, "LeftEyePitch": 0.05, "RightEyeYaw": -0.04}
    assert values == pytest.approx({name: expected.get(name, 0.0) for name in LIVE_LINK_NAMES}, abs=1e-6)
