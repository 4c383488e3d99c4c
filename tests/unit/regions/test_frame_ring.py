"""Frames arrive whole or not at all."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from sidecar.errors import FrameRingError, RegionNotFound
from sidecar.regions import frame_ring, layout, slot_ring
from sidecar.regions.frame_ring import FrameRingReader, FrameRingWriter
from sidecar.regions.frame_slot import read_frame
from sidecar.regions.layout import FrameFlags, RegionState
from sidecar.regions.shared_memory import open_region, remove_dead_regions

pytestmark = pytest.mark.unit

PUBLISH_FOREVER = """
import itertools
import sys
import numpy as np
from rsatalker.motion.pose import FlamePose
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter
from sidecar.regions.layout import FrameFlags
ring = FrameRingWriter(64, 64, 1, 43)
print(ring.name, flush=True)
pose, eye = FlamePose.neutral(), np.eye(4, dtype=np.float32)
views = (View(eye, np.ones(4, np.float32), 0.1, 1.0),)
for number in itertools.count(1):
    slot = ring.begin()
    slot.colors[:] = number % 256
    slot.depths[:] = number
    pose.expression[:] = number
    ring.publish(slot, FrameHeader(number, 0, 0, -1, 0, 0, 0, views, eye, FrameFlags(0), pose))
"""


def test_frame_comes_back_as_published(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    slot = writer.begin()
    slot.colors.reshape(-1)[:] = np.arange(slot.colors.size)
    slot.depths.reshape(-1)[:] = np.arange(slot.depths.size)
    sent = dataclasses.replace(frames.header(5), flags=FrameFlags.DROPPED_BEFORE)
    writer.publish(slot, sent)
    frame = reader.latest()
    assert frame is not None
    np.testing.assert_array_equal(frame.colors, slot.colors)
    np.testing.assert_array_equal(frame.depths, slot.depths)
    assert frame.header.flags == FrameFlags.DROPPED_BEFORE | FrameFlags.HAS_DEPTH
    for field in dataclasses.fields(sent.pose):
        np.testing.assert_array_equal(getattr(frame.header.pose, field.name), getattr(sent.pose, field.name))
    whole_numbers = (
        "frame_number",
        "utterance_id",
        "timeline_us",
        "media_us",
        "pose_id",
        "requested_ns",
        "rendered_ns",
    )
    assert all(getattr(frame.header, name) == getattr(sent, name) for name in whole_numbers)
    assert len(frame.header.views) == 2
    assert frame.header.views[1].far_m == 10.0
    assert frame.published_ns > 0


def test_reader_finds_nothing_before_the_first_frame(reader: FrameRingReader) -> None:
    assert reader.latest() is None


def test_reader_returns_the_newest_frame_after_the_ring_wraps(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    for number in range(1, 3 * layout.FRAME_SLOT_COUNT + 2):
        frames.publish(writer, number)
        frame = reader.latest()
        assert frame is not None
        assert frame.header.frame_number == number == reader.published_count
        assert (frame.colors == number).all()


def test_slot_from_begin_is_never_read(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)
    slot = writer.begin()
    slot.colors[:] = 99
    frame = reader.latest()
    assert frame is not None
    assert frame.header.frame_number == 1


def test_dropped_slot_is_given_again(writer: FrameRingWriter, frames: SimpleNamespace) -> None:
    frames.publish(writer, 1)
    assert writer.begin().index == writer.begin().index


def test_latest_fills_the_memory_of_a_frame_that_is_given_back(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)
    first = reader.latest()
    frames.publish(writer, 2)
    second = reader.latest(into=first)
    assert first is not None
    assert second is not None
    assert second.header.frame_number == 2
    assert second.colors is first.colors
    assert second.depths is first.depths
    assert (second.colors == 2).all()
    assert (second.depths == 2).all()


def test_latest_leaves_memory_alone_that_does_not_fit(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)
    first = reader.latest()
    writer.lay_out(3, 2, 1)
    frames.publish(writer, 2)
    second = reader.latest(into=first)
    assert first is not None
    assert second is not None
    assert (first.colors == 1).all()
    assert second.colors.shape == (1, 2, 3, 4)
    assert (second.colors == 2).all()


@pytest.fixture
def overtaken(
    monkeypatch: pytest.MonkeyPatch, writer: FrameRingWriter, frames: SimpleNamespace
) -> Callable[[int], None]:
    """Let the writer go once around the ring in the middle of the reader's next copies."""

    def overtake(times: int) -> None:
        left = [times]

        def slow_read(*arguments: object) -> object:
            frame = read_frame(*arguments)  # type: ignore[arg-type]
            if left[0]:
                left[0] -= 1
                for number in range(100, 100 + layout.FRAME_SLOT_COUNT):
                    frames.publish(writer, number)
            return frame

        monkeypatch.setattr(frame_ring, "read_frame", slow_read)

    return overtake


def test_reader_takes_the_newer_frame_when_its_copy_is_torn_once(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace, overtaken: Callable[[int], None]
) -> None:
    frames.publish(writer, 1)
    overtaken(1)
    frame = reader.latest()
    assert frame is not None
    assert frame.header.frame_number == 102


def test_reader_gives_up_when_its_copy_is_torn_twice(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace, overtaken: Callable[[int], None]
) -> None:
    frames.publish(writer, 1)
    overtaken(2)
    assert reader.latest() is None


def test_malformed_slot_counts_as_torn_when_the_writer_moved_on(
    monkeypatch: pytest.MonkeyPatch, writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)

    def refuse(*_: object) -> object:
        writer.begin()
        writer.begin()
        for number in (2, 3, 4):
            frames.publish(writer, number)
        raise FrameRingError("torn")

    monkeypatch.setattr(frame_ring, "read_frame", refuse)
    assert reader.latest() is None


@pytest.fixture
def racing_writer() -> Iterator[subprocess.Popen[str]]:
    """Another process that publishes as fast as it can and first prints the name of its region."""
    process = subprocess.Popen([sys.executable, "-c", PUBLISH_FOREVER], stdout=-1, text=True)
    assert process.stdout is not None
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    remove_dead_regions()


def test_frames_of_a_racing_writer_are_whole(racing_writer: subprocess.Popen[str]) -> None:
    assert racing_writer.stdout is not None
    reader = FrameRingReader(racing_writer.stdout.readline().strip())
    seen: set[int] = set()
    while len(seen) < 200 and racing_writer.poll() is None:
        frame = reader.latest()
        if frame is not None:
            number = frame.header.frame_number
            seen.add(number)
            assert (frame.colors == number % 256).all()
            assert (frame.depths == number).all()
            assert (frame.header.pose.expression == number).all()
    reader.close()
    assert len(seen) == 200


def test_writer_state_and_heartbeat_reach_the_reader(writer: FrameRingWriter, reader: FrameRingReader) -> None:
    assert reader.state == RegionState.STARTING
    writer.beat(RegionState.PAUSED)
    assert reader.state == RegionState.PAUSED
    assert 0 <= reader.heartbeat_age_s < 60


def test_silent_writer_is_lost(
    monkeypatch: pytest.MonkeyPatch, writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)
    assert not reader.writer_is_lost
    now_ns = slot_ring.host_clock_ns()
    monkeypatch.setattr(slot_ring, "host_clock_ns", lambda: now_ns + (layout.STALE_MS + 100) * 1_000_000)
    assert reader.writer_is_lost
    writer.beat(RegionState.LIVE)
    assert not reader.writer_is_lost


def test_closing_writer_tells_readers_and_removes_its_region(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)
    writer.close()
    assert (reader.state, reader.writer_is_lost) == (RegionState.STOPPING, True)
    frame = reader.latest()  # the memory stays readable for who still holds it
    assert frame is not None
    with pytest.raises(RegionNotFound):
        FrameRingReader(writer.name)


def test_restarted_writer_has_a_region_of_its_own(frames: SimpleNamespace) -> None:
    first, second = FrameRingWriter(4, 4, 1, 43), FrameRingWriter(4, 4, 1, 43)
    frames.publish(second, 3)
    first.close()
    with_second = FrameRingReader(second.name)
    frame = with_second.latest()
    assert frame is not None
    assert frame.header.frame_number == 3
    with_second.close()
    second.close()


def test_reader_follows_a_new_layout(writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace) -> None:
    frames.publish(writer, 1)
    assert reader.latest() is not None
    writer.lay_out(3, 2, 1)
    assert reader.latest() is None
    frames.publish(writer, 2)
    frame = reader.latest()
    assert frame is not None
    assert (frame.colors.shape, frame.header.frame_number) == ((1, 2, 3, 4), 2)


def test_layout_changed_during_a_copy_makes_it_torn(
    monkeypatch: pytest.MonkeyPatch, writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    frames.publish(writer, 1)

    def change(*arguments: object) -> object:
        frame = read_frame(*arguments)  # type: ignore[arg-type]
        writer.lay_out(3, 2, 1)
        return frame

    monkeypatch.setattr(frame_ring, "read_frame", change)
    assert reader.latest() is None


def test_layout_that_needs_more_than_the_region_is_refused(writer: FrameRingWriter) -> None:
    with pytest.raises(FrameRingError, match="Make a new region"):
        writer.lay_out(64, 64, 2)


@pytest.mark.parametrize(
    ("size", "field"),
    [
        ((0, 4, 1, 43), "width"),
        ((4, 9000, 1, 43), "height"),
        ((4, 4, 3, 43), "layers"),
        ((4, 4, 1, 513), "expression_count"),
    ],
)
def test_writer_refuses_frames_that_no_reader_takes(size: tuple[int, int, int, int], field: str) -> None:
    with pytest.raises(FrameRingError, match=field):
        FrameRingWriter(*size)


def test_publish_refuses_a_header_of_another_shape(writer: FrameRingWriter, frames: SimpleNamespace) -> None:
    slot = writer.begin()
    with pytest.raises(FrameRingError, match="has 1 views; the region has 2 layers"):
        writer.publish(slot, frames.header(1, layers=1))
    short = dataclasses.replace(frames.header(1).pose, expression=np.zeros(3, np.float32))
    with pytest.raises(FrameRingError, match="has 3 expression coefficients; the region holds 43"):
        writer.publish(slot, dataclasses.replace(frames.header(1), pose=short))


def test_closed_ends_say_so(writer: FrameRingWriter, reader: FrameRingReader) -> None:
    reader.close()
    reader.close()
    with pytest.raises(FrameRingError, match="has been closed"):
        reader.latest()
    writer.close()
    writer.close()
    with pytest.raises(FrameRingError, match="has been closed"):
        writer.begin()


def test_reserved_bytes_of_a_slot_stay_zero(writer: FrameRingWriter, frames: SimpleNamespace) -> None:
    frames.publish(writer, 1)
    region = open_region(writer.name)
    slots = region.bytes[int(region.header["slots_offset_bytes"]) :].reshape(layout.FRAME_SLOT_COUNT, -1)
    assert all(not slots[:, first : first + size].any() for first, size in layout.FRAME_SLOT_RESERVED)
    region.close()


def test_slot_arrays_outlive_the_ring(frames: SimpleNamespace) -> None:
    ring = FrameRingWriter(4, 4, 1, 43)
    slot = ring.begin()
    ring.close()
    slot.colors[:] = 1  # a renderer in another thread may still be drawing
    assert (slot.colors == 1).all()


def test_frame_smaller_than_the_region_is_read_as_large_as_it_was_drawn(
    writer: FrameRingWriter, reader: FrameRingReader, frames: SimpleNamespace
) -> None:
    width, height = writer.largest_size
    for size in ((width - 1, height // 2), (width, height)):
        slot = writer.begin(size)
        slot.colors[:], slot.depths[:] = 7, 1.5
        writer.publish(slot, frames.header(1))
        frame = reader.latest()
        assert frame is not None
        assert frame.colors.shape[1:3] == frame.depths.shape[1:] == size[::-1]
        assert (frame.colors == 7).all()
        assert (frame.depths == 1.5).all()


def test_frame_larger_than_the_region_is_refused(writer: FrameRingWriter) -> None:
    width, height = writer.largest_size
    with pytest.raises(FrameRingError, match="width"):
        writer.begin((width + 8, height))
