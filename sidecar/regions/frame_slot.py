"""A frame in its slot: the record, where its parts lie, and what a reader checks before it touches pixels."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.motion.pose import FlamePose
from sidecar.errors import FrameRingError
from sidecar.regions import layout
from sidecar.regions.blocks import View, read_pose, read_views, write_pose, write_views
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import FrameFlags, PixelFormat
from sidecar.regions.region_header import Geometry, aligned, demand, demand_within

COLOR_BYTES = 4  # of one pixel: red, green, blue, alpha
DEPTH_BYTES = 4  # of one pixel: float32 metres
PIXEL_BYTES = {PixelFormat.RGBA8: 4, PixelFormat.BGRA8: 4, PixelFormat.RGBA16F: 8}
POSE_OFFSET_BYTES = layout.FRAME_SLOT.itemsize
EXPRESSION_OFFSET_BYTES = POSE_OFFSET_BYTES + layout.POSE.itemsize
COLOR_OFFSET_BYTES = layout.PAYLOAD_ALIGNMENT
CRC_FIRST, CRC_END = 8, 500  # bytes of the slot's header under header_crc32
COPIED_FIELDS = ("frame_number", "utterance_id", "timeline_us", "media_us", "pose_id", "requested_ns", "rendered_ns")


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What a frame shows and when. Times ending in `_ns` are of the host clock.

    Attributes:
        frame_number: From 1; a gap means dropped frames.
        utterance_id: What the head says; 0: nothing.
        timeline_us: Instant of the conversation's timeline that the frame shows.
        media_us: The same instant on the utterance's own audio; `layout.IDLE_MEDIA_US` if there is none.
        pose_id: The engine's pose that it was rendered for; 0: none.
        requested_ns: When that pose was taken.
        rendered_ns: When the pixels were done.
        views: One per layer.
        world_from_head: Where the head stood, metres.
        flags: The writer adds `HAS_DEPTH` itself.
        pose: Of the head.
    """

    frame_number: int
    utterance_id: int
    timeline_us: int
    media_us: int
    pose_id: int
    requested_ns: int
    rendered_ns: int
    views: tuple[View, ...]
    world_from_head: Float32[np.ndarray, "4 4"]
    flags: FrameFlags
    pose: FlamePose


@dataclass(frozen=True, slots=True)
class Frame:
    """A consistent copy of a published frame.

    Attributes:
        header: What it shows and when.
        published_ns: Host clock.
        format: Of the colours; `RGBA8` from our own writer.
        colors: One image per eye; float16 instead of uint8 if the format is `RGBA16F`.
        depths: Metres along z; 0 where nothing is drawn, and everywhere without `HAS_DEPTH`.
    """

    header: FrameHeader
    published_ns: int
    format: PixelFormat
    colors: np.ndarray
    depths: Float32[np.ndarray, "L H W"]


def frame_geometry(width: int, height: int, layers: int, expression_count: int) -> Geometry:
    """Return the slots for frames of this size."""
    demand_within("width", width, 1, layout.MAX_FRAME_SIZE)
    demand_within("height", height, 1, layout.MAX_FRAME_SIZE)
    demand_within("layers", layers, 1, layout.MAX_LAYERS)
    demand_within("expression_count", expression_count, 0, layout.MAX_EXPRESSIONS)
    pixels = layers * height * width
    stride = depth_offset(pixels) + aligned(DEPTH_BYTES * pixels, layout.PAYLOAD_ALIGNMENT)
    return Geometry(
        layout.FRAME_SLOT_COUNT,
        stride,
        width=width,
        height=height,
        layers=layers,
        expression_count=expression_count,
    )


def depth_offset(pixels: int) -> int:
    """Return where the depths of all layers begin in a slot."""
    return COLOR_OFFSET_BYTES + aligned(COLOR_BYTES * pixels, layout.PAYLOAD_ALIGNMENT)


def write_header(slot: UInt8[np.ndarray, " bytes"], record: np.void, geometry: Geometry, header: FrameHeader) -> None:
    """Write a frame's header and pose into its slot; `record` is the slot's header as `layout.FRAME_SLOT`.

    `geometry` is the region's, with the width and height of this frame.

    Raises:
        FrameRingError: The number of views or of coefficients is not the region's.
    """
    layers, layer_pixels = geometry.layers, geometry.height * geometry.width
    if len(header.views) != layers:
        raise FrameRingError(f"The frame has {len(header.views)} views; the region has {layers} layers.")
    write_pose(slot, header.pose, POSE_OFFSET_BYTES, EXPRESSION_OFFSET_BYTES, geometry.expression_count)
    for name in COPIED_FIELDS:
        record[name] = getattr(header, name)
    record["published_ns"], record["world_from_head"] = host_clock_ns(), header.world_from_head
    record["flags"] = header.flags | FrameFlags.HAS_DEPTH
    record["width"], record["height"], record["layers"] = geometry.width, geometry.height, layers
    record["format"], record["row_stride_bytes"] = PixelFormat.RGBA8, COLOR_BYTES * geometry.width
    record["pose_offset_bytes"], record["expression_offset_bytes"] = POSE_OFFSET_BYTES, EXPRESSION_OFFSET_BYTES
    record["expression_count"] = geometry.expression_count
    write_views(record["views"], header.views)
    first_depth = depth_offset(layers * layer_pixels)
    for layer in range(layers):
        record["color_offsets_bytes"][layer] = COLOR_OFFSET_BYTES + layer * COLOR_BYTES * layer_pixels
        record["depth_offsets_bytes"][layer] = first_depth + layer * DEPTH_BYTES * layer_pixels
    record["header_crc32"] = zlib.crc32(slot[CRC_FIRST:CRC_END].data)


def read_frame(
    slot: UInt8[np.ndarray, " bytes"], record: np.void, geometry: Geometry, into: Frame | None = None
) -> Frame:
    """Return a copy of the frame in a slot; `record` is a private copy of the slot's header.

    The pixel arrays of `into` are filled again if they fit; see `FrameRingReader.latest`.

    Raises:
        FrameRingError: A field is out of bounds; the message names it. Nothing outside the slot was touched.
    """
    check_record(record, geometry, len(slot))
    shape = layers, height, width = int(record["layers"]), int(record["height"]), int(record["width"])
    pixel_format, stride = PixelFormat(int(record["format"])), int(record["row_stride_bytes"])
    channel = np.dtype(np.float16 if pixel_format == PixelFormat.RGBA16F else np.uint8)
    colors = reused(into and into.colors, (*shape, 4), channel)
    depths = reused(into and into.depths, shape, np.dtype(np.float32))
    has_depth = bool(int(record["flags"]) & FrameFlags.HAS_DEPTH)
    row_bytes = width * PIXEL_BYTES[pixel_format]
    color_rows = colors.view(np.uint8).reshape(layers, height, row_bytes)
    for layer in range(layers):
        first = int(record["color_offsets_bytes"][layer])
        color_rows[layer] = slot[first : first + height * stride].reshape(height, stride)[:, :row_bytes]
        if has_depth:
            first = int(record["depth_offsets_bytes"][layer])
            depths[layer] = slot[first : first + DEPTH_BYTES * height * width].view(np.float32).reshape(height, width)
    if not has_depth:
        depths[:] = 0
    return Frame(read_header(slot, record), int(record["published_ns"]), pixel_format, colors, depths)


def reused(array: np.ndarray | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Return the array if it is what is needed, else a new one; what is in it has no meaning."""
    if array is not None and array.shape == shape and array.dtype == dtype and array.flags.c_contiguous:
        return array
    return np.empty(shape, dtype)


def read_header(slot: UInt8[np.ndarray, " bytes"], record: np.void) -> FrameHeader:
    """Return the header of a slot that has been checked."""
    offsets = int(record["pose_offset_bytes"]), int(record["expression_offset_bytes"])
    return FrameHeader(
        **{name: int(record[name]) for name in COPIED_FIELDS},
        views=read_views(record["views"], int(record["layers"])),
        world_from_head=record["world_from_head"].copy(),
        flags=FrameFlags(int(record["flags"])),
        pose=read_pose(slot, *offsets, int(record["expression_count"])),
    )


def check_record(record: np.void, geometry: Geometry, slot_bytes: int) -> None:
    """Check every field that leads to memory, from a private copy of the slot's header.

    Raises:
        FrameRingError: A field is out of bounds; the message names it.
    """
    crc32, found = int(record["header_crc32"]), zlib.crc32(record.tobytes()[CRC_FIRST:CRC_END])
    demand(crc32 == found, "header_crc32", crc32, f"{found}, the checksum of the header")
    width, height, layers = int(record["width"]), int(record["height"]), int(record["layers"])
    demand_within("width", width, 1, geometry.width)
    demand_within("height", height, 1, geometry.height)
    demand_within("layers", layers, 1, geometry.layers)
    pixel_format = int(record["format"])
    demand(pixel_format in PIXEL_BYTES, "format", pixel_format, f"1 to {len(PIXEL_BYTES)}")
    stride = int(record["row_stride_bytes"])
    demand_within("row_stride_bytes", stride, width * PIXEL_BYTES[PixelFormat(pixel_format)], slot_bytes)
    count = int(record["expression_count"])
    demand_within("expression_count", count, 0, geometry.expression_count)
    check_block("pose_offset_bytes", int(record["pose_offset_bytes"]), layout.POSE.itemsize, slot_bytes)
    check_block("expression_offset_bytes", int(record["expression_offset_bytes"]), 4 * count, slot_bytes)
    for layer in range(layers):
        first = int(record["color_offsets_bytes"][layer])
        check_block("color_offsets_bytes", first, height * stride, slot_bytes)
        if int(record["flags"]) & FrameFlags.HAS_DEPTH:
            first = int(record["depth_offsets_bytes"][layer])
            check_block("depth_offsets_bytes", first, DEPTH_BYTES * height * width, slot_bytes)


def check_block(field: str, offset: int, size_bytes: int, slot_bytes: int) -> None:
    """Check that a block lies behind the slot's header and inside the slot, on a multiple of 4."""
    demand(offset % 4 == 0, field, offset, "a multiple of 4")
    demand_within(field, offset, layout.FRAME_SLOT.itemsize, slot_bytes - size_bytes)
