"""Watchers read regions as engines do: what they miss is counted, and nobody waits for them."""

from collections.abc import Iterator

import numpy as np
import pytest

from rsatalker.motion.pose import FlamePose
from sidecar.placement import world_from_heads
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter
from sidecar.regions.layout import MOTION_SLOT_COUNT, FrameFlags
from sidecar.regions.motion_ring import HeadInstant, MotionRingWriter
from sidecar.watching.frame_watch import FrameWatch
from sidecar.watching.motion_watch import LARGEST_BATCH, MotionWatch
from sidecar.watching.pictures import PictureFormat

pytestmark = pytest.mark.unit

POSE = FlamePose.neutral()
STEP_US = 33_333


@pytest.fixture
def frames() -> Iterator[FrameRingWriter]:
    ring = FrameRingWriter(16, 16, 1, len(POSE.expression))
    yield ring
    ring.close()


@pytest.fixture
def motion() -> Iterator[MotionRingWriter]:
    ring = MotionRingWriter(len(POSE.expression))
    yield ring
    ring.close()


def draw(ring: FrameRingWriter, *numbers: int) -> None:
    view = View(np.eye(4, dtype=np.float32), np.full(4, 0.5, np.float32), 0.1, 10.0)
    for number in numbers:
        slot = ring.begin()
        slot.colors[:] = number
        ring.publish(
            slot, FrameHeader(number, 0, number, -1, 0, 0, 0, (view,), world_from_heads()[0], FrameFlags.IDLE, POSE)
        )


def move(ring: MotionRingWriter, first: int, end: int) -> None:
    for number in range(first, end):
        ring.push(number * STEP_US, [HeadInstant(0, -1, POSE)] * 2)


def test_watch_takes_the_newest_frame_and_counts_the_others(frames: FrameRingWriter):
    watch = FrameWatch(frames.name, 0, PictureFormat())
    taken = []
    for drawn in ((1,), (2, 3, 4), (5,)):
        draw(frames, *drawn)
        taken.append(watch.take())
    assert [one.header.frame_number for one in taken if one] == [1, 4, 5]
    assert [one.dropped_count for one in taken if one] == [0, 2, 2]
    watch.close()


def test_watch_of_a_head_that_was_never_drawn_has_nothing(frames: FrameRingWriter):
    watch = FrameWatch(frames.name, 0, PictureFormat())
    assert not watch.has_new
    assert watch.take() is None
    watch.close()


def test_watch_says_when_there_is_something_new(frames: FrameRingWriter):
    watch = FrameWatch(frames.name, 0, PictureFormat())
    draw(frames, 1)
    assert watch.has_new
    watch.take()
    assert not watch.has_new
    watch.close()


def test_frame_that_was_given_out_is_not_changed_by_later_ones(frames: FrameRingWriter):
    watch = FrameWatch(frames.name, 0, PictureFormat(alpha="png"))
    draw(frames, 1)
    first = watch.take()
    assert first
    kept = first.picture.alpha
    draw(frames, 2, 3)
    watch.take()
    assert first.picture.alpha == kept
    watch.close()


def test_motion_begins_with_what_is_still_to_be_shown(motion: MotionRingWriter):
    move(motion, 0, 10)
    watch = MotionWatch(motion.name, 7 * STEP_US)
    assert [instant.timeline_us // STEP_US for instant in watch.take()] == [7, 8, 9]
    watch.close()


def test_motion_comes_once_and_in_order(motion: MotionRingWriter):
    watch = MotionWatch(motion.name, 0)
    seen = []
    for first in range(0, 30, 10):
        move(motion, first, first + 10)
        seen += [instant.index for instant in watch.take()]
    assert seen == list(range(1, 31))
    assert not watch.has_new
    assert watch.lost_count == 0
    watch.close()


def test_motion_that_was_overwritten_is_counted(motion: MotionRingWriter):
    watch = MotionWatch(motion.name, 0)
    move(motion, 0, MOTION_SLOT_COUNT + 44)
    taken = []
    while watch.has_new:
        batch = watch.take()
        assert len(batch) <= LARGEST_BATCH
        taken += batch
    assert len(taken) + watch.lost_count == MOTION_SLOT_COUNT + 44
    assert watch.lost_count >= 44
    watch.close()
