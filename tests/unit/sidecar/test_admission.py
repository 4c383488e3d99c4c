"""One more conversation, or not: by what the open ones cost."""

from collections.abc import Callable

import pytest
from light_studio import LightStudio

from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.admission import AUDIO_STREAM, LEAST_RATE_HZ, MOST_DRAWING, check_admission
from sidecar.config import ServeOptions
from sidecar.conversation import Conversation
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.errors import LimitError
from sidecar.motion_load import MotionLoad
from sidecar.timings import Timings

pytestmark = pytest.mark.unit


@pytest.fixture
def opened(conversations: Conversations, setup: Callable[..., ConversationSetup]) -> list[Conversation]:
    return [conversations.create(setup()) for _ in range(3)]


def draw_for(conversations: list[Conversation], tick_ms: float) -> None:
    for conversation in conversations:
        conversation.pace.draw_took(round(tick_ms * 1e6))


def load_of(share: float) -> MotionLoad:
    load = MotionLoad()
    load.note(share, SPEECH_RATE_HZ)
    return load


def make_motion_for(conversations: list[Conversation], load: float) -> None:
    for conversation in conversations:
        conversation.motion.load = load_of(load)


def test_first_conversation_is_always_taken():
    check_admission([], with_frames=True)


def test_conversations_that_cost_nothing_yet_keep_nobody_out(opened: list[Conversation]):
    check_admission(opened, with_frames=True)


def draw_smallest(conversations: list[Conversation]) -> None:
    for conversation in conversations:
        while not conversation.detail.is_least:
            conversation.detail.note(1000, 1.0)


def test_conversation_is_taken_while_all_keep_their_least_rate(opened: list[Conversation]):
    draw_smallest(opened)
    draw_for(opened, MOST_DRAWING * 1000 / LEAST_RATE_HZ / 4 - 0.1)
    check_admission(opened, with_frames=True)


def test_conversation_is_refused_that_would_take_the_others_their_least_rate(opened: list[Conversation]):
    draw_smallest(opened)
    draw_for(opened, 30)
    with pytest.raises(
        LimitError, match=r"draw 7.5 frames of each head a second, as small as they may be; at least 10"
    ):
        check_admission(opened, with_frames=True)


def test_conversation_is_taken_for_which_the_others_have_yet_to_be_drawn_smaller(opened: list[Conversation]):
    draw_for(opened, 28)  # of full size: too much for four at the least rate, but not of half the size
    check_admission(opened, with_frames=True)
    draw_smallest(opened)
    with pytest.raises(LimitError):
        check_admission(opened, with_frames=True)


def test_conversation_without_frames_is_taken_however_busy_the_drawing_is(opened: list[Conversation]):
    draw_for(opened, 100)
    check_admission(opened, with_frames=False)


def test_conversation_is_refused_that_would_take_the_others_their_motion(opened: list[Conversation]):
    make_motion_for(opened, 0.17)
    check_admission(opened, with_frames=False)
    make_motion_for(opened, 0.18)
    with pytest.raises(LimitError, match="conversation, motion would take 72% of a thread's time; at most 70% keep"):
        check_admission(opened, with_frames=False)


def test_audio_streams_count_like_conversations(opened: list[Conversation]):
    make_motion_for(opened, 0.1)
    check_admission(opened, [load_of(0.1)], AUDIO_STREAM, with_frames=False)
    sentence = (
        "With one more audio stream, motion would take 75% of a thread's time; at most 70% keep 30 instants a second "
        "for all. 3 conversations and 1 audio stream are open: end one, or use a faster machine."
    )
    with pytest.raises(LimitError, match=f"^{sentence}$"):
        check_admission(opened, [load_of(0.3)], AUDIO_STREAM, with_frames=False)


def test_audio_stream_takes_a_place_of_a_conversation_until_it_ends(
    studio: LightStudio, setup: Callable[..., ConversationSetup]
):
    conversations = Conversations(studio, ServeOptions(max_conversations=1), Timings())
    with conversations.audio_stream(), pytest.raises(LimitError, match=r"^1 audio stream is open, as many as this"):
        conversations.create(setup())
    conversations.create(setup())
    with pytest.raises(LimitError, match=r"^1 conversation is open, as many as this"), conversations.audio_stream():
        pass
    conversations.close_all()


def test_load_of_motion_is_what_it_took_lately():
    load = MotionLoad()
    for cost_s in (0.002, 0.02):  # a quiet hour, then two minutes of a game beside it
        for _ in range(36_000 if cost_s == 0.002 else 1_200):
            load.note(cost_s, 1600)
    assert load.share == pytest.approx(0.2, rel=0.03)
    for _ in range(1_200):
        load.note(0.002, 1600)
    assert load.share == pytest.approx(0.02, rel=0.2)


def test_refused_conversation_leaves_nothing_behind(
    conversations: Conversations, setup: Callable[..., ConversationSetup], opened: list[Conversation]
):
    draw_for(opened, 100)
    with pytest.raises(LimitError):
        conversations.create(setup())
    assert conversations.all() == opened
    draw_for(opened, 0)
    for conversation in opened:
        conversation.pace.cost_ns = 1_000_000
    assert conversations.create(setup()) in conversations.all()
