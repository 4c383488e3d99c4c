"""VMC: OSC over UDP, as programs for VRM avatars read it. One avatar per receiver, since VMC names none.

A frame is `/VMC/Ext/OK`, a `/VMC/Ext/Bone/Pos` for neck and eyes, a `/VMC/Ext/Blend/Val` for each of the 52 weights
(named as ARKit does, in PascalCase: "perfect sync"), then `/VMC/Ext/Blend/Apply`; in OSC bundles that fit into one
datagram each. Bones are rotated only: their position is 0, and the avatar keeps its own.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from scipy.spatial.transform import Rotation

from rsatalker.exports.curves import LIVE_LINK_NAMES
from rsatalker.motion.expression_space import ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from sidecar.coordinates import UNITY

DEFAULT_PORT = 39539
BLEND_NAMES = LIVE_LINK_NAMES[: len(ARKIT_NAMES)]
LARGEST_DATAGRAM = 1452  # bytes: the 1500 of Ethernet less the headers of IPv6 and UDP
BUNDLE_HEAD = b"#bundle\0" + struct.pack(">Q", 1)  # 1: to be done at once


def vmc_datagrams(pose: FlamePose) -> list[bytes]:
    """Return one frame of one avatar, in the order in which it is sent."""
    neck = Rotation.from_rotvec(pose.global_orient) * Rotation.from_rotvec(pose.neck_pose)
    bones = (
        ("Neck", neck),
        ("LeftEye", Rotation.from_rotvec(pose.eye_pose[:3])),
        ("RightEye", Rotation.from_rotvec(pose.eye_pose[3:])),
    )
    messages = [osc_message("/VMC/Ext/OK", 1)]
    messages += [osc_message("/VMC/Ext/Bone/Pos", name, 0.0, 0.0, 0.0, *unity_quaternion(turn)) for name, turn in bones]
    weights = zip(BLEND_NAMES, pose.arkit.tolist(), strict=True)
    messages += [osc_message("/VMC/Ext/Blend/Val", name, weight) for name, weight in weights]
    messages.append(osc_message("/VMC/Ext/Blend/Apply"))
    return bundled(messages)


def unity_quaternion(turn: Rotation) -> tuple[float, float, float, float]:
    """Return x, y, z, w in Unity's axes."""
    x, y, z, w = UNITY.engine_quaternion(turn.as_quat(canonical=True)).tolist()
    return x, y, z, w


def osc_message(address: str, *arguments: str | int | float) -> bytes:
    """Return an OSC 1.0 message: strings end in zeros up to a multiple of 4, numbers are big-endian."""
    tags, content = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags, content = tags + "s", content + osc_string(argument)
        elif isinstance(argument, int):
            tags, content = tags + "i", content + struct.pack(">i", argument)
        else:
            tags, content = tags + "f", content + struct.pack(">f", argument)
    return osc_string(address) + osc_string(tags) + content


def osc_string(text: str) -> bytes:
    """Return a string with one to four zeros behind it."""
    encoded = text.encode("ascii")
    return encoded + bytes(4 - len(encoded) % 4)


def bundled(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages in as few bundles as fit into a datagram each, in their order."""
    datagrams: list[bytes] = []
    for message in messages:
        element = struct.pack(">i", len(message)) + message
        if datagrams and len(datagrams[-1]) + len(element) <= LARGEST_DATAGRAM:
            datagrams[-1] += element
        else:
            datagrams.append(BUNDLE_HEAD + element)
    return datagrams
