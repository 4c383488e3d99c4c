"""Writers and readers of all languages as processes that run, halt and die beside each other."""

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from region_probes import NATIVE, ROOT, Probe
from waiting import until

from sidecar.regions.engine_region import EngineRegionReader
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.regions.layout import RegionState
from sidecar.regions.motion_ring import MotionRingReader
from sidecar.regions.shared_memory import remove_dead_regions

pytestmark = pytest.mark.cross_language

WRITER = Path(__file__).parent / "write_regions.py"
FRAMES = 60
PATIENCE_S = 60.0  # for a probe to notice what half a second should show
HALTS = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot halt a process from outside")
WRITTEN = runpy.run_path(str(WRITER))  # what the writer writes, by number


@dataclass(frozen=True)
class LiveWriter:
    """Another process that publishes.

    Attributes:
        name: Of its region.
        process: To halt and to kill.
    """

    name: str
    process: subprocess.Popen[str]


@pytest.fixture
def start_writer() -> Iterator[Callable[[str], LiveWriter]]:
    running: list[subprocess.Popen[str]] = []

    def start(verb: str) -> LiveWriter:
        command = [sys.executable, str(WRITER), verb]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        running.append(process)
        assert process.stdout is not None
        return LiveWriter(process.stdout.readline().strip(), process)

    yield start
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    remove_dead_regions()


def facts_of(verb: str, number: int) -> dict[str, Any]:
    """Return what every language must find in a frame."""
    width, height, layers = WRITTEN["size_of"](verb, number)
    pixels = width * height * layers
    pose = WRITTEN["pose_of"](number)
    return {
        "frame_number": number,
        "timeline_us": 33333 * number,
        "width": width,
        "height": height,
        "layers": layers,
        "expression": pose.expression.tolist(),
        "jaw_pose": pose.jaw_pose.tolist(),
        "colors_crc32": zlib.crc32(np.full(4 * pixels, number % 256, np.uint8).data),
        "depths_crc32": zlib.crc32(np.full(pixels, number / 3, np.float32).data),
    }


def parsed(line: str) -> dict[str, Any]:
    """Return a probe's line with its decimal numbers rounded to the float32 that they stand for."""
    found = json.loads(line)
    return {
        key: np.array(value, np.float32).tolist() if isinstance(value, list) else value for key, value in found.items()
    }


def check_frames(lines: list[dict[str, Any]], verb: str) -> None:
    """Check that frames are whole, each once, in their order."""
    numbers = [line["frame_number"] for line in lines]
    assert numbers == sorted(set(numbers))
    for line in lines:
        expected = facts_of(verb, line["frame_number"])
        assert {key: line[key] for key in expected} == expected


@pytest.mark.parametrize("verb", ["restless", "turning"])
def test_probe_reads_whole_frames(probe: Probe, start_writer: Callable[[str], LiveWriter], verb: str) -> None:
    with probe.start("frames", start_writer(verb).name, str(FRAMES)) as process:
        lines = [parsed(line) for line in process.stdout]
    assert process.returncode == 0
    assert len(lines) == FRAMES
    check_frames(lines, verb)
    if verb == "turning":
        assert {line["layers"] for line in lines} == {1, 2}


@HALTS
def test_probe_tells_a_halted_writer_from_a_living_one(
    native_probe: Probe, start_writer: Callable[[str], LiveWriter]
) -> None:
    writer = start_writer("steady")
    with native_probe.start("watch", writer.name, "1000") as process:
        patience = threading.Timer(PATIENCE_S, process.kill)  # then the states below end, and the test with them
        patience.start()
        states = (json.loads(line)["writer"] for line in process.stdout)
        assert "alive" in states
        writer.process.send_signal(signal.SIGSTOP)
        assert "lost" in states  # takes lines until it comes: a busy machine may have halted the writer before
        writer.process.send_signal(signal.SIGCONT)
        assert "alive" in states
        writer.process.kill()
        assert "lost" in states
        patience.cancel()
        process.kill()


@HALTS
def test_halted_probe_holds_no_writer_up_and_goes_on_with_the_newest_frame(
    native_probe: Probe, start_writer: Callable[[str], LiveWriter]
) -> None:
    writer = start_writer("steady")
    observer = FrameRingReader(writer.name)
    with native_probe.start("frames", writer.name, str(FRAMES)) as process:
        lines = [process.stdout.readline()]
        process.send_signal(signal.SIGSTOP)
        halted_at = observer.published_count
        until(lambda: observer.published_count > halted_at + 100, "the writer to go on")
        process.send_signal(signal.SIGCONT)
        found = [parsed(line) for line in (*lines, *process.stdout)]
    observer.close()
    assert process.returncode == 0
    check_frames(found, "steady")
    numbers = [line["frame_number"] for line in found]
    assert max(np.diff(numbers)) > 50  # what it missed is gone; nothing was queued for it


@HALTS
def test_halted_probe_goes_on_with_the_motion_that_the_ring_still_holds(
    native_probe: Probe, start_writer: Callable[[str], LiveWriter]
) -> None:
    writer = start_writer("motion")
    observer = MotionRingReader(writer.name)
    with native_probe.start("follow", writer.name, "2000") as process:
        lines = [process.stdout.readline()]
        process.send_signal(signal.SIGSTOP)
        halted_at = observer.latest_index
        until(lambda: observer.latest_index > halted_at + 600, "the ring to wrap twice")
        process.send_signal(signal.SIGCONT)
        while json.loads(lines[-1])["index"] < halted_at + 600:
            lines.append(process.stdout.readline())
        process.kill()
    observer.close()
    found = [parsed(line) for line in lines]
    indices = [line["index"] for line in found]
    assert indices == sorted(set(indices))
    steps = np.diff(indices)
    assert max(steps) > 256  # more than a whole ring was overwritten meanwhile
    for line in found:
        number = line["index"]
        assert line["timeline_us"] == 33333 * number
        assert line["jaw_a"] == WRITTEN["pose_of"](number).jaw_pose.tolist()
        assert line["expression"] == WRITTEN["pose_of"](2 * number).expression.tolist()


def test_restarted_writer_has_a_region_of_its_own(
    native_probe: Probe, start_writer: Callable[[str], LiveWriter]
) -> None:
    first = start_writer("steady")
    first.process.kill()
    first.process.wait()
    remove_dead_regions()
    second = start_writer("steady")
    (gone,) = native_probe.run("once", first.name)
    assert gone["status"] == "region_not_found"
    with native_probe.start("frames", second.name, "2") as process:
        check_frames([parsed(line) for line in process.stdout], "steady")
    assert process.returncode == 0


def test_engines_of_all_languages_take_turns_in_one_region(build: Callable[[str], Probe]) -> None:
    reader = EngineRegionReader()
    states = []
    for name in NATIVE:
        assert build(name).run("engine", reader.name) == []
        states.append(reader.latest())
        assert reader.state == RegionState.STOPPING
    assert reader._ring.latest == len(NATIVE)  # each went on from where the one before it had left
    assert len({str(state.world_from_head) + str(state.eyes) + str(state.playbacks) for state in states}) == 1
    reader.close()
