"""The motion of several conversations, made in one pass."""

import threading
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pytest
from light_studio import LightStudio, LoudnessMotion

from rsatalker.motion.together import Question
from sidecar.conversation import Conversation
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.intake import AudioFormat
from sidecar.motion_loop import MOST_TOGETHER, REST_S, MotionLoop

pytestmark = pytest.mark.unit

MONO = AudioFormat(16_000, 1, "f32")
Setup = Callable[..., ConversationSetup]


class AskingMotion(LoudnessMotion):
    """Asks a model before it moves."""

    asked_together: ClassVar[list[int]] = []  # how many asked in each pass

    def pushing(self, voices):
        yield Question(answers, "weights", voices.shape[1])
        return self.push(voices)


def answers(asked: Sequence[int]) -> Sequence[int]:
    AskingMotion.asked_together.append(len(asked))
    return asked


@pytest.fixture
def several(conversations: Conversations, setup: Setup, studio: LightStudio) -> list[Conversation]:
    """Conversations that ask the same model."""
    AskingMotion.asked_together.clear()
    studio.dialogue = lambda relationship, seed: AskingMotion(relationship)  # type: ignore[method-assign]
    return [conversations.create(setup()) for _ in range(3)]


def loop_of(conversations: Conversations) -> MotionLoop:
    return MotionLoop(conversations, lambda: 1_000_000_000)


def test_model_is_asked_once_for_all_conversations(conversations: Conversations, several: list[Conversation]):
    assert loop_of(conversations).turn() == 0
    assert AskingMotion.asked_together == [3]
    assert {conversation.motion.end_us for conversation in several} == {0}


def test_no_more_than_a_few_conversations_wait_for_each_other(
    conversations: Conversations, several: list[Conversation], setup: Setup
):
    conversations._options = conversations._options.__class__(max_conversations=20)
    for _ in range(MOST_TOGETHER - 2):
        conversations.create(setup())
    loop_of(conversations).turn()
    assert AskingMotion.asked_together == [MOST_TOGETHER, 1]


def test_conversation_that_has_something_to_hear_goes_along_with_one_that_is_due(
    conversations: Conversations, several: list[Conversation]
):
    loop = loop_of(conversations)
    while loop.turn() == 0:
        pass
    AskingMotion.asked_together.clear()
    several[0].speak((0,), MONO, np.full(16_000, 0.5, "<f4").tobytes(), 0, 1)
    for conversation in several[1:]:
        conversation.readings = (_forward(conversation, 0), _forward(conversation, 1))
    assert not any(one.motion.is_due(one.shown, 1_000_000_000) for one in several[1:])
    assert loop.turn() == 0
    assert AskingMotion.asked_together == [3]


def _forward(conversation: Conversation, participant: int):
    reading = conversation.readings[participant]
    return type(reading)(reading.timeline_us + 45_000)


def test_conversation_that_another_thread_is_at_work_on_is_left_to_it(
    conversations: Conversations, several: list[Conversation]
):
    held, done = threading.Event(), threading.Event()

    def cut() -> None:
        with several[1].motion.lock:
            held.set()
            done.wait(10)

    thread = threading.Thread(target=cut)
    thread.start()
    held.wait(10)
    loop_of(conversations).turn()
    done.set()
    thread.join()
    assert AskingMotion.asked_together == [2]
    assert several[1].motion.end_us == -1


def test_loop_rests_when_all_due_motion_is_in_other_hands(conversations: Conversations, setup: Setup):
    conversation = conversations.create(setup())
    results: list[float] = []
    with conversation.motion.lock:
        thread = threading.Thread(target=lambda: results.append(loop_of(conversations).turn()))
        thread.start()
        thread.join()
    assert results == [REST_S]


def test_time_of_a_pass_is_shared_by_those_who_took_part(conversations: Conversations, several: list[Conversation]):
    loop_of(conversations).turn()
    loads = [conversation.motion.load.share for conversation in several]
    assert loads[0] > 0
    assert loads == pytest.approx([loads[0]] * 3)
