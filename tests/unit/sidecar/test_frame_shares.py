"""Who is drawn when several conversations want more than the machine has: in a time of its own."""

from collections.abc import Callable, Iterator

import pytest
from light_studio import LightStudio

from sidecar.config import ServeOptions
from sidecar.conversation import Conversation, State
from sidecar.conversation_regions import FrameSize
from sidecar.conversations import Conversations, ConversationSetup
from sidecar.frame_loop import KEPT_RATE_HZ, FrameLoop
from sidecar.intake import AudioFormat
from sidecar.regions.frame_ring import FrameRingReader
from sidecar.timings import Timings

pytestmark = pytest.mark.unit

MS = 1_000_000
SIZE = FrameSize(64, 64, 1)


class Stage:
    """Conversations that all speak, drawn by one loop for which time passes only while it draws or rests."""

    def __init__(self, conversations: Conversations, studio: LightStudio, setup: Callable[..., ConversationSetup]):
        self.conversations, self.studio, self.setup = conversations, studio, setup
        self.now_ns = 0
        self.loop = FrameLoop(conversations, Timings(), 60, 15, lambda: self.now_ns)

    def add(self, head_ms: Callable[[int], float]) -> Conversation:
        """Begin a conversation each of whose heads takes so long for an image of so many pixels."""
        conversation = self.conversations.create(self.setup(SIZE))
        conversation.clock = type(conversation.clock)(conversation.voices.timeline, self.now_ns)
        conversation.pace.look_again(self.now_ns)
        silence = bytes(2 * 16_000 * 60)
        conversation.speak((0, 1), AudioFormat(16_000, 2, "s16"), silence * 2, 0, self.now_ns)
        for name, participant in zip(("ann", "bob"), conversation.participants, strict=True):
            head = self.studio.heads[name][-1]
            assert head is participant.head

            def takes(head=head) -> None:
                camera = head.cameras_now[0]
                self.now_ns += round(head_ms(camera.width * camera.height) * MS)

            head.takes = takes
        return conversation

    def play(self, seconds: float) -> None:
        end_ns = self.now_ns + round(seconds * 1e9)
        while self.now_ns < end_ns:
            for conversation in self.conversations.all():
                if conversation.state is State.LIVE:
                    while conversation.motion.advance(conversation.shown, self.now_ns):
                        pass
            rest_s = self.loop.turn()
            self.now_ns += -int(-rest_s * 1e9 // 1)

    def rates(self, seconds: float) -> list[float]:
        """Return frames per second of a head of each conversation while time passes."""
        participants = [conversation.participants[0] for conversation in self.conversations.all()]
        before = [participant.frames_published for participant in participants]
        self.play(seconds)
        return [(p.frames_published - b) / seconds for p, b in zip(participants, before, strict=True)]


@pytest.fixture
def stage(studio: LightStudio, setup: Callable[..., ConversationSetup]) -> Iterator[Stage]:
    conversations = Conversations(studio, ServeOptions(admit_by_load=False), Timings())
    yield Stage(conversations, studio, setup)
    conversations.close_all()


def flat(milliseconds: float) -> Callable[[int], float]:
    return lambda pixels: milliseconds


def by_pixels(milliseconds: float) -> Callable[[int], float]:
    """Return the cost of an image of a head, nine tenths of which are for its pixels."""
    return lambda pixels: milliseconds * (0.1 + 0.9 * pixels / (SIZE.width * SIZE.height))


@pytest.mark.parametrize(("head_ms", "rate_hz"), [(7, 60), (9, 30), (16, 30), (18, 1000 / 36), (26, 1000 / 52)])
def test_rate_falls_in_steps_down_to_the_kept_one_and_from_there_no_lower_than_it_must(
    stage: Stage, head_ms: float, rate_hz: float
):
    stage.add(flat(head_ms))
    stage.play(0.5)
    assert stage.rates(2)[0] == pytest.approx(rate_hz, abs=0.6)


def test_ticks_are_drawn_or_missed_and_none_is_both(stage: Stage):
    slow = stage.add(flat(18))
    stage.play(0.5)
    missed, begun_ns = slow.ticks_missed, stage.now_ns
    drawn = stage.rates(2)[0] * 2
    passed = (stage.now_ns - begun_ns) * 60e-9
    assert drawn + slow.ticks_missed - missed == pytest.approx(passed, rel=0.1)


def test_light_conversation_has_its_turn_after_every_one_of_a_heavy_one(stage: Stage):
    stage.add(flat(1))
    for _ in range(3):
        stage.add(flat(20))
    stage.play(0.5)
    light, *heavy = stage.rates(1)
    assert light == pytest.approx(sum(heavy), abs=2)
    assert max(heavy) - min(heavy) <= 1


def test_equal_conversations_get_equal_rates(stage: Stage):
    for _ in range(4):
        stage.add(flat(10))
    stage.play(0.2)
    rates = stage.rates(1)
    assert sum(rates) == pytest.approx(50, abs=2)
    assert max(rates) - min(rates) <= 1


def test_one_that_was_idle_takes_no_more_than_its_share_when_it_comes_back(stage: Stage):
    for _ in range(2):
        stage.add(flat(10))
    stage.play(1)
    stage.add(flat(10))
    rates = stage.rates(1)
    assert max(rates) - min(rates) <= 3


def test_frames_get_smaller_before_they_get_fewer(stage: Stage):
    heavy = stage.add(by_pixels(25))
    reader = FrameRingReader(heavy.regions.frames[0].name)
    stage.play(2)
    assert stage.rates(2)[0] >= KEPT_RATE_HZ
    frame = reader.latest()
    assert frame is not None
    assert 32 <= frame.colors.shape[2] < 64
    assert frame.colors.shape[1] == frame.colors.shape[2] == frame.depths.shape[1]
    reader.close()


def test_frames_get_as_large_again_as_they_were_when_the_machine_is_free(stage: Stage):
    heavy = stage.add(by_pixels(10))
    others = [stage.add(by_pixels(10)) for _ in range(2)]
    stage.play(2)
    assert heavy.detail.scale < 1
    for other in others:
        stage.conversations.close(other.conversation_id)
    stage.play(8)
    assert heavy.detail.scale == 1


def test_failing_conversation_takes_nothing_from_the_others(stage: Stage, studio: LightStudio):
    stage.add(flat(5))
    failing = stage.add(flat(5))
    studio.heads["ann"][-1].fails = True
    stage.play(1)
    assert failing.state is State.FAILED
    assert stage.rates(1)[0] == pytest.approx(60, abs=1)
