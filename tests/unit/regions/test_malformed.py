"""A reader believes no field of a region."""

import contextlib
import json
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from placed_regions import Place, damage, newest_slot, seal

from sidecar.errors import FrameRingError, ProtocolVersionError
from sidecar.regions import layout
from sidecar.regions.engine_region import EngineRegionWriter
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.layout import RegionKind, RegionState
from sidecar.regions.motion_ring import MotionRingReader

pytestmark = pytest.mark.unit

FAULTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "proto" / "vectors" / "faults.json").read_text(encoding="utf-8")
)


def fault_name(fault: dict[str, Any]) -> str:
    return f"{fault['struct']}.{fault.get('field', fault.get('offset'))}={fault['value']}"


def verdict(fault: dict[str, Any]) -> contextlib.AbstractContextManager[object]:
    if fault["status"] == "malformed":
        return pytest.raises(FrameRingError, match=fault["blame"])
    if fault["status"] == "protocol_version":
        return pytest.raises(ProtocolVersionError, match=r"layout version .* reads 1\.x")
    return contextlib.nullcontext()


NAMED_FAULTS = [fault for fault in FAULTS if fault["blame"] != "magic"]  # that one has a sentence of its own, below


@pytest.mark.parametrize("fault", NAMED_FAULTS, ids=fault_name)
def test_fault_is_refused_by_the_name_of_its_field(
    vectors: SimpleNamespace, place: Place, fault: dict[str, Any]
) -> None:
    region = place(vectors.region_bytes("frames"))
    damage(region, fault)
    with verdict(fault):
        reader = FrameRingReader(region.name)
        frame = reader.latest()
        reader.close()
        assert (frame is None) == (fault["status"] == "nothing")


def test_region_of_another_program_is_refused(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("frames"))
    region.bytes[:8] = np.frombuffer(b"UNREAL!!", np.uint8)
    with pytest.raises(FrameRingError, match="not RSATalker's"):
        FrameRingReader(region.name)


def test_reader_refuses_a_region_of_another_kind(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("frames"))
    with pytest.raises(FrameRingError, match="kind is 1; expected 2, MOTION"):
        MotionRingReader(region.name)
    with pytest.raises(FrameRingError, match="kind is 1; expected 3, ENGINE"):
        EngineRegionWriter(region.name)


def test_state_that_does_not_exist_is_refused(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("frames"))
    reader = FrameRingReader(region.name)
    region.header["state"] = len(RegionState) + 1
    with pytest.raises(FrameRingError, match="state is 6"):
        _ = reader.state
    reader.close()


def test_motion_refuses_heads_that_do_not_fit_their_slot(vectors: SimpleNamespace, place: Place) -> None:
    for value in (64, 1 << 40):
        region = place(vectors.region_bytes("motion"))
        region.header["participant_stride_bytes"] = value
        with pytest.raises(FrameRingError, match="participant_stride_bytes"):
            MotionRingReader(region.name)


WORDS = st.one_of(
    st.sampled_from([0, 1, 63, 64, 4095, 4096, 2**31, 2**32 - 1, 2**63, 2**64 - 1]), st.integers(0, 2**64 - 1)
)
HEADER_PLACES = st.integers(0, 408 // 4).map(lambda word: 4 * word)
SLOT_PLACES = st.integers(0, layout.FRAME_SLOT.itemsize // 4 - 2).map(lambda word: 4 * word)
any_damage = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_if_possible(name: str) -> None:
    with contextlib.suppress(FrameRingError, ProtocolVersionError):
        reader = FrameRingReader(name)
        try:
            frame = reader.latest()
            if frame is not None:
                assert frame.colors.size <= 3 * 2 * 2 * 8
        finally:
            reader.close()


@any_damage
@given(words=st.lists(st.tuples(HEADER_PLACES, WORDS), min_size=1, max_size=3))
def test_any_damage_to_the_region_header_is_read_or_refused(
    vectors: SimpleNamespace, place: Place, words: list[tuple[int, int]]
) -> None:
    region = place(vectors.region_bytes("frames"))
    for offset, word in words:
        region.bytes[offset : offset + 8] = np.frombuffer(struct.pack("<Q", word), np.uint8)
    read_if_possible(region.name)
    region.close()


@any_damage
@given(words=st.lists(st.tuples(SLOT_PLACES, WORDS), min_size=1, max_size=3))
def test_any_damage_to_a_slot_header_is_read_or_refused(
    vectors: SimpleNamespace, place: Place, words: list[tuple[int, int]]
) -> None:
    region = place(vectors.region_bytes("frames"))
    slot = newest_slot(region)
    for offset, word in words:
        slot[offset : offset + 8] = np.frombuffer(struct.pack("<Q", word), np.uint8)
    seal(slot)
    read_if_possible(region.name)
    region.close()


def test_kinds_are_numbered_as_published() -> None:
    assert [int(kind) for kind in RegionKind] == [1, 2, 3]


def test_layout_that_is_refused_stays_refused(vectors: SimpleNamespace, place: Place) -> None:
    region = place(vectors.region_bytes("frames"))
    reader = FrameRingReader(region.name)
    region.header["width"] = layout.MAX_FRAME_SIZE + 1
    region.header["generation"] += 2
    for _ in range(2):
        with pytest.raises(FrameRingError, match="width is 8193"):
            reader.latest()
    reader.close()
