"""The sidecar reads what the engine tells, and believes no count of it."""

from collections.abc import Iterator

import numpy as np
import pytest

from rsatalker.avatars.light import Light
from sidecar.errors import FrameRingError, RegionNotFound
from sidecar.regions import layout
from sidecar.regions.blocks import View
from sidecar.regions.engine_region import EngineRegionReader, EngineRegionWriter, EngineState, Playback
from sidecar.regions.layout import RegionState
from sidecar.regions.shared_memory import open_region

pytestmark = pytest.mark.unit

ANCHORS = np.stack([np.eye(4, dtype=np.float32), 2 * np.eye(4, dtype=np.float32)])
EYE = View(np.eye(4, dtype=np.float32), np.array([0.5, 0.6, 0.7, 0.8], np.float32), 0.125, 8.0)
LIGHT = Light(np.ones((9, 3), np.float32), np.array([0, 1, 0], np.float32), np.full(3, 2, np.float32))


@pytest.fixture
def reader() -> Iterator[EngineRegionReader]:
    region = EngineRegionReader()
    yield region
    region.close()


@pytest.fixture
def writer(reader: EngineRegionReader) -> Iterator[EngineRegionWriter]:
    region = EngineRegionWriter(reader.name)
    yield region
    region.close()


def test_state_comes_back_as_written(reader: EngineRegionReader, writer: EngineRegionWriter) -> None:
    playback = Playback(3, -40_000, 12, 0.5)
    writer.write(EngineState(7, (EYE, EYE), ANCHORS, LIGHT, (playback,), display_ns=99))
    found = reader.latest()
    assert found is not None
    assert (found.pose_id, found.display_ns, found.playbacks) == (7, 99, (playback,))
    assert found.written_ns > 0
    assert found.light is not None
    np.testing.assert_array_equal(found.light.probe, LIGHT.probe)
    np.testing.assert_array_equal(found.light.key_direction, LIGHT.key_direction)
    np.testing.assert_array_equal(found.world_from_head, ANCHORS)
    np.testing.assert_array_equal(found.eyes[1].tangents, EYE.tangents)
    assert (len(found.eyes), found.eyes[0].near_m, found.eyes[0].far_m) == (2, 0.125, 8.0)


def test_engine_without_light_leaves_it_to_the_sidecar(reader: EngineRegionReader, writer: EngineRegionWriter) -> None:
    writer.write(EngineState(1, (), ANCHORS, LIGHT))
    for pose_id in range(2, 2 + layout.FRAME_SLOT_COUNT):
        writer.write(EngineState(pose_id, (), ANCHORS))
    found = reader.latest()
    assert found is not None
    assert (found.light, found.eyes, found.playbacks) == (None, (), ())


def test_sidecar_waits_for_an_engine(reader: EngineRegionReader) -> None:
    assert (reader.latest(), reader.state, reader.writer_is_lost) == (None, RegionState.STARTING, True)


def test_sidecar_keeps_the_last_state_while_the_engine_writes(
    reader: EngineRegionReader, writer: EngineRegionWriter
) -> None:
    writer.write(EngineState(1, (), ANCHORS))
    assert reader.latest() is not None
    region = open_region(reader.name, writable=True)
    region.header["latest"] += 1  # points to a slot that was never whole
    kept = reader.latest()
    assert kept is not None
    assert kept.pose_id == 1
    region.close()


def test_engine_that_restarts_goes_on_in_the_same_region(reader: EngineRegionReader) -> None:
    for pose_id in range(1, 6):
        writer = EngineRegionWriter(reader.name)
        writer.write(EngineState(pose_id, (), ANCHORS))
        found = reader.latest()
        assert found is not None
        assert (found.pose_id, reader.writer_is_lost) == (pose_id, False)
        writer.close()
        assert (reader.state, reader.writer_is_lost) == (RegionState.STOPPING, True)


def test_engine_that_leaves_does_not_remove_the_region(reader: EngineRegionReader, writer: EngineRegionWriter) -> None:
    writer.close()
    EngineRegionWriter(reader.name).close()


def test_region_goes_with_the_sidecar(reader: EngineRegionReader) -> None:
    reader.close()
    reader.close()
    with pytest.raises(RegionNotFound):
        EngineRegionWriter(reader.name)


def test_writer_refuses_more_than_the_region_holds(writer: EngineRegionWriter) -> None:
    playbacks = tuple(Playback(n, 0, 0) for n in range(1, layout.MAX_PLAYBACKS + 2))
    with pytest.raises(FrameRingError, match="17 playbacks"):
        writer.write(EngineState(1, (), ANCHORS, None, playbacks))
    with pytest.raises(FrameRingError, match="3 eyes"):
        writer.write(EngineState(1, (EYE,) * 3, ANCHORS))


@pytest.mark.parametrize(
    ("field", "value"), [("eye_count", 3), ("playback_count", 17), ("world_from_head", np.nan), ("key_color", np.inf)]
)
def test_sidecar_refuses_what_cannot_be(
    reader: EngineRegionReader, writer: EngineRegionWriter, field: str, value: float
) -> None:
    writer.write(EngineState(1, (EYE,), ANCHORS, LIGHT))
    region = open_region(reader.name, writable=True)
    first = int(region.header["slots_offset_bytes"]) + int(region.header["slot_stride_bytes"])
    region.bytes[first : first + layout.ENGINE_SLOT.itemsize].view(layout.ENGINE_SLOT)[0][field] = value
    with pytest.raises(FrameRingError, match=field):
        reader.latest()
    region.close()
