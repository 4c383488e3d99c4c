"""Two heads that are drawn at the same time, and those that must not be."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from light_studio import LightStudio
from turned_by_hand import Scene

from rsatalker.renderers.thread_share import threads_for_caller
from sidecar.conversation import State
from sidecar.conversations import Conversations, ConversationSetup

pytestmark = pytest.mark.unit

PATIENCE_S = 20.0


@pytest.fixture
def scene(conversations: Conversations, setup: Callable[..., ConversationSetup], studio: LightStudio) -> Scene:
    studio.renderer_name = "cpu"
    return Scene(conversations, setup())


def heads_of(scene: Scene) -> list:
    return [participant.head for participant in scene.conversation.participants]


def test_both_heads_are_drawn_at_the_same_time_each_with_its_part_of_the_threads(scene: Scene):
    both = threading.Barrier(2)
    threads: list[int] = []

    def meet() -> None:
        both.wait(PATIENCE_S)  # broken if the other head waits for this one
        threads.append(threads_for_caller(8))

    for head in heads_of(scene):
        head.takes = meet
    scene.tick(8)
    assert scene.conversation.state is State.LIVE
    assert scene.frames >= 1
    assert set(threads) == {4}
    assert threads_for_caller(8) == 8


def test_twins_are_drawn_one_after_the_other(
    conversations: Conversations, setup: Callable[..., ConversationSetup], studio: LightStudio
):
    studio.renderer_name = "cpu"
    scene = Scene(conversations, replace(setup(), avatars=("ann", "ann")))
    callers: set[int] = set()
    for head in heads_of(scene):
        head.takes = lambda: callers.add(threading.get_ident())
    scene.tick(8)
    assert scene.frames >= 1
    assert callers == {threading.get_ident()}


@pytest.mark.parametrize("failing", [0, 1])
def test_trouble_of_one_head_waits_until_the_other_is_drawn(scene: Scene, failing: int):
    heads = heads_of(scene)
    scene.tick(8)
    drawn: list[str] = []
    heads[1 - failing].takes = lambda: drawn.append("whole")
    heads[failing].fails = True
    scene.tick(8)
    assert scene.conversation.state is State.FAILED
    assert "the brush broke" in scene.conversation.failure
    assert drawn == ["whole"]
