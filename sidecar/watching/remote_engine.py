"""An engine that is not on this machine: what it tells by calls is written into the engine region for it."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from sidecar.conversation import Conversation, State
from sidecar.errors import StateError
from sidecar.regions.blocks import View
from sidecar.regions.engine_region import EngineRegionWriter, EngineState, Playback
from sidecar.regions.host_clock import host_clock_ns

LARGEST_POSE_ID = (1 << 64) - 1  # that a region holds; a client may name it, and the next is 1: 0 means none


class RemoteEngines:
    """Writes the engine regions of conversations whose engine calls instead; keeps none of these alive. One thread."""

    def __init__(self) -> None:
        self._writers: WeakKeyDictionary[Conversation, EngineRegionWriter] = WeakKeyDictionary()
        self._pose_ids: WeakKeyDictionary[Conversation, int] = WeakKeyDictionary()

    def write(
        self,
        conversation: Conversation,
        pose_id: int,
        eyes: tuple[View, ...],
        world_from_heads: Float32[np.ndarray, "2 4 4"] | None,
        playbacks: Sequence[tuple[int, int, float]],
        light: Light | None = None,
    ) -> int:
        """Write what an engine tells; return the number of its pose.

        Args:
            conversation: Of the engine.
            pose_id: 0: one more than the last.
            eyes: None, one or two.
            world_from_heads: None: the heads stay where they are.
            playbacks: Utterance, position now in microseconds, and rate.
            light: Of the scene; None: the sidecar's own.

        Raises:
            StateError: An engine on this machine writes the region.
        """
        self._let_go()
        writer = self._writer(conversation)
        self._pose_ids[conversation] = pose_id or self._pose_ids.get(conversation, 0) % LARGEST_POSE_ID + 1
        now_ns = host_clock_ns()
        anchors = conversation.world_from_heads if world_from_heads is None else world_from_heads
        heard = tuple(
            Playback(utterance_id, position_us, now_ns, rate) for utterance_id, position_us, rate in playbacks
        )
        writer.write(EngineState(self._pose_ids[conversation], eyes, anchors, light, heard))
        return self._pose_ids[conversation]

    def close(self) -> None:
        """Let go of all regions."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _writer(self, conversation: Conversation) -> EngineRegionWriter:
        held = self._writers.get(conversation)
        if held is not None:
            return held
        if conversation.engine_attached:
            raise StateError(
                "An engine on the sidecar's machine writes this conversation's engine region; a conversation has one "
                "engine. Close that one first, or create a conversation of your own."
            )
        writer = EngineRegionWriter(conversation.regions.engine.name)
        self._writers[conversation] = writer
        return writer

    def _let_go(self) -> None:
        """Let go of the regions of conversations that are over."""
        for conversation, writer in list(self._writers.items()):
            if conversation.state in (State.CLOSING, State.CLOSED):
                writer.close()
                del self._writers[conversation]
