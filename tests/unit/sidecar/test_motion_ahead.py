import numpy as np
import pytest

from sidecar.motion_ahead import IDLE_LEAD_US, WHOLE_LEAD_US, due_samples
from sidecar.timeline import UNDERRUN_NS, Timeline, samples_at

pytestmark = pytest.mark.unit

LEAD_US = 500_000


def say(timeline: Timeline, participants: tuple[int, ...], seconds: float, *, growing: bool = False) -> None:
    utterance = timeline.begin(timeline.fresh_id(), participants, now_ns=0)
    timeline.append(utterance, np.zeros((len(participants), round(seconds * 16_000)), np.float32), now_ns=0)
    utterance.growing = growing


def test_little_is_due_while_all_are_silent():
    assert due_samples(Timeline(), 0, LEAD_US, now_ns=0) == samples_at(IDLE_LEAD_US)


def test_lead_is_due_while_one_speaks():
    timeline = Timeline()
    say(timeline, (0,), 10)
    assert due_samples(timeline, 1_000_000, LEAD_US, now_ns=0) == samples_at(1_500_000)


def test_more_is_due_of_a_dialogue_that_is_known_as_a_whole():
    timeline = Timeline()
    say(timeline, (0, 1), 10)
    assert due_samples(timeline, 0, LEAD_US, now_ns=0) == samples_at(WHOLE_LEAD_US)
    timeline.take(samples_at(WHOLE_LEAD_US))
    assert due_samples(timeline, 8_000_000, LEAD_US, now_ns=0) == samples_at(10_000_000 - WHOLE_LEAD_US)


def test_no_more_is_due_than_a_growing_voice_has_brought():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    assert due_samples(timeline, 0, LEAD_US, now_ns=0) == samples_at(100_000)
    assert due_samples(timeline, 0, LEAD_US, now_ns=UNDERRUN_NS) == samples_at(LEAD_US)


def test_nothing_is_due_when_the_clock_stands_behind():
    timeline = Timeline()
    timeline.take(samples_at(2_000_000))
    assert due_samples(timeline, 1_000_000, LEAD_US, now_ns=0) == 0
