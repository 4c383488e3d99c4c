"""Writes a region without end, as a sidecar does; every publication follows from its number alone.

write_regions.py steady    frames, 250 a second
write_regions.py restless  frames, one after the other
write_regions.py turning   frames whose size changes every 20 of them, inside the same region
write_regions.py motion    instants of motion, 1000 a second

Prints the region's name.
"""

import itertools
import sys
import time

import numpy as np

from rsatalker.motion.pose import FlamePose
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter
from sidecar.regions.layout import FrameFlags
from sidecar.regions.motion_ring import HeadInstant, MotionRingWriter

EXPRESSIONS = 43
SIZES = ((33, 17, 2), (16, 9, 1))  # width, height, layers; the first is the largest
TURN = 20  # frames between two sizes
REST_S = {"steady": 0.004, "restless": 0.0, "turning": 0.001, "motion": 0.001}


def size_of(verb: str, number: int) -> tuple[int, int, int]:
    """Return the size of a frame."""
    return SIZES[number // TURN % 2] if verb == "turning" else SIZES[0]


def pose_of(number: int) -> FlamePose:
    """Return the pose of a frame or an instant."""
    pose = FlamePose.neutral()
    pose.expression[:] = np.arange(EXPRESSIONS, dtype=np.float32) / number
    pose.jaw_pose[:] = (number / 7, 0, 0)
    return pose


def tell(name: str) -> None:
    sys.stdout.write(name + "\n")
    sys.stdout.flush()


def write_frames(verb: str) -> None:
    ring = FrameRingWriter(*SIZES[0], EXPRESSIONS)
    tell(ring.name)
    eye = np.eye(4, dtype=np.float32)
    before = SIZES[0]
    for number in itertools.count(1):
        size = size_of(verb, number)
        if size != before:
            ring.lay_out(*size)
            before = size
        slot = ring.begin()
        slot.colors[:] = number % 256
        slot.depths[:] = number / 3
        views = (View(eye, np.ones(4, np.float32), 0.1, 1.0),) * size[2]
        pose = pose_of(number)
        ring.publish(slot, FrameHeader(number, 5, 33333 * number, -1, 0, 0, 0, views, eye, FrameFlags(0), pose))
        time.sleep(REST_S[verb])


def write_motion() -> None:
    ring = MotionRingWriter(EXPRESSIONS)
    tell(ring.name)
    for number in itertools.count(1):
        ring.push(
            33333 * number, [HeadInstant(4, 10 * number, pose_of(number)), HeadInstant(0, -1, pose_of(2 * number))]
        )
        time.sleep(REST_S["motion"])


if __name__ == "__main__":
    write_motion() if sys.argv[1] == "motion" else write_frames(sys.argv[1])
