"""Regions made from the bytes of a vector, and the damage that is done to them."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sidecar.regions import layout
from sidecar.regions.frame_slot import CRC_END, CRC_FIRST
from sidecar.regions.layout import RegionKind
from sidecar.regions.shared_memory import Region, create_region

OWN_FIELDS = ("guid", "owner_pid", "owner_start_ns", "owner_pid_namespace")

Place = Callable[[bytes | bytearray], Region]


@contextmanager
def placed_regions() -> Iterator[Place]:
    """Make regions of this process, each under a name of its own, and remove them at the end."""
    regions: list[Region] = []

    def place(data: bytes | bytearray) -> Region:
        region = create_region(len(data), RegionKind.FRAMES)
        own = {name: region.header[name].copy() for name in OWN_FIELDS}
        region.bytes[:] = np.frombuffer(data, np.uint8)
        for name, value in own.items():
            region.header[name] = value
        regions.append(region)
        return region

    yield place
    for region in regions:
        region.close()


def newest_slot(region: Region) -> np.ndarray:
    """Return the bytes of the newest slot in a region of frames."""
    index = int(region.header["latest"]) % int(region.header["slot_count"])
    first = layout.REGION_HEADER.itemsize + index * int(region.header["slot_stride_bytes"])
    return region.bytes[first : first + int(region.header["slot_stride_bytes"])]


def frame_record(slot: np.ndarray) -> np.void:
    """Return the header of a slot of frames, a view."""
    return slot[: layout.FRAME_SLOT.itemsize].view(layout.FRAME_SLOT)[0]


def seal(slot: np.ndarray) -> None:
    """Make the checksum of a slot right again."""
    frame_record(slot)["header_crc32"] = zlib.crc32(slot[CRC_FIRST:CRC_END].tobytes())


def damage(region: Region, fault: dict[str, Any]) -> None:
    """Do to a region what an entry of `proto/vectors/faults.json` says.

    No entry may write what a sound region can hold: a random GUID has any last byte, but never 255 at index 6, where
    its version stands (RFC 9562 section 4.2).
    """
    if "offset" in fault:
        region.bytes[fault["offset"]] = fault["value"]
        return
    in_slot = fault["struct"] == "FrameSlot"
    slot = newest_slot(region)
    record = frame_record(slot) if in_slot else region.header
    if "index" in fault:
        record[fault["field"]][fault["index"]] = fault["value"]
    else:
        record[fault["field"]] = fault["value"]
    if in_slot and fault["field"] != "header_crc32":
        seal(slot)
