from collections.abc import Iterator

import numpy as np
import pytest
from light_studio import JAW_OPEN, LoudnessMotion

from rsatalker.motion.expression_space import EXPRESSION_SPACES
from rsatalker.motion.social import Relationship
from rsatalker.speech.features import samples_to_complete, whole_instants
from sidecar.clock import Shown
from sidecar.motion_ahead import CALM_LEAD_US, IDLE_LEAD_US, MOST_INSTANTS, WHOLE_LEAD_US, MotionAhead, due_samples
from sidecar.regions.motion_ring import MotionRingReader, MotionRingWriter
from sidecar.timeline import UNDERRUN_NS, Timeline
from sidecar.timings import Timings
from sidecar.utterance import samples_at
from sidecar.voices import Voices

pytestmark = pytest.mark.unit

LEAD_US = 500_000


def say(timeline: Timeline, participants: tuple[int, ...], seconds: float, *, growing: bool = False) -> None:
    utterance = timeline.begin(timeline.fresh_id(), participants, now_ns=0)
    timeline.append(utterance, np.zeros((len(participants), round(seconds * 16_000)), np.float32), now_ns=0)
    utterance.growing = growing


def at(clock_us: int, *, is_held: bool = False) -> Shown:
    return Shown((clock_us, clock_us), clock_us, is_held)


def heard_at(timeline: Timeline, clock_us: int, now_ns: int = 0) -> int:
    """Take all that is due and return how much has been heard then."""
    while count := due_samples(timeline, at(clock_us), LEAD_US, now_ns):
        assert count <= samples_to_complete(MOST_INSTANTS)
        timeline.take(count)
    return timeline.heard


def whole(time_us: int) -> int:
    """Return the end of the last instant of motion that is complete at a time."""
    return samples_to_complete(whole_instants(samples_at(time_us)))


def test_little_is_due_while_all_are_silent():
    assert heard_at(Timeline(), 0) == whole(IDLE_LEAD_US)


def test_lead_is_due_while_one_speaks():
    timeline = Timeline()
    say(timeline, (0,), 10)
    assert heard_at(timeline, 1_000_000) == whole(1_500_000)


def test_no_more_than_the_end_of_what_is_said_is_due_of_the_silence_behind_it():
    timeline = Timeline()
    say(timeline, (0,), 1.4)
    assert heard_at(timeline, 1_000_000) == whole(1_400_000)
    assert heard_at(timeline, 1_300_000) == whole(1_300_000 + IDLE_LEAD_US)


def test_more_is_due_of_a_dialogue_that_is_known_as_a_whole():
    timeline = Timeline()
    say(timeline, (0, 1), 10)
    assert heard_at(timeline, 0) == whole(WHOLE_LEAD_US)
    assert heard_at(timeline, 8_000_000) == whole(10_000_000)


def test_no_more_is_due_than_a_growing_voice_has_brought():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    assert heard_at(timeline, 0) == samples_at(100_000)


def test_chunk_that_completes_no_instant_waits_and_one_that_does_is_due_at_once():
    timeline = Timeline()
    say(timeline, (0,), 0.02, growing=True)
    assert due_samples(timeline, at(0), LEAD_US, 0) == 0
    timeline.append(timeline[1], np.zeros((1, 320), np.float32), now_ns=0)
    assert due_samples(timeline, at(0), LEAD_US, 0) == samples_to_complete(1)


def test_silence_goes_on_a_little_when_a_growing_voice_has_run_out():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    assert heard_at(timeline, 0, UNDERRUN_NS) == whole(IDLE_LEAD_US)


def test_silence_goes_along_early_with_others_and_by_no_smaller_blocks():
    timeline = Timeline()
    heard_at(timeline, 0)
    pair = samples_to_complete(whole_instants(timeline.heard) + 2) - timeline.heard
    clock_us = next(us for us in range(0, 100_000, 1000) if due_samples(timeline, at(us), LEAD_US, 0, in_company=True))
    assert due_samples(timeline, at(clock_us), LEAD_US, 0) == 0
    assert due_samples(timeline, at(clock_us), LEAD_US, 0, in_company=True) == pair
    assert due_samples(timeline, at(clock_us + 34_000), LEAD_US, 0) == pair


def test_silence_is_never_so_short_of_motion_that_a_head_would_stand():
    timeline, look_ahead = Timeline(), 3
    for clock_us in range(0, 3_000_000, 1000):
        heard_at(timeline, clock_us)
        last = whole_instants(timeline.heard) - look_ahead - 1
        assert last / 30 * 1e6 >= clock_us + 10_000


def test_late_chunk_is_awaited_while_an_engine_holds_the_clock():
    timeline = Timeline()
    say(timeline, (0,), 0.1, growing=True)
    heard_at(timeline, 0)
    assert due_samples(timeline, at(0, is_held=True), LEAD_US, 10 * UNDERRUN_NS) == 0
    assert due_samples(timeline, at(0), LEAD_US, 10 * UNDERRUN_NS) > 0


def test_small_blocks_are_left_until_they_are_needed():
    timeline = Timeline()
    say(timeline, (0,), 10)
    assert heard_at(timeline, 0) == samples_at(500_000)
    assert due_samples(timeline, at(60_000), LEAD_US, 0) == 0
    assert due_samples(timeline, at(100_000), LEAD_US, 0) == samples_at(100_000)
    late_us = LEAD_US - CALM_LEAD_US
    assert due_samples(timeline, at(late_us), LEAD_US, 0) == samples_to_complete(MOST_INSTANTS)


def test_nothing_is_due_when_the_clock_stands_behind():
    timeline = Timeline()
    timeline.take(samples_at(2_000_000))
    assert due_samples(timeline, at(1_000_000), LEAD_US, now_ns=0) == 0


class Machine:
    """Makes motion of a voice that an engine plays, with a clock of its own: a block takes as long as it is told."""

    def __init__(self, ring: MotionRingWriter) -> None:
        self.voices = Voices(Timings())
        self.motion = MotionAhead(
            LoudnessMotion(Relationship()), self.voices, ring, Timings(), LEAD_US, starts_with_speech=False
        )
        self.now_us = 0
        self.latest_us: list[int] = []  # how far motion was behind the sound

    def say(self, level: float, seconds: float) -> None:
        utterance = self.voices.timeline.begin(self.voices.timeline.fresh_id(), (0,), now_ns=0)
        samples = np.full((1, round(seconds * 16_000)), level, np.float32)
        self.voices.timeline.append(utterance, samples, now_ns=0)
        utterance.growing = False

    def run(self, until_us: int, block_takes_us: int) -> None:
        while self.now_us < until_us:
            shown = min(self.now_us, max(self.motion.end_us, 0))
            worked = self.motion.advance(Shown((shown, shown), self.now_us), self.now_us * 1000)
            self.now_us += block_takes_us if worked else 5_000
            self.latest_us.append(self.now_us - self.motion.end_us)


@pytest.fixture
def ring() -> Iterator[MotionRingWriter]:
    writer = MotionRingWriter(EXPRESSION_SPACES["procedural-1"], "procedural-1")
    yield writer
    writer.close()


def test_motion_that_is_made_too_slowly_skips_ahead_within_a_second(ring: MotionRingWriter):
    machine = Machine(ring)
    machine.say(0.5, 20)
    machine.run(10_000_000, block_takes_us=200_000)  # 100 ms of sound: half as fast as it is heard
    assert max(machine.latest_us) < 1_000_000
    assert machine.motion.skipped_us > 3_000_000


def test_motion_is_on_time_again_as_soon_as_the_machine_is(ring: MotionRingWriter):
    machine = Machine(ring)
    machine.say(0.5, 20)
    machine.run(5_000_000, block_takes_us=300_000)
    machine.run(6_000_000, block_takes_us=10_000)
    skipped_us = machine.motion.skipped_us
    machine.latest_us.clear()
    machine.run(9_000_000, block_takes_us=10_000)
    assert max(machine.latest_us) <= 0
    assert machine.motion.skipped_us == skipped_us
    assert machine.motion.pose(0, 8_000_000).arkit[JAW_OPEN] == pytest.approx(0.5)


def test_motion_that_was_held_up_once_leaves_nothing_out(ring: MotionRingWriter):
    machine = Machine(ring)
    machine.say(0.5, 20)
    machine.run(2_000_000, block_takes_us=10_000)
    machine.now_us += 1_500_000  # nobody made motion, and the sound went on
    machine.run(5_000_000, block_takes_us=10_000)
    assert machine.motion.skipped_us == 0


def test_instants_in_the_region_follow_each_other_over_a_skip(ring: MotionRingWriter):
    machine = Machine(ring)
    machine.say(0.5, 20)
    machine.run(4_000_000, block_takes_us=200_000)
    reader = MotionRingReader(ring.name)
    times = [instant.timeline_us for instant in reader.instants()]
    reader.close()
    assert machine.motion.skipped_us > 0
    assert np.ptp(np.diff(times)) <= 1
