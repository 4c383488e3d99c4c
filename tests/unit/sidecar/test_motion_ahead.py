import numpy as np
import pytest

from sidecar.motion_ahead import CALM_LEAD_US, IDLE_LEAD_US, LARGEST_BLOCK, WHOLE_LEAD_US, due_samples
from sidecar.timeline import UNDERRUN_NS, Timeline
from sidecar.utterance import samples_at

pytestmark = pytest.mark.unit

LEAD_US = 500_000


def say(timeline: Timeline, participants: tuple[int, ...], seconds: float, *, growing: bool = False) -> None:
    utterance = timeline.begin(timeline.fresh_id(), participants, now_ns=0)
    timeline.append(utterance, np.zeros((len(participants), round(seconds * 16_000)), np.float32), now_ns=0)
    utterance.growing = growing


def heard_at(timeline: Timeline, clock_us: int, now_ns: int = 0) -> int:
    """Take all that is due and return how much has been heard then."""
    while count := due_samples(timeline, clock_us, LEAD_US, now_ns):
        assert count <= LARGEST_BLOCK
        timeline.take(count)
    return timeline.heard


def test_little_is_due_while_all_are_silent():
    assert heard_at(Timeline(), 0) == samples_at(IDLE_LEAD_US)


def test_lead_is_due_while_one_speaks():
    timeline = Timeline()
    say(timeline, (0,), 10)
    assert heard_at(timeline, 1_000_000) == samples_at(1_500_000)


def test_no_more_than_the_end_of_what_is_said_is_due_of_the_silence_behind_it():
    timeline = Timeline()
    say(timeline, (0,), 1.4)
    assert heard_at(timeline, 1_000_000) == samples_at(1_400_000)
    assert heard_at(timeline, 1_300_000) == samples_at(1_300_000 + IDLE_LEAD_US)


def test_more_is_due_of_a_dialogue_that_is_known_as_a_whole():
    timeline = Timeline()
    say(timeline, (0, 1), 10)
    assert heard_at(timeline, 0) == samples_at(WHOLE_LEAD_US)
    assert heard_at(timeline, 8_000_000) == samples_at(10_000_000)


def test_no_more_is_due_than_a_growing_voice_has_brought():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    assert heard_at(timeline, 0) == samples_at(100_000)


def test_silence_goes_on_a_little_when_a_growing_voice_has_run_out():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    assert heard_at(timeline, 0, UNDERRUN_NS) == samples_at(IDLE_LEAD_US)


def test_small_blocks_are_left_until_they_are_needed():
    timeline = Timeline()
    say(timeline, (0,), 10)
    heard = heard_at(timeline, 0)
    assert due_samples(timeline, 50_000, LEAD_US, 0) == 0
    assert due_samples(timeline, 100_000, LEAD_US, 0) == samples_at(100_000)
    late_us = LEAD_US - CALM_LEAD_US
    assert heard - samples_at(late_us) == samples_at(CALM_LEAD_US)
    assert due_samples(timeline, late_us, LEAD_US, 0) == LARGEST_BLOCK


def test_nothing_is_due_when_the_clock_stands_behind():
    timeline = Timeline()
    timeline.take(samples_at(2_000_000))
    assert due_samples(timeline, 1_000_000, LEAD_US, now_ns=0) == 0
