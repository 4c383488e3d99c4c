"""Write `proto/vectors`: the bytes of one region of each kind and what a reader must find in them.

`NAME.hex` lists the rows of 16 bytes that are not all zero; `NAME.json` says what they mean, in the words of the probes
in tests/cross_language. `coordinates.json` holds numbers of each engine beside ours. `faults.json` is written by hand.
With `--check` nothing is written; exit code 1 means stale. A change here is a change of the protocol: raise `major` or
`minor` in proto/frame_ring.toml with it.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "proto" / "vectors"
ROW_BYTES = 16
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from coordinate_vectors import coordinate_vectors  # noqa: E402  imports the project, which may not be installed

from rsatalker.avatars.light import Light  # noqa: E402
from rsatalker.motion.pose import FlamePose  # noqa: E402
from sidecar.regions import layout  # noqa: E402
from sidecar.regions.blocks import POSE_FIELDS, View  # noqa: E402
from sidecar.regions.engine_region import EngineRegionReader, EngineRegionWriter, EngineState, Playback  # noqa: E402
from sidecar.regions.frame_ring import FrameHeader, FrameRingWriter  # noqa: E402
from sidecar.regions.frame_slot import CRC_END, CRC_FIRST  # noqa: E402
from sidecar.regions.layout import FrameFlags, PixelFormat  # noqa: E402
from sidecar.regions.motion_ring import HeadInstant, MotionRingWriter  # noqa: E402
from sidecar.regions.shared_memory import HEADER_BYTES, open_region  # noqa: E402

PUBLISHED_NS = 5_000_000_000
WIDTH, HEIGHT, LAYERS, EXPRESSIONS = 3, 2, 2, 5
FIXED_HEADER = {
    "guid": np.arange(16, dtype=np.uint8),
    "owner_pid": 41,
    "owner_start_ns": 1_000_000,
    "owner_pid_namespace": 43,
    "created_ns": 2_000_000_000,
    "writer_pid": 42,
    "heartbeat_ns": 6_000_000_000,
}


def counting(count: int, first: float) -> np.ndarray:
    """Return first, first + 1/8, ...: numbers that are exact in every language."""
    return first + np.arange(count, dtype=np.float32) / 8


def example_pose(first: float) -> FlamePose:
    """Return a pose in which every number is another one."""
    sizes = {"expression": EXPRESSIONS, **{name: layout.POSE[name].shape[0] for name in POSE_FIELDS}}
    values = {name: counting(size, first + 10 * index) for index, (name, size) in enumerate(sizes.items())}
    return FlamePose(**values)


def example_view(first: float) -> View:
    """Return a view in which every number is another one."""
    return View(counting(16, first).reshape(4, 4), counting(4, first + 10), 0.125, 8.0)


def frames_vector() -> tuple[bytes, list[dict[str, Any]]]:
    """Return a region with two frames, and the newer of them."""
    ring = FrameRingWriter(WIDTH, HEIGHT, LAYERS, EXPRESSIONS)
    for number in (1, 2):
        slot = ring.begin()
        slot.colors.reshape(-1)[:] = np.arange(slot.colors.size) + number
        slot.depths.reshape(-1)[:] = counting(slot.depths.size, number)
        header = FrameHeader(
            frame_number=number,
            utterance_id=9,
            timeline_us=33_333 * number,
            media_us=-1 if number == 1 else 1_000,
            pose_id=77 + number,
            requested_ns=4_000_000_000,
            rendered_ns=4_500_000_000,
            views=(example_view(number), example_view(number + 1)),
            world_from_head=counting(16, 100 * number).reshape(4, 4),
            flags=FrameFlags.DROPPED_BEFORE if number == 2 else FrameFlags(0),
            pose=example_pose(number),
        )
        ring.publish(slot, header)
    data = fixed_bytes(ring.name)
    meaning = frame_meaning(header, slot.colors, slot.depths)
    ring.close()
    return data, [meaning]


def frame_meaning(header: FrameHeader, colors: np.ndarray, depths: np.ndarray) -> dict[str, Any]:
    """Return what the probes print for a frame."""
    last = header.views[-1]
    integers = ("frame_number", "utterance_id", "timeline_us", "media_us", "pose_id", "requested_ns", "rendered_ns")
    return {
        "status": "fresh",
        **{name: getattr(header, name) for name in integers},
        "published_ns": PUBLISHED_NS,
        "width": colors.shape[2],
        "height": colors.shape[1],
        "layers": colors.shape[0],
        "format": int(PixelFormat.RGBA8),
        "flags": int(header.flags | FrameFlags.HAS_DEPTH),
        "world_from_head": header.world_from_head.reshape(-1).tolist(),
        "camera_from_world": last.camera_from_world.reshape(-1).tolist(),
        "tangents": last.tangents.tolist(),
        "near_m": [last.near_m],
        "far_m": [last.far_m],
        "colors_crc32": zlib.crc32(np.ascontiguousarray(colors).data),
        "depths_crc32": zlib.crc32(np.ascontiguousarray(depths).data),
        **pose_meaning(header.pose),
    }


def pose_meaning(pose: FlamePose) -> dict[str, Any]:
    """Return what the probes print for a pose."""
    return {name: getattr(pose, name).tolist() for name in ("expression", *POSE_FIELDS)}


def motion_vector() -> tuple[bytes, list[dict[str, Any]]]:
    """Return a region whose ring has wrapped and whose future was changed once, and its last three instants."""
    ring = MotionRingWriter(EXPRESSIONS)
    meanings: list[dict[str, Any]] = []
    instants = layout.MOTION_SLOT_COUNT + 3
    for index in range(1, instants + 1):
        timeline_us = 33_333 * (index - 2 if index == instants else index)
        heads = [HeadInstant(4, 1_000 * index, example_pose(index)), HeadInstant(0, -1, example_pose(-index))]
        ring.push(timeline_us, heads)
        meaning = {
            "index": index,
            "timeline_us": timeline_us,
            "expression_space": "procedural-1",
            "utterance_a": 4,
            "media_us_a": 1_000 * index,
            "utterance_b": 0,
            "media_us_b": -1,
            "jaw_a": heads[0].pose.jaw_pose.tolist(),
        }
        meanings.append({**meaning, **pose_meaning(heads[1].pose)})
    region = np.frombuffer(bytearray(fixed_bytes(ring.name)), np.uint8)
    stride = int(region[:HEADER_BYTES].view(layout.REGION_HEADER)[0]["slot_stride_bytes"])
    slots = region[HEADER_BYTES : HEADER_BYTES + layout.MOTION_SLOT_COUNT * stride].reshape(-1, stride)
    slots[4:] = 0  # keep the file short: all but the instants 256 to 259, as if they were being overwritten
    ring.close()
    return region.tobytes(), meanings[-4:]


def engine_vector() -> tuple[bytes, list[dict[str, Any]]]:
    """Return a region that an engine has written once, and what the sidecar reads from it."""
    reader = EngineRegionReader()
    writer = EngineRegionWriter(reader.name)
    light = Light(counting(27, 30).reshape(9, 3), counting(3, 40), counting(3, 50))
    anchors = counting(32, 1).reshape(2, 4, 4)
    eyes = (example_view(10), example_view(11))
    writer.write(EngineState(7, eyes, anchors, light, (Playback(3, -40_000, 987_654_321, 0.5),), 123_456_789))
    data = fixed_bytes(reader.name)
    writer.close()
    reader.close()
    meaning = {
        "pose_id": 7,
        "display_ns": 123_456_789,
        "written_ns": PUBLISHED_NS,
        "eyes": [view.camera_from_world.reshape(-1).tolist() for view in eyes],
        "tangents": [view.tangents.tolist() for view in eyes],
        "world_from_head": anchors.reshape(-1).tolist(),
        "probe": light.probe.reshape(-1).tolist(),
        "key_direction": light.key_direction.tolist(),
        "key_color": light.key_color.tolist(),
        "playbacks": [{"utterance_id": 3, "position_us": -40_000, "at_ns": 987_654_321, "rate": 0.5}],
    }
    return data, [meaning]


def fixed_bytes(name: str) -> bytes:
    """Return a region's bytes with the same owner, writer and times at every run."""
    region = open_region(name)
    data = np.array(region.bytes)
    region.close()
    header = data[:HEADER_BYTES].view(layout.REGION_HEADER)[0]
    for field, value in FIXED_HEADER.items():
        header[field] = value
    slot_header = {64: layout.MOTION_SLOT, 512: layout.FRAME_SLOT, 1280: layout.ENGINE_SLOT}
    slot_dtype = slot_header[int(header["slot_header_bytes"])]
    stamp = "written_ns" if slot_dtype is layout.ENGINE_SLOT else "published_ns"
    for index in range(int(header["slot_count"])):
        first = HEADER_BYTES + index * int(header["slot_stride_bytes"])
        slot = data[first : first + slot_dtype.itemsize]
        record = slot.view(slot_dtype)[0]
        if record["seq_begin"]:
            record[stamp] = PUBLISHED_NS
        if record["seq_begin"] and slot_dtype is layout.FRAME_SLOT:
            record["header_crc32"] = zlib.crc32(slot[CRC_FIRST:CRC_END].tobytes())
    return data.tobytes()


def hex_text(data: bytes) -> str:
    """Return the rows that are not all zero: offset, then 16 bytes; the last line gives the size."""
    lines = [
        f"{offset:08x}  {data[offset : offset + ROW_BYTES].hex(' ')}"
        for offset in range(0, len(data), ROW_BYTES)
        if any(data[offset : offset + ROW_BYTES])
    ]
    return "\n".join([*lines, f"{len(data):08x}  end"]) + "\n"


def compact_json(engines: dict[str, dict[str, list[Any]]]) -> str:
    """Return JSON with one line for each example."""
    parts: list[str] = []
    for engine, subjects in engines.items():
        lists = [
            f'  "{subject}": [\n   ' + ",\n   ".join(json.dumps(example) for example in examples) + "\n  ]"
            for subject, examples in subjects.items()
        ]
        parts.append(f' "{engine}": {{\n' + ",\n".join(lists) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def region_bytes(name: str) -> bytearray:
    """Return the bytes of a vector by its name."""
    *rows, end = (FOLDER / f"{name}.hex").read_text(encoding="ascii").splitlines()
    data = bytearray(int(end.split()[0], 16))
    for row in rows:
        offset, _, digits = row.partition("  ")
        data[int(offset, 16) : int(offset, 16) + ROW_BYTES] = bytes.fromhex(digits)
    return data


def meaning(name: str) -> list[dict[str, Any]]:
    """Return what a reader must find in a vector."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def main() -> int:
    """Write the vectors, or with `--check` name those that are stale."""
    parser = argparse.ArgumentParser(description="Write the vectors of the regions.")
    parser.add_argument("--check", action="store_true", help="compare only; exit code 1 if a file is stale")
    check: bool = parser.parse_args().check
    texts = {"coordinates.json": compact_json(coordinate_vectors())}
    for name, make in {"frames": frames_vector, "motion": motion_vector, "engine": engine_vector}.items():
        data, meanings = make()
        texts |= {f"{name}.hex": hex_text(data), f"{name}.json": json.dumps(meanings, indent=1) + "\n"}
    stale = 0
    for file, text in texts.items():
        path = FOLDER / file
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"proto/vectors/{file} is stale: the protocol's bytes or their meaning changed.")
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
