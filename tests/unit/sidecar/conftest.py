"""Conversations of light heads, moved by hand: no thread runs and no time passes by itself."""

from collections.abc import Callable, Iterator

import pytest
from light_studio import LightStudio
from turned_by_hand import Scene

from rsatalker.motion.social import Relationship
from sidecar.config import ServeOptions
from sidecar.conversation_regions import FrameSize
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.placement import world_from_heads
from sidecar.timings import Timings

SMALL = FrameSize(16, 16, 1)


@pytest.fixture
def studio() -> LightStudio:
    return LightStudio()


@pytest.fixture
def conversations(studio: LightStudio) -> Iterator[Conversations]:
    opened = Conversations(studio, ServeOptions(lease_s=30.0), Timings())
    yield opened
    opened.close_all()


@pytest.fixture
def setup() -> Callable[..., ConversationSetup]:
    def asked(frame_size: FrameSize | None = SMALL, *, starts_with_speech: bool = False):
        return ConversationSetup(
            ("ann", "bob"), world_from_heads(), Relationship(), frame_size, 0, starts_with_speech=starts_with_speech
        )

    return asked


@pytest.fixture
def scene(conversations: Conversations, setup: Callable[..., ConversationSetup]) -> Scene:
    return Scene(conversations, setup())
