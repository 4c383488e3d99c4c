"""Reads and writes regions with the Python readers and prints what it found; the verbs are those of read_frames.cpp."""

import json
import sys
import time
import zlib

import numpy as np

from rsatalker.avatars.light import Light
from sidecar.errors import FrameRingError, ProtocolVersionError, RegionNotFound
from sidecar.regions.blocks import POSE_FIELDS, View
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback
from sidecar.regions.frame_ring import Frame, FrameRingReader
from sidecar.regions.motion_ring import MotionInstant, MotionRingReader

LOST_POLLS = 20_000  # of a millisecond: a busy machine may stop a writer for longer than STALE_MS


def show(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def show_problem(problem: Exception) -> None:
    kinds = {ProtocolVersionError: "protocol_version", RegionNotFound: "region_not_found"}
    words = str(problem).removeprefix("Malformed region: ").split(" is ")[0]
    field = {"protocol_version": "major", "region_not_found": ""}.get(kinds.get(type(problem), ""), words)
    show({"status": kinds.get(type(problem), "malformed"), "field": "magic" if "begin with" in field else field})


def pose_facts(pose) -> dict[str, object]:
    return {name: getattr(pose, name).tolist() for name in ("expression", *POSE_FIELDS)}


def show_frame(frame: Frame) -> None:
    header, last = frame.header, frame.header.views[-1]
    integers = ("frame_number", "utterance_id", "timeline_us", "media_us", "pose_id", "requested_ns", "rendered_ns")
    layers, height, width = frame.depths.shape
    show(
        {
            "status": "fresh",
            **{name: getattr(header, name) for name in integers},
            "published_ns": frame.published_ns,
            "width": width,
            "height": height,
            "layers": layers,
            "format": int(frame.format),
            "flags": int(header.flags),
            "world_from_head": header.world_from_head.ravel().tolist(),
            "camera_from_world": last.camera_from_world.ravel().tolist(),
            "tangents": last.tangents.tolist(),
            "near_m": [last.near_m],
            "far_m": [last.far_m],
            "colors_crc32": zlib.crc32(np.ascontiguousarray(frame.colors).data),
            "depths_crc32": zlib.crc32(np.ascontiguousarray(frame.depths).data),
            **pose_facts(header.pose),
        }
    )


def show_instant(instant: MotionInstant, space: str) -> None:
    first, second = instant.heads
    show(
        {
            "index": instant.index,
            "timeline_us": instant.timeline_us,
            "expression_space": space,
            "utterance_a": first.utterance_id,
            "media_us_a": first.media_us,
            "utterance_b": second.utterance_id,
            "media_us_b": second.media_us,
            "jaw_a": first.pose.jaw_pose.tolist(),
            **pose_facts(second.pose),
        }
    )


def read_frames(name: str, count: int) -> int:
    reader, last_read, patience = FrameRingReader(name), 0, LOST_POLLS
    while count > 0 and patience > 0:
        frame = reader.latest() if reader.published_count != last_read else None
        if frame is not None and frame.header.frame_number != last_read:
            last_read = frame.header.frame_number
            show_frame(frame)
            count, patience = count - 1, LOST_POLLS
        else:
            time.sleep(0.001)
            patience -= reader.writer_is_lost
    return 1 if count else 0


def read_motion(name: str, count: int) -> int:
    reader, last_read, patience, printed = MotionRingReader(name), 0, LOST_POLLS, 0
    while patience > 0:
        for instant in reader.instants(last_read):
            show_instant(instant, reader.expression_space)
            last_read, patience, printed = instant.index, LOST_POLLS, printed + 1
            if printed == count:
                return 0
        if count == 0:
            return 0
        time.sleep(0.001)
        patience -= reader.writer_is_lost
    return 1


def read_once(name: str) -> None:
    frame = FrameRingReader(name).latest()
    if frame is None:
        show({"status": "nothing", "field": ""})
    else:
        show_frame(frame)


def count_instants(name: str) -> None:
    show({"status": "fresh", "field": "", "instants": len(MotionRingReader(name).instants())})


def watch(name: str, count: int) -> int:
    reader, was_lost = FrameRingReader(name), None
    while count > 0:
        is_lost = reader.writer_is_lost
        if is_lost != was_lost:
            show({"writer": "lost" if is_lost else "alive"})
            count -= 1
        was_lost = is_lost
        time.sleep(0.001)
    return 0


def counting(size: int, first: float) -> np.ndarray:
    return first + np.arange(size, dtype=np.float32) / 8


def write_engine(name: str) -> int:
    writer = EngineRegionWriter(name)
    eyes = tuple(View(counting(16, 10 + eye).reshape(4, 4), counting(4, 20 + eye), 0.125, 50.0) for eye in (0, 1))
    light = Light(counting(27, 30).reshape(9, 3), counting(3, 40), counting(3, 50))
    playback = Playback(3, -40_000, 987_654_321, 0.5)
    writer.write(EngineState(7, eyes, counting(32, 1).reshape(2, 4, 4), light, (playback,), 123_456_789))
    writer.close()
    return 0


def main(verb: str, *names: str) -> int:
    if verb in ("once", "count"):
        for name in names:
            try:
                read_once(name) if verb == "once" else count_instants(name)
            except (FrameRingError, ProtocolVersionError) as problem:
                show_problem(problem)
        return 0
    if verb == "motion":
        return read_motion(names[0], 0)
    if verb == "engine":
        return write_engine(names[0])
    follow = {"frames": read_frames, "follow": read_motion, "watch": watch}[verb]
    return follow(names[0], int(names[1]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
