"""C++ and C# read and write the same bytes as Python, and refuse the same ones."""

import json
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from placed_regions import Place, damage, newest_slot, seal

from sidecar.errors import FrameRingError, ProtocolVersionError
from sidecar.regions.engine_region import EngineRegionReader
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.regions.layout import RegionState
from sidecar.regions.shared_memory import remove_dead_regions

pytestmark = pytest.mark.cross_language

FAULTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "proto" / "vectors" / "faults.json").read_text(encoding="utf-8")
)
FRAMES = 40
LIVE_WRITER = """
import itertools
import sys
import time
import numpy as np
from rsatalker.motion.pose import FlamePose
from sidecar.regions.blocks import View
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter
from sidecar.regions.layout import FrameFlags
ring = FrameRingWriter(33, 17, 2, 43)
print(ring.name, flush=True)
pose, eye = FlamePose.neutral(), np.eye(4, dtype=np.float32)
views = (View(eye, np.ones(4, np.float32), 0.1, 1.0),) * 2
for number in itertools.count(1):
    slot = ring.begin()
    slot.colors[:] = number % 256
    slot.depths[:] = number / 3
    pose.expression[:] = np.arange(43, dtype=np.float32) / number
    pose.jaw_pose[:] = (number / 7, 0, 0)
    ring.publish(slot, FrameHeader(number, 5, 33333 * number, -1, 0, 0, 0, views, eye, FrameFlags(0), pose))
    time.sleep(0.004)
"""


@dataclass(frozen=True)
class LiveWriter:
    """Another process that publishes frames.

    Attributes:
        name: Of its region.
        process: To kill.
    """

    name: str
    process: subprocess.Popen[str]


@pytest.fixture
def live_writer() -> Iterator[LiveWriter]:
    process = subprocess.Popen([sys.executable, "-c", LIVE_WRITER], stdout=-1, text=True)
    assert process.stdout is not None
    yield LiveWriter(process.stdout.readline().strip(), process)
    process.kill()
    process.wait()
    process.stdout.close()
    remove_dead_regions()


def facts_of(frame: Frame) -> dict[str, Any]:
    """Return what must be the same in every language."""
    return {
        "frame_number": frame.header.frame_number,
        "timeline_us": frame.header.timeline_us,
        "published_ns": frame.published_ns,
        "expression": frame.header.pose.expression.tolist(),
        "jaw_pose": frame.header.pose.jaw_pose.tolist(),
        "colors_crc32": zlib.crc32(frame.colors.data),
        "depths_crc32": zlib.crc32(frame.depths.data),
    }


def as_float32(found: dict[str, Any]) -> dict[str, Any]:
    """Return a probe's line with its decimal numbers rounded to the float32 that they stand for."""
    return {
        key: np.array(value, np.float32).tolist() if isinstance(value, list) else value for key, value in found.items()
    }


def test_probe_reads_the_frames_of_a_live_writer_as_python_does(probe: Any, live_writer: LiveWriter) -> None:
    reader = FrameRingReader(live_writer.name)
    by_number: dict[int, dict[str, Any]] = {}
    with probe.start("frames", live_writer.name, str(FRAMES)) as process:
        while process.poll() is None:
            frame = reader.latest()
            if frame is not None:
                by_number[frame.header.frame_number] = facts_of(frame)
        lines = [as_float32(json.loads(line)) for line in process.stdout.read().splitlines()]
    reader.close()
    assert len(lines) == FRAMES
    assert len({line["frame_number"] for line in lines}) == FRAMES
    both = [line for line in lines if line["frame_number"] in by_number]
    assert both
    for line in both:
        expected = by_number[line["frame_number"]]
        assert {key: line[key] for key in expected} == expected


def test_probe_notices_a_killed_writer(probe: Any, live_writer: LiveWriter) -> None:
    with probe.start("frames", live_writer.name, "1000000000") as process:
        process.stdout.readline()
        live_writer.process.kill()
        process.stdout.read()
    assert process.returncode == 1


def test_probe_reads_the_vector_of_frames(probe: Any, vectors: SimpleNamespace, place: Place) -> None:
    found = probe.run("once", place(vectors.region_bytes("frames")).name)
    assert [as_float32(line) for line in found] == vectors.meaning("frames")


def test_probe_reads_the_vector_of_motion(probe: Any, vectors: SimpleNamespace, place: Place) -> None:
    found = probe.run("motion", place(vectors.region_bytes("motion")).name)
    assert [as_float32(line) for line in found] == vectors.meaning("motion")


def test_state_that_the_probe_writes_is_read_by_the_sidecar(probe: Any) -> None:
    reader = EngineRegionReader()
    assert probe.run("engine", reader.name) == []
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
    assert 0 < reader.heartbeat_age_s < 60  # all languages read one clock
    assert reader.state == RegionState.STOPPING
    reader.close()


def test_probe_refuses_every_fault_by_the_name_of_its_field(probe: Any, vectors: SimpleNamespace, place: Place) -> None:
    regions = [place(vectors.region_bytes("frames")) for _ in FAULTS]
    for region, fault in zip(regions, FAULTS, strict=True):
        damage(region, fault)
    found = probe.run("once", *(region.name for region in regions))
    verdicts = [(line["status"], line.get("field", "")) for line in found]
    assert verdicts == [(fault["status"], fault["blame"]) for fault in FAULTS]


def python_verdict(name: str) -> str:
    try:
        reader = FrameRingReader(name)
        try:
            return "nothing" if reader.latest() is None else "fresh"
        finally:
            reader.close()
    except ProtocolVersionError:
        return "protocol_version"
    except FrameRingError:
        return "malformed"


PLACES = {  # offsets of the fields that lead to memory
    "region header": [8, 12, 16, 20, 40, 320, *range(128, 180, 4)],
    "slot header": [0, 500, 504, *range(72, 108, 4), *range(384, 416, 4)],
}


@pytest.mark.parametrize("part", PLACES)
def test_probe_and_python_agree_on_200_damaged_regions(
    probe: Any, vectors: SimpleNamespace, place: Place, part: str
) -> None:
    chance = random.Random(20260131)
    words = [0, 1, 3, 64, 4096, 2**31, 2**32 - 1, 2**63, 2**64 - 1]
    regions = [place(vectors.region_bytes("frames")) for _ in range(200)]
    for region in regions:
        target = region.bytes if part == "region header" else newest_slot(region)
        for _ in range(chance.randint(1, 2)):
            offset = chance.choice(PLACES[part])
            word = chance.choice([*words, chance.getrandbits(64), chance.getrandbits(16)])
            target[offset : offset + 8] = np.frombuffer(struct.pack("<Q", word), np.uint8)
        if part == "slot header" and chance.random() < 0.9:  # the others are left with a wrong checksum
            seal(target)
    found = probe.run("once", *(region.name for region in regions))
    assert [line["status"] for line in found] == [python_verdict(region.name) for region in regions]
