"""Motion of both heads of a conversation, sidecar to engine, for heads that are driven as meshes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rsatalker.motion.pose import FlamePose
from sidecar.errors import FrameRingError
from sidecar.regions import layout
from sidecar.regions.blocks import read_pose, write_pose
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import RegionKind, RegionState
from sidecar.regions.region_header import (
    HEAD_OFFSET_BYTES,
    SLOT_ALIGNMENT,
    Geometry,
    aligned,
    demand,
    demand_within,
    read_expression_space,
    write_expression_space,
)
from sidecar.regions.ring_ends import RingReader, RingWriter
from sidecar.regions.slot_ring import SlotRing

HEADS_OFFSET_BYTES = layout.MOTION_SLOT.itemsize  # of the first head in a slot
POSE_OFFSET_BYTES = layout.PARTICIPANT.itemsize  # of its pose from the start of a head


@dataclass(frozen=True, slots=True)
class HeadInstant:
    """One head at one instant.

    Attributes:
        utterance_id: What it says; 0: nothing.
        media_us: This instant on the utterance's own audio; `layout.IDLE_MEDIA_US` if there is none.
        pose: Of the head.
    """

    utterance_id: int
    media_us: int
    pose: FlamePose


@dataclass(frozen=True, slots=True)
class MotionInstant:
    """Both heads at one instant, as published.

    Attributes:
        index: Publication number, from 1, without gaps.
        timeline_us: Instant of the conversation's timeline. If it is not later than its predecessor's, the future was
            changed: drop what you hold from this instant on.
        published_ns: Host clock.
        heads: In the order of the conversation's participants.
    """

    index: int
    timeline_us: int
    published_ns: int
    heads: tuple[HeadInstant, ...]


class MotionRingWriter(RingWriter):
    """Makes the region and publishes motion in it. One thread, but any may call `beat`."""

    def __init__(self, expression_count: int, expression_space: str = "procedural-1") -> None:
        """Make the region.

        Raises:
            RegionFull: There is no room for it.
        """
        demand_within("expression_count", expression_count, 0, layout.MAX_EXPRESSIONS)
        head_stride = aligned(HEAD_OFFSET_BYTES + 4 * expression_count, SLOT_ALIGNMENT)
        geometry = Geometry(
            layout.MOTION_SLOT_COUNT,
            HEADS_OFFSET_BYTES + layout.PARTICIPANTS * head_stride,
            expression_count=expression_count,
            participant_stride_bytes=head_stride,
        )
        ring = SlotRing.create(RegionKind.MOTION, geometry)
        write_expression_space(ring.region, expression_space)
        super().__init__(ring, RegionState.STARTING)

    def push(self, timeline_us: int, heads: Sequence[HeadInstant]) -> int:
        """Publish one instant of both heads and return its index."""
        if len(heads) != layout.PARTICIPANTS:
            raise FrameRingError(f"An instant has {len(heads)} heads; a conversation has {layout.PARTICIPANTS}.")
        index = self._ring.begin()
        slot, record, number = self._ring.slots[index], self._ring.headers[index], self._ring.latest + 1
        record["index"], record["timeline_us"], record["published_ns"] = number, timeline_us, host_clock_ns()
        for block, head in zip(head_blocks(slot, self._ring.geometry), heads, strict=True):
            participant = block[:POSE_OFFSET_BYTES].view(layout.PARTICIPANT)
            participant[0] = (head.utterance_id, head.media_us)
            write_pose(block, head.pose, POSE_OFFSET_BYTES, HEAD_OFFSET_BYTES, self._ring.geometry.expression_count)
        self._ring.publish(index)
        return number


class MotionRingReader(RingReader):
    """Reads motion, as an engine would. One thread.

    Attributes:
        expression_space: What the expression coefficients mean.
    """

    def __init__(self, name: str) -> None:
        """Open the region.

        Raises:
            RegionNotFound: It was closed, or its sidecar has gone.
            ProtocolVersionError: Its layout has another major version.
            FrameRingError: It is malformed.
        """
        super().__init__(SlotRing.open(name, RegionKind.MOTION))
        self.expression_space = read_expression_space(self._ring.region)

    @property
    def latest_index(self) -> int:
        """Index of the newest instant; 0: none yet."""
        return self._ring.latest

    def instants(self, since_index: int = 0) -> list[MotionInstant]:
        """Return all instants after an index that the ring still holds, oldest first; each index once.

        A first index above `since_index` + 1 means that the reader was away too long and missed some.
        """
        if not self._ring.has_settled():
            return []
        latest = self._ring.latest
        oldest = max(since_index + 1, latest - self._ring.geometry.slot_count + 1, 1)
        numbers = range(oldest, latest + 1)
        found = ((number, self._ring.read(number, self._copy)) for number in numbers)
        return [instant for number, instant in found if instant is not None and instant.index == number]

    def _copy(self, index: int) -> MotionInstant:
        slot, record, geometry = self._ring.slots[index], self._ring.copied_header(index), self._ring.geometry
        number = int(record["index"])
        demand(number % geometry.slot_count == index, "index", number, f"{index} modulo {geometry.slot_count}")
        heads: list[HeadInstant] = []
        for block in head_blocks(slot, geometry):
            participant = block[:POSE_OFFSET_BYTES].copy().view(layout.PARTICIPANT)[0]
            pose = read_pose(block, POSE_OFFSET_BYTES, HEAD_OFFSET_BYTES, geometry.expression_count)
            heads.append(HeadInstant(int(participant["utterance_id"]), int(participant["media_us"]), pose))
        return MotionInstant(number, int(record["timeline_us"]), int(record["published_ns"]), tuple(heads))


def head_blocks(slot: np.ndarray, geometry: Geometry) -> list[np.ndarray]:
    """Return the bytes of each head in a slot."""
    stride = geometry.participant_stride_bytes
    starts = (HEADS_OFFSET_BYTES + head * stride for head in range(layout.PARTICIPANTS))
    return [slot[start : start + stride] for start in starts]
