"""Motion of both heads arrives in order, and what is lost is known to be lost."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from placed_regions import Place

from rsatalker.motion.pose import FlamePose
from sidecar.errors import FrameRingError
from sidecar.regions import layout
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import HeadInstant, MotionRingReader, MotionRingWriter

pytestmark = pytest.mark.unit


@pytest.fixture
def ring() -> Iterator[MotionRingWriter]:
    writer = MotionRingWriter(43)
    yield writer
    writer.close()


@pytest.fixture
def reader(ring: MotionRingWriter) -> Iterator[MotionRingReader]:
    opened = MotionRingReader(ring.name)
    yield opened
    opened.close()


def heads(number: int) -> list[HeadInstant]:
    poses = [FlamePose.neutral(), FlamePose.neutral()]
    poses[0].expression[:] = number
    poses[1].arkit[:] = number
    return [HeadInstant(9, 10 * number, poses[0]), HeadInstant(0, layout.IDLE_MEDIA_US, poses[1])]


def push(ring: MotionRingWriter, first: int, last: int) -> None:
    for number in range(first, last + 1):
        assert ring.push(33_333 * number, heads(number)) == number


def test_instants_come_back_in_order(ring: MotionRingWriter, reader: MotionRingReader) -> None:
    push(ring, 1, 5)
    found = reader.instants()
    assert [(instant.index, instant.timeline_us) for instant in found] == [(n, 33_333 * n) for n in range(1, 6)]
    assert [head.utterance_id for head in found[2].heads] == [9, 0]
    assert [head.media_us for head in found[2].heads] == [30, layout.IDLE_MEDIA_US]
    assert (found[2].heads[0].pose.expression == 3).all()
    assert (found[2].heads[1].pose.arkit == 3).all()
    assert not found[2].heads[1].pose.expression.any()


def test_instants_returns_only_what_is_new(ring: MotionRingWriter, reader: MotionRingReader) -> None:
    push(ring, 1, 5)
    assert [instant.index for instant in reader.instants(3)] == [4, 5]
    assert reader.instants(5) == []
    assert reader.latest_index == 5


def test_reader_that_was_away_gets_what_the_ring_still_holds(ring: MotionRingWriter, reader: MotionRingReader) -> None:
    push(ring, 1, layout.MOTION_SLOT_COUNT + 40)
    found = reader.instants(10)
    assert [instant.index for instant in found] == list(range(41, layout.MOTION_SLOT_COUNT + 41))
    assert all((instant.heads[0].pose.expression == instant.index).all() for instant in found)


def test_instant_that_is_being_overwritten_is_left_out(
    ring: MotionRingWriter, reader: MotionRingReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(ring, 1, layout.MOTION_SLOT_COUNT)
    original = MotionRingReader._copy

    def overtaken(self: MotionRingReader, index: int) -> object:
        instant = original(self, index)
        if instant.index == 1:
            push(ring, layout.MOTION_SLOT_COUNT + 1, layout.MOTION_SLOT_COUNT + 1)
        return instant

    monkeypatch.setattr(MotionRingReader, "_copy", overtaken)
    assert [instant.index for instant in reader.instants()] == list(range(2, layout.MOTION_SLOT_COUNT + 1))


def test_push_refuses_other_than_two_heads(ring: MotionRingWriter) -> None:
    with pytest.raises(FrameRingError, match="has 1 heads; a conversation has 2"):
        ring.push(0, heads(1)[:1])


def test_slot_whose_index_belongs_elsewhere_is_refused(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("motion"))
    first = int(region.header["slots_offset_bytes"])
    region.bytes[first : first + layout.MOTION_SLOT.itemsize].view(layout.MOTION_SLOT)[0]["index"] = 3
    reader = MotionRingReader(region.name)
    with pytest.raises(FrameRingError, match="index is 3"):
        reader.instants()
    reader.close()


def test_vector_is_read_as_it_says(vectors: SimpleNamespace, place: Place) -> None:
    reader = MotionRingReader(place(vectors.region_bytes("motion")).name)
    found, expected = reader.instants(), vectors.meaning("motion")
    assert [(i.index, i.timeline_us) for i in found] == [(m["index"], m["timeline_us"]) for m in expected]
    assert [vectors.pose_meaning(i.heads[1].pose) for i in found] == [
        {name: m[name] for name in vectors.pose_meaning(found[0].heads[1].pose)} for m in expected
    ]
    np.testing.assert_array_equal(found[-1].heads[0].pose.jaw_pose, expected[-1]["jaw_a"])
    reader.close()


def test_closing_writer_tells_readers(ring: MotionRingWriter, reader: MotionRingReader) -> None:
    ring.close()
    ring.close()
    assert (reader.state, reader.writer_is_lost) == (RegionState.STOPPING, True)


def test_instant_that_was_overwritten_is_not_taken_for_the_older_one(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("motion"))
    held = int(region.header["latest"])
    region.header["latest"] = held - layout.MOTION_SLOT_COUNT  # as a reader saw it that was halted for a whole ring
    reader = MotionRingReader(region.name)
    assert reader.instants() == []
    region.header["latest"] = held
    assert [instant.index for instant in reader.instants()] == [held - 3, held - 2, held - 1, held]
    reader.close()
