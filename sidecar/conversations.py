"""The conversations of a sidecar: made within its limits, found by id, closed when their lease ends."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.social import Relationship
from sidecar.admission import AUDIO_STREAM, CONVERSATION, check_admission, these_are_open
from sidecar.config import ServeOptions
from sidecar.conversation import Conversation
from sidecar.conversation_regions import FrameSize, Regions
from sidecar.errors import LimitError, NotFoundError, StateError
from sidecar.leases import Leases
from sidecar.motion_load import MotionLoad
from sidecar.regions.host_clock import host_clock_ns
from sidecar.studio import Studio, unknown_avatar
from sidecar.timings import Timings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConversationSetup:
    """What a client asks for.

    Attributes:
        avatars: Of a and b.
        world_from_heads: Where both stand.
        relationship: Who they are to each other.
        frame_size: None: the client draws the heads itself.
        seed: Chance of blinks, nods and glances.
        starts_with_speech: The timeline stands until the first utterance, so that motion can be repeated.
    """

    avatars: tuple[str, str]
    world_from_heads: Float32[np.ndarray, "2 4 4"]
    relationship: Relationship
    frame_size: FrameSize | None
    seed: int
    starts_with_speech: bool


class Conversations:
    """All conversations that are not closed. Any thread may call."""

    def __init__(self, studio: Studio, options: ServeOptions, timings: Timings) -> None:
        self._studio = studio
        self._options = options
        self._timings = timings
        self._open: dict[str, Conversation] = {}
        self._streams: list[MotionLoad] = []
        self._starting = 0
        self._closed = False
        self._lock = threading.Lock()
        self._leases = Leases(round(options.lease_s * 1e9), host_clock_ns())

    def all(self) -> list[Conversation]:
        """Return every conversation, oldest first."""
        with self._lock:
            return list(self._open.values())

    def create(self, setup: ConversationSetup) -> Conversation:
        """Load both heads and begin; the first time an avatar is loaded this can take a while.

        Raises:
            LimitError: As many conversations as allowed are open, or the machine holds no more.
            NotFoundError: There is no such avatar.
            RegionFull: There is no room in shared memory.
            StateError: The sidecar stopped meanwhile.
        """
        with self._lock:
            self._check_room(CONVERSATION, with_frames=setup.frame_size is not None)
            self._starting += 1
        try:
            conversation = self._build(setup)
            with self._lock:
                is_open = not self._closed
                if is_open:
                    conversation.go_live()
                    self._open[conversation.conversation_id] = conversation
        finally:
            with self._lock:
                self._starting -= 1
        if not is_open:
            conversation.close()
            raise StateError("The sidecar is stopping; create the conversation on the next one.")
        log.info("conversation %s: begins", conversation.conversation_id)
        return conversation

    @contextmanager
    def audio_stream(self) -> Generator[MotionLoad]:
        """Count a stream of another protocol, which has no conversation, as one; yield what takes note of its cost.

        Raises:
            LimitError: As many as allowed are open, or the machine holds no more.
        """
        load = MotionLoad()
        with self._lock:
            self._check_room(AUDIO_STREAM, with_frames=False)
            self._streams.append(load)
        try:
            yield load
        finally:
            with self._lock:
                self._streams.remove(load)

    def get(self, conversation_id: str) -> Conversation:
        """Return a conversation and renew its lease; raises as `find` does."""
        conversation = self.find(conversation_id)
        conversation.touched_ns = host_clock_ns()
        return conversation

    def find(self, conversation_id: str) -> Conversation:
        """Return a conversation whose lease goes on as it did.

        Raises:
            NotFoundError: There is none of that id.
        """
        with self._lock:
            conversation = self._open.get(conversation_id)
        if conversation is None:
            raise NotFoundError(
                f"There is no conversation {conversation_id[:60]!r}: it was closed, or nothing named it for "
                f"{self._options.lease_s:.0f} s. Create another, and call KeepAlive while it is quiet."
            )
        return conversation

    def close(self, conversation_id: str) -> None:
        """End a conversation and remove its regions.

        Raises:
            NotFoundError: There is none of that id.
        """
        conversation = self.get(conversation_id)
        with self._lock:
            self._open.pop(conversation_id, None)
        conversation.close()
        log.info("conversation %s: closed", conversation_id)

    def close_all(self) -> None:
        """End all conversations, also those that are still being made."""
        with self._lock:
            self._closed = True
        for conversation in self.all():
            self._end(conversation)

    def close_expired(self, now_ns: int) -> list[str]:
        """End the conversations whose lease is over; return their ids. One thread calls it, every `LOOK_S`."""
        expired = self._leases.over(self.all(), now_ns)
        for conversation in expired:
            self._end(conversation)
        return [conversation.conversation_id for conversation in expired]

    def _end(self, conversation: Conversation) -> None:
        with self._lock:
            self._open.pop(conversation.conversation_id, None)
        conversation.close()

    def _check_room(self, newcomer: str, *, with_frames: bool) -> None:
        """Raise LimitError if one more is too many; the caller holds the lock."""
        if self._options.admit_by_load:
            check_admission(list(self._open.values()), self._streams, newcomer, with_frames=with_frames)
        conversations, streams = len(self._open) + self._starting, len(self._streams)
        if conversations + streams >= self._options.max_conversations:
            raise LimitError(
                f"{these_are_open(conversations, streams)}, as many as this sidecar takes. End one, or start the "
                "sidecar with a larger --max-conversations."
            )

    def _build(self, setup: ConversationSetup) -> Conversation:
        cast = {member.name: member for member in self._studio.cast()}
        for avatar in setup.avatars:
            if avatar not in cast:
                raise NotFoundError(unknown_avatar(avatar, list(cast)))
        heads = [self._studio.head(avatar) for avatar in setup.avatars]
        source = self._studio.dialogue(setup.relationship, setup.seed)
        member = cast[setup.avatars[0]]
        regions = Regions.create(
            setup.frame_size, member.expression_count, member.expression_space, self._studio.lock_pages
        )
        return Conversation(
            secrets.token_hex(8),
            heads,
            source,
            regions,
            setup.world_from_heads,
            self._timings,
            self._options.motion_lead_ms * 1000,
            host_clock_ns(),
            starts_with_speech=setup.starts_with_speech,
            least_frame_scale=self._options.least_frame_scale,
            pixels_per_degree=setup.frame_size.pixels_per_degree if setup.frame_size else 0.0,
            # A device draws one after the other anyway, and twins share what their Gaussians are posed in.
            draws_side_by_side=self._studio.renderer_name == "cpu" and len(set(setup.avatars)) > 1,
        )
