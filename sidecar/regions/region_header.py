"""The header of a region: where its slots are, written by the owner and never believed by a reader."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sidecar.errors import FrameRingError, ProtocolVersionError
from sidecar.regions import layout
from sidecar.regions.layout import RegionKind
from sidecar.regions.shared_memory import HEADER_BYTES, Region

SLOT_ALIGNMENT = 64  # bytes: a cache line
SLOT_HEADERS: dict[RegionKind, np.dtype[np.void]] = {
    RegionKind.FRAMES: layout.FRAME_SLOT,
    RegionKind.MOTION: layout.MOTION_SLOT,
    RegionKind.ENGINE: layout.ENGINE_SLOT,
}
EXPRESSION_OFFSET_BYTES = layout.POSE.itemsize  # coefficients follow their pose at once
HEAD_OFFSET_BYTES = layout.PARTICIPANT.itemsize + EXPRESSION_OFFSET_BYTES  # of the coefficients in a slot of motion


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the slots of a region are and what fits into them.

    Attributes:
        slot_count: Slots in the ring.
        slot_stride_bytes: From slot to slot.
        slots_offset_bytes: Of slot 0 from the start of the region.
        width: Frames: widest frame, pixels; otherwise 0.
        height: Frames: highest frame, pixels; otherwise 0.
        layers: Frames: most eyes; otherwise 0.
        expression_count: Coefficients of a pose; 0 in an engine region.
        participant_stride_bytes: Motion: from head to head; otherwise 0.
    """

    slot_count: int
    slot_stride_bytes: int
    slots_offset_bytes: int = HEADER_BYTES
    width: int = 0
    height: int = 0
    layers: int = 0
    expression_count: int = 0
    participant_stride_bytes: int = 0

    @property
    def region_bytes(self) -> int:
        """Bytes of header and slots together, in whole pages: what Windows tells of a section's size."""
        return aligned(self.slots_end, layout.PAYLOAD_ALIGNMENT)

    @property
    def slots_end(self) -> int:
        """Offset of the first byte after the slots."""
        return self.slots_offset_bytes + self.slot_count * self.slot_stride_bytes


def aligned(size_bytes: int, alignment: int) -> int:
    """Return the size rounded up to a multiple of the alignment."""
    return -(-size_bytes // alignment) * alignment


def write_geometry(region: Region, kind: RegionKind, geometry: Geometry) -> None:
    """Put the geometry into the region's header; the caller makes `generation` odd before and even after."""
    region.header["slot_header_bytes"] = SLOT_HEADERS[kind].itemsize
    for field in fields(geometry):
        region.header[field.name] = getattr(geometry, field.name)


def write_expression_space(region: Region, name: str) -> None:
    """Put the name of the coefficients' space into the region's header."""
    room = layout.REGION_HEADER["expression_space"].itemsize
    encoded = name.encode("ascii")
    if len(encoded) >= room:
        raise FrameRingError(f"expression_space {name!r} has {len(encoded)} letters; the header holds {room - 1}.")
    region.header["expression_space"] = np.frombuffer(encoded.ljust(room, b"\0"), np.uint8)


def read_expression_space(region: Region) -> str:
    """Return the name of the coefficients' space."""
    return region.header["expression_space"].tobytes().rstrip(b"\0").decode("ascii", "replace")


def check_identity(region: Region, kind: RegionKind) -> None:
    """Check that the region is ours, of a version that we read, and of the kind asked for.

    Raises:
        ProtocolVersionError: The layout has another major version.
        FrameRingError: The header is malformed; the message names the field.
    """
    header = region.header
    if header["magic"].tobytes() != layout.MAGIC:
        raise FrameRingError(f"Region {region.name} does not begin with {layout.MAGIC!r}: it is not RSATalker's.")
    major, minor = int(header["major"]), int(header["minor"])
    if major != layout.MAJOR:
        raise ProtocolVersionError(
            f"Region {region.name} has layout version {major}.{minor}; this reader reads {layout.MAJOR}.x. "
            "Update the older of the sidecar and the plugin."
        )
    demand(int(header["kind"]) == kind, "kind", header["kind"], f"{int(kind)}, {kind.name}")
    demand(int(header["header_bytes"]) == HEADER_BYTES, "header_bytes", header["header_bytes"], HEADER_BYTES)
    guid = region.name.strip("{}").replace("-", "").lower()
    demand(header["guid"].tobytes().hex() == guid, "guid", header["guid"].tobytes().hex(), f"{guid}, its own name")
    size_bytes = int(header["region_bytes"])
    demand(size_bytes == region.size_bytes, "region_bytes", size_bytes, f"{region.size_bytes}, its real size")
    if minor <= layout.MINOR:
        for offset, size in layout.REGION_HEADER_RESERVED:
            demand(not region.bytes[offset : offset + size].any(), f"reserved byte from {offset}", "not 0", 0)


def read_geometry(region: Region, kind: RegionKind) -> Geometry:
    """Return the geometry that the header gives, if all of it lies inside the region.

    Raises:
        FrameRingError: A field is out of bounds; the message names it.
    """
    header = region.header.copy()
    found = Geometry(**{field.name: int(header[field.name]) for field in fields(Geometry)})
    slot_header_bytes = SLOT_HEADERS[kind].itemsize
    demand(
        int(header["slot_header_bytes"]) == slot_header_bytes,
        "slot_header_bytes",
        header["slot_header_bytes"],
        slot_header_bytes,
    )
    demand_within("slot_count", found.slot_count, 2, layout.MAX_SLOT_COUNT)
    demand_within("slots_offset_bytes", found.slots_offset_bytes, HEADER_BYTES, region.size_bytes)
    demand_within("slot_stride_bytes", found.slot_stride_bytes, slot_header_bytes, region.size_bytes)
    for name in ("slots_offset_bytes", "slot_stride_bytes", "participant_stride_bytes"):
        value: int = getattr(found, name)
        demand(value % SLOT_ALIGNMENT == 0, name, value, f"a multiple of {SLOT_ALIGNMENT}")
    demand(
        found.slots_end <= region.size_bytes,
        "slot_count",
        found.slot_count,
        f"slots that fit into {region.size_bytes} bytes at a stride of {found.slot_stride_bytes}",
    )
    demand_within("expression_count", found.expression_count, 0, layout.MAX_EXPRESSIONS)
    if kind == RegionKind.FRAMES:
        demand_within("width", found.width, 1, layout.MAX_FRAME_SIZE)
        demand_within("height", found.height, 1, layout.MAX_FRAME_SIZE)
        demand_within("layers", found.layers, 1, layout.MAX_LAYERS)
    if kind == RegionKind.MOTION:
        room = (found.slot_stride_bytes - slot_header_bytes) // layout.PARTICIPANTS
        least = HEAD_OFFSET_BYTES + 4 * found.expression_count
        demand_within("participant_stride_bytes", found.participant_stride_bytes, least, room)
    return found


def demand(condition: bool, field: str, found: object, expected: object) -> None:
    """Raise FrameRingError with field, found and expected unless the condition holds."""
    if not condition:
        raise FrameRingError(f"Malformed region: {field} is {found}; expected {expected}.")


def demand_within(field: str, found: int, least: int, most: int) -> None:
    """Raise FrameRingError unless least <= found <= most."""
    demand(least <= found <= most, field, found, f"{least} to {most}")
