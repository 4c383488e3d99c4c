"""Packets of the Live Link Face app, version 6 over UDP, as Unreal's Live Link reads them for a MetaHuman.

| bytes | content |
|---|---|
| u32, little-endian | 6 |
| 37 | `$` and the device's UUID in capitals |
| i32, then UTF-8 | length of the subject's name, and the name |
| i32, f32 | frame and part of a frame |
| i32, i32 | frames a second, as a fraction |
| u8 | 61 |
| 61 f32 | 52 ARKit weights; yaw, pitch and roll of head, left eye and right eye, rad |

All numbers but the first are big-endian.
"""

from __future__ import annotations

import struct
import uuid

import numpy as np
from jaxtyping import Float32
from scipy.spatial.transform import Rotation

from rsatalker.exports.curves import LIVE_LINK_NAMES
from rsatalker.motion.pose import FlamePose

VERSION = 6
DEFAULT_PORT = 11111
LONGEST_SUBJECT = 128  # bytes of UTF-8; the packet then still fits into one datagram of any network
VALUES = struct.Struct(f">B{len(LIVE_LINK_NAMES)}f")
TIME = struct.Struct(">ifii")


def live_link_packet(
    device: uuid.UUID, subject: str, timeline_us: int, frame_rate_hz: int, values: Float32[np.ndarray, "61"]
) -> bytes:
    """Return one frame of one face.

    Args:
        device: Stands for the telephone that the app would run on.
        subject: Name of the face in Live Link.
        timeline_us: Instant of the conversation.
        frame_rate_hz: Of the frame numbers.
        values: In the order of `LIVE_LINK_NAMES`.
    """
    name = subject.encode()
    frame, rest_us = divmod(timeline_us * frame_rate_hz, 1_000_000)
    return b"".join(
        (
            struct.pack("<I", VERSION),
            f"${str(device).upper()}".encode("ascii"),
            struct.pack(">i", len(name)),
            name,
            TIME.pack(frame, rest_us / 1e6, frame_rate_hz, 1),
            VALUES.pack(len(LIVE_LINK_NAMES), *values.tolist()),
        )
    )


def live_link_values(pose: FlamePose) -> Float32[np.ndarray, "61"]:
    """Return the weights and angles of a pose; the head's angles are those of root and neck together.

    Positive yaw turns to the head's left, pitch down, roll towards its right shoulder.
    """
    head = Rotation.from_rotvec(pose.global_orient) * Rotation.from_rotvec(pose.neck_pose)
    eyes = (Rotation.from_rotvec(pose.eye_pose[:3]), Rotation.from_rotvec(pose.eye_pose[3:]))
    angles = [turn.as_euler("YXZ") for turn in (head, *eyes)]
    return np.concatenate([pose.arkit, *angles]).astype(np.float32)
