"""What the engine tells the sidecar: eyes, anchors of the heads, light, and what it plays.

The sidecar makes and removes the region, so that an engine which crashes leaves nothing behind; the engine writes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from sidecar.errors import FrameRingError
from sidecar.regions import layout
from sidecar.regions.blocks import View, read_views, write_views
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import EngineFlags, RegionKind, RegionState
from sidecar.regions.region_header import Geometry, demand, demand_within
from sidecar.regions.ring_ends import RingReader, RingWriter
from sidecar.regions.slot_ring import SlotRing


@dataclass(frozen=True, slots=True)
class Playback:
    """Where the engine is in one utterance.

    Attributes:
        utterance_id: As given by the sidecar.
        position_us: What is heard at `at_ns`, on the utterance's own audio; negative before its start.
        at_ns: Host clock.
        rate: Seconds of audio per second; 0: paused.
    """

    utterance_id: int
    position_us: int
    at_ns: int
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class EngineState:
    """Everything that the engine told at one tick.

    Attributes:
        pose_id: From 1, one more for each prediction.
        eyes: Where they will be at `display_ns`: none yet, one, or left and right.
        world_from_head: Anchor of each head, metres.
        light: Of the scene at the heads; None: the sidecar keeps its own.
        playbacks: Utterances that are playing, at most `layout.MAX_PLAYBACKS`.
        display_ns: Host clock: when the predicted pose will be on display; 0: unknown.
        written_ns: Host clock; the writer sets it.
    """

    pose_id: int
    eyes: tuple[View, ...]
    world_from_head: Float32[np.ndarray, "2 4 4"]
    light: Light | None = None
    playbacks: tuple[Playback, ...] = ()
    display_ns: int = 0
    written_ns: int = 0


class EngineRegionReader(RingReader):
    """Makes the region and reads the engine's state: the sidecar's side. One thread."""

    def __init__(self) -> None:
        """Make the region.

        Raises:
            RegionFull: There is no room for it.
        """
        geometry = Geometry(layout.FRAME_SLOT_COUNT, layout.ENGINE_SLOT.itemsize)
        super().__init__(SlotRing.create(RegionKind.ENGINE, geometry))
        self._newest: EngineState | None = None

    @property
    def heartbeat_ns(self) -> int:
        """When the engine gave its last sign of life, host clock; 0 before the first."""
        return self._ring.heartbeat_ns

    def latest(self) -> EngineState | None:
        """Return the newest state that is whole; None before the first.

        Raises:
            FrameRingError: The engine wrote a count that is out of bounds or a number that is not finite.
        """
        self._newest = self._ring.read_newest(self._copy) or self._newest
        return self._newest

    def _copy(self, index: int) -> EngineState:
        record = self._ring.copied_header(index)
        eye_count, playback_count = int(record["eye_count"]), int(record["playback_count"])
        demand_within("eye_count", eye_count, 0, len(record["eyes"]))
        demand_within("playback_count", playback_count, 0, layout.MAX_PLAYBACKS)
        demand_finite("world_from_head", record["world_from_head"])
        for name in layout.VIEW.names or ():
            demand_finite(f"eyes.{name}", record["eyes"][name][:eye_count])
        demand_finite("playbacks.rate", record["playbacks"]["rate"][:playback_count])
        return EngineState(
            pose_id=int(record["pose_id"]),
            eyes=read_views(record["eyes"], eye_count),
            world_from_head=record["world_from_head"].copy(),
            light=read_light(record) if int(record["flags"]) & EngineFlags.HAS_LIGHT else None,
            playbacks=tuple(
                Playback(int(p["utterance_id"]), int(p["position_us"]), int(p["at_ns"]), float(p["rate"]))
                for p in record["playbacks"][:playback_count]
            ),
            display_ns=int(record["display_ns"]),
            written_ns=int(record["written_ns"]),
        )


def demand_finite(field: str, values: np.ndarray) -> None:
    """Raise FrameRingError unless all values are numbers."""
    demand(bool(np.isfinite(values).all()), field, "infinite or NaN", "finite numbers")


def read_light(record: np.void) -> Light:
    """Return a copy of the light in an engine slot."""
    for name in ("probe", "key_direction", "key_color"):
        demand_finite(name, record[name])
    return Light(record["probe"].copy(), record["key_direction"].copy(), record["key_color"].copy())


class EngineRegionWriter(RingWriter):
    """Writes the engine's state into the sidecar's region: what a plugin does, in Python. One thread."""

    def __init__(self, name: str) -> None:
        """Open the region.

        Raises:
            RegionNotFound: It was closed, or its sidecar has gone.
            ProtocolVersionError: Its layout has another major version.
            FrameRingError: It is malformed.
        """
        super().__init__(SlotRing.open(name, RegionKind.ENGINE, writable=True), RegionState.LIVE)

    def write(self, state: EngineState) -> None:
        """Publish the state of this tick."""
        if len(state.eyes) > layout.MAX_LAYERS or len(state.playbacks) > layout.MAX_PLAYBACKS:
            raise FrameRingError(
                f"The state has {len(state.eyes)} eyes and {len(state.playbacks)} playbacks; "
                f"the region holds {layout.MAX_LAYERS} and {layout.MAX_PLAYBACKS}."
            )
        index = self._ring.begin()
        record = self._ring.headers[index]
        record["pose_id"], record["display_ns"], record["written_ns"] = state.pose_id, state.display_ns, host_clock_ns()
        record["eye_count"], record["playback_count"] = len(state.eyes), len(state.playbacks)
        record["flags"] = EngineFlags.HAS_LIGHT if state.light is not None else EngineFlags(0)
        record["world_from_head"] = state.world_from_head
        write_views(record["eyes"], state.eyes)
        if state.light is not None:
            record["probe"], record["key_direction"] = state.light.probe, state.light.key_direction
            record["key_color"] = state.light.key_color
        for entry, playback in zip(record["playbacks"], state.playbacks, strict=False):
            entry["utterance_id"], entry["position_us"] = playback.utterance_id, playback.position_us
            entry["at_ns"], entry["rate"] = playback.at_ns, playback.rate
        self._ring.publish(index)
