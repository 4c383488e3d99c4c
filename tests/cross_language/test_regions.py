"""C++, C# and Python find the same in the same bytes, write the same ones, and refuse the same ones."""

import json
import random
import struct
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from placed_regions import Place, damage, newest_slot, seal
from region_probes import Probe

from sidecar.errors import FrameRingError, ProtocolVersionError, RegionNotFound
from sidecar.regions.engine_region import EngineRegionReader
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import MotionRingReader

pytestmark = pytest.mark.cross_language

FAULTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "proto" / "vectors" / "faults.json").read_text(encoding="utf-8")
)


def as_float32(found: dict[str, Any]) -> dict[str, Any]:
    """Return a probe's line with its decimal numbers rounded to the float32 that they stand for."""
    return {
        key: np.array(value, np.float32).tolist() if isinstance(value, list) else value for key, value in found.items()
    }


def test_probe_reads_the_vector_of_frames(foreign_probe: Probe, vectors: SimpleNamespace, place: Place) -> None:
    found = foreign_probe.run("once", place(vectors.region_bytes("frames")).name)
    assert [as_float32(line) for line in found] == vectors.meaning("frames")


def test_probe_reads_the_vector_of_motion(foreign_probe: Probe, vectors: SimpleNamespace, place: Place) -> None:
    found = foreign_probe.run("motion", place(vectors.region_bytes("motion")).name)
    assert [as_float32(line) for line in found] == vectors.meaning("motion")


def test_state_that_the_probe_writes_is_read_by_the_sidecar(foreign_probe: Probe) -> None:
    reader = EngineRegionReader()
    assert foreign_probe.run("engine", reader.name) == []
    state = reader.latest()
    assert state is not None
    assert state.light is not None
    counting = np.arange(64, dtype=np.float32) / 8
    np.testing.assert_array_equal(state.world_from_head.reshape(-1), 1 + counting[:32])
    for index, eye in enumerate(state.eyes):
        np.testing.assert_array_equal(eye.camera_from_world.reshape(-1), 10 + index + counting[:16])
        np.testing.assert_array_equal(eye.tangents, 20 + index + counting[:4])
        assert (eye.near_m, eye.far_m) == (0.125, 50.0)
    np.testing.assert_array_equal(state.light.probe.reshape(-1), 30 + counting[:27])
    np.testing.assert_array_equal(state.light.key_direction, 40 + counting[:3])
    np.testing.assert_array_equal(state.light.key_color, 50 + counting[:3])
    playback = state.playbacks[0]
    assert (playback.utterance_id, playback.position_us, playback.at_ns, playback.rate) == (3, -40000, 987654321, 0.5)
    assert (state.pose_id, state.display_ns, len(state.eyes), len(state.playbacks)) == (7, 123456789, 2, 1)
    assert -5 < reader.heartbeat_age_s < 60  # one clock; Wine's is a little off
    assert reader.state == RegionState.STOPPING
    reader.close()


def test_probe_refuses_every_fault_by_the_name_of_its_field(
    foreign_probe: Probe, vectors: SimpleNamespace, place: Place
) -> None:
    regions = [place(vectors.region_bytes("frames")) for _ in FAULTS]
    for region, fault in zip(regions, FAULTS, strict=True):
        damage(region, fault)
    found = foreign_probe.run("once", *(region.name for region in regions))
    verdicts = [(line["status"], line.get("field", "")) for line in found]
    assert verdicts == [(fault["status"], fault["blame"]) for fault in FAULTS]


def test_probe_finds_no_region_whose_writer_died_while_it_changed_the_layout(
    foreign_probe: Probe, vectors: SimpleNamespace, place: Place
) -> None:
    region = place(vectors.region_bytes("frames"))
    region.header["generation"] += 1
    region.header["slot_count"] = 0  # half-written
    (line,) = foreign_probe.run("once", region.name)
    assert (line["status"], line["field"]) == ("region_not_found", "")


def python_verdict(verb: str, name: str) -> dict[str, Any]:
    """Return what the reader of this process says; any other error than its own ends the test."""
    try:
        if verb == "count":
            with closing(MotionRingReader(name)) as motion:
                return {"status": "fresh", "instants": len(motion.instants())}
        with closing(FrameRingReader(name)) as frames:
            return {"status": "nothing" if frames.latest() is None else "fresh"}
    except ProtocolVersionError:
        return {"status": "protocol_version"}
    except RegionNotFound:
        return {"status": "region_not_found"}
    except FrameRingError:
        return {"status": "malformed"}


HEADER_PLACES = [8, 12, 16, 20, 40, 320, *range(128, 180, 4)]  # offsets of the fields that lead to memory
SLOT_PLACES = [0, 500, 504, *range(72, 108, 4), *range(384, 416, 4)]
WORDS = [0, 1, 3, 64, 4096, 2**31, 2**32 - 1, 2**63, 2**64 - 1]


def damaged_at_random(target: np.ndarray, places: list[int], chance: random.Random) -> None:
    """Overwrite one or two words."""
    for _ in range(chance.randint(1, 2)):
        offset = chance.choice(places)
        word = chance.choice([*WORDS, chance.getrandbits(64), chance.getrandbits(16)])
        target[offset : offset + 8] = np.frombuffer(struct.pack("<Q", word), np.uint8)


@pytest.mark.parametrize(("kind", "verb"), [("frames", "once"), ("motion", "count")])
def test_probe_and_python_agree_on_200_damaged_region_headers(
    foreign_probe: Probe, vectors: SimpleNamespace, place: Place, kind: str, verb: str
) -> None:
    chance = random.Random(20260131)
    regions = [place(vectors.region_bytes(kind)) for _ in range(200)]
    for region in regions:
        damaged_at_random(region.bytes, HEADER_PLACES, chance)
    found = foreign_probe.run(verb, *(region.name for region in regions))
    expected = [python_verdict(verb, region.name) for region in regions]
    assert [{key: line[key] for key in verdict} for line, verdict in zip(found, expected, strict=True)] == expected
    assert len({verdict["status"] for verdict in expected}) >= 3


def test_probe_and_python_agree_on_200_damaged_slots(
    foreign_probe: Probe, vectors: SimpleNamespace, place: Place
) -> None:
    chance = random.Random(20260131)
    regions = [place(vectors.region_bytes("frames")) for _ in range(200)]
    for region in regions:
        slot = newest_slot(region)
        damaged_at_random(slot, SLOT_PLACES, chance)
        if chance.random() < 0.9:  # the others are left with a wrong checksum
            seal(slot)
    found = foreign_probe.run("once", *(region.name for region in regions))
    assert [line["status"] for line in found] == [python_verdict("once", region.name)["status"] for region in regions]
