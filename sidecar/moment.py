"""What one tick of a conversation goes by: the engine's newest state, or defaults for what it does not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from sidecar.clock import PlaybackPosition
from sidecar.conversation import Conversation
from sidecar.errors import FrameRingError
from sidecar.placement import is_rigid
from sidecar.regions.blocks import View
from sidecar.regions.engine_region import EngineState
from sidecar.regions.layout import RegionState

SETTLED_M = 0.001  # anchors that moved by less, in any entry, are where they were


@dataclass(frozen=True, slots=True)
class Moment:
    """What one tick of one conversation goes by; all frames of it carry the same pose.

    Attributes:
        now_ns: Of the host clock.
        pose_id: Of the engine's eyes; 0: no engine says where they are.
        eyes: Positions in world space; empty: a default eye in front of each face.
        views: Of those eyes.
        world_from_heads: Where both heads stand.
        light: Of the scene.
        playback: Where the engine is in each utterance that it plays.
        heartbeat_ns: When the engine was heard last.
    """

    now_ns: int
    pose_id: int
    eyes: tuple[Float32[np.ndarray, "3"], ...]
    views: tuple[View, ...]
    world_from_heads: Float32[np.ndarray, "2 4 4"]
    light: Light
    playback: dict[int, PlaybackPosition]
    heartbeat_ns: int


def moment_of(conversation: Conversation, now_ns: int, default_light: Light) -> Moment:
    """Read the engine's region and return what this tick goes by; the frame loop alone calls it."""
    engine = _newest_state(conversation)
    if engine is None:
        return Moment(now_ns, 0, (), (), conversation.world_from_heads, default_light, {}, 0)
    _follow_anchors(conversation, engine)
    # The clock shows already what will be heard when the frame is seen; a user may want it a little off.
    earlier_ns = conversation.display_lead.ns - conversation.av_offset_us * 1000
    return Moment(
        now_ns=now_ns,
        pose_id=engine.pose_id,
        eyes=tuple(_position(eye.camera_from_world) for eye in engine.eyes) if _eyes_are_placed(engine) else (),
        views=engine.eyes if _eyes_are_placed(engine) else (),
        world_from_heads=conversation.world_from_heads,
        light=engine.light or default_light,
        playback={
            entry.utterance_id: PlaybackPosition(entry.position_us, entry.at_ns - earlier_ns, entry.rate)
            for entry in engine.playbacks
        },
        heartbeat_ns=conversation.regions.engine.heartbeat_ns,
    )


def _newest_state(conversation: Conversation) -> EngineState | None:
    """Return the engine's newest state; None before the first and after the engine has left."""
    region = conversation.regions.engine
    try:
        conversation.engine = None if region.state == RegionState.STOPPING else region.latest()
        conversation.engine_attached = conversation.engine is not None and not region.writer_is_lost
        conversation.warning = _complaint(conversation.engine)
    except FrameRingError as error:
        conversation.warning = str(error)
    return conversation.engine


def _complaint(engine: EngineState | None) -> str:
    """Return what is wrong with a state that is whole; empty if nothing is."""
    if engine is None or (_heads_are_placed(engine) and _eyes_are_placed(engine)):
        return ""
    name = "world_from_head" if not _heads_are_placed(engine) else "camera_from_world"
    return (
        f"{name} in the engine region is not a rotation and a shift, so it is ignored; write rigid 4 x 4 matrices "
        "without scale, in metres."
    )


def _heads_are_placed(engine: EngineState) -> bool:
    return all(is_rigid(anchor) for anchor in engine.world_from_head)


def _eyes_are_placed(engine: EngineState) -> bool:
    return all(is_rigid(eye.camera_from_world) for eye in engine.eyes)


def _follow_anchors(conversation: Conversation, engine: EngineState) -> None:
    """Take over where the engine says that the heads stand."""
    moved_m = np.abs(engine.world_from_head - conversation.world_from_heads).max()
    if moved_m >= SETTLED_M and _heads_are_placed(engine):
        conversation.world_from_heads = engine.world_from_head.copy()
        conversation.motion.place(conversation.world_from_heads)


def _position(camera_from_world: Float32[np.ndarray, "4 4"]) -> Float32[np.ndarray, "3"]:
    """Return the centre of projection of an eye in world space."""
    return -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
