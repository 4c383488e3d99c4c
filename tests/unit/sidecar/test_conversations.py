"""Conversations are made, found and ended, also while others are at it."""

import threading
from collections.abc import Callable

import pytest
from light_studio import LightStudio
from waiting import until

from sidecar.conversation import State
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.errors import NotFoundError, RegionNotFound, StateError
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.shared_memory import open_region

pytestmark = pytest.mark.unit

Setup = Callable[..., ConversationSetup]


def test_conversation_is_live_once_it_can_be_found(conversations: Conversations, setup: Setup):
    made = conversations.create(setup())
    assert conversations.get(made.conversation_id) is made
    assert made.state is State.LIVE


def test_conversation_that_is_made_while_the_sidecar_stops_leaves_nothing(
    conversations: Conversations, studio: LightStudio, setup: Setup, monkeypatch: pytest.MonkeyPatch
):
    built, failures = [], []
    build = conversations._build
    monkeypatch.setattr(conversations, "_build", lambda wanted: built.append(build(wanted)) or built[0])

    def create() -> None:
        try:
            conversations.create(setup())
        except StateError as error:
            failures.append(str(error))

    studio.loading.clear()
    creating = threading.Thread(target=create)
    creating.start()
    until(lambda: conversations._starting, "the loading to begin")
    conversations.close_all()
    studio.loading.set()
    creating.join()
    assert failures == ["The sidecar is stopping; create the conversation on the next one."]
    assert built[0].state is State.CLOSED
    for region in (*built[0].regions.frames, built[0].regions.motion, built[0].regions.engine):
        with pytest.raises(RegionNotFound):
            open_region(region.name)


def test_lease_ends_for_those_that_nothing_names(conversations: Conversations, setup: Setup):
    forgotten, named = (conversations.create(setup(None)) for _ in range(2))
    begun_ns = host_clock_ns()
    for second in range(1, 31):
        assert conversations.close_expired(begun_ns + second * 1_000_000_000) == []
    now_ns = named.touched_ns = begun_ns + 31_000_000_000
    assert conversations.close_expired(now_ns) == [forgotten.conversation_id]
    assert (forgotten.state, named.state) == (State.CLOSED, State.LIVE)
    with pytest.raises(NotFoundError):
        conversations.get(forgotten.conversation_id)


def test_conversation_can_be_closed_twice(conversations: Conversations, setup: Setup):
    conversation = conversations.create(setup())
    conversation.close()
    conversation.close()
    conversation.beat()
    assert conversation.state is State.CLOSED


def test_conversation_lends_its_frames_memory_to_the_renderer_while_it_lives(
    conversations: Conversations, studio: LightStudio, setup: Setup
):
    conversation = conversations.create(setup())
    assert studio.locked == [len(ring.memory) for ring in conversation.regions.frames]
    assert not studio.unlocked
    conversation.close()
    assert sorted(studio.unlocked) == sorted(studio.locked)
