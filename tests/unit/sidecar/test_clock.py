import numpy as np
import pytest

from rsatalker.speech.audio import SPEECH_RATE_HZ
from sidecar.clock import LONGEST_HOLD_NS, SILENT_ENGINE_NS, ConversationClock, PlaybackPosition
from sidecar.timeline import Timeline
from sidecar.utterance import Segment

pytestmark = pytest.mark.unit

MS = 1_000_000  # nanoseconds
READY = 10**12  # motion is ready without end, microseconds


class Scene:
    """A conversation's clock in a time of its own."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.clock = ConversationClock(self.timeline, now_ns=0)
        self.now_ns = 0
        self.playback: dict[int, PlaybackPosition] = {}
        self.heartbeat_ns = 0
        self.engine_beats = True

    def say(self, participants: tuple[int, ...], start_ms: int, length_ms: int, *, growing: bool = False) -> int:
        self.timeline.take(start_ms * 16 - self.timeline.heard)
        utterance = self.timeline.begin(self.timeline.fresh_id(), participants, self.now_ns)
        self.timeline.append(utterance, np.zeros((len(participants), length_ms * 16), np.float32), self.now_ns)
        utterance.growing = growing
        return utterance.utterance_id

    def play(self, utterance_id: int, position_us: int, rate: float = 1.0) -> None:
        self.playback[utterance_id] = PlaybackPosition(position_us, self.now_ns, rate)

    def after(self, milliseconds: int, motion_end_us: int = READY):
        self.now_ns += milliseconds * MS
        if self.engine_beats:
            self.heartbeat_ns = self.now_ns
        return self.clock.advance(self.now_ns, self.playback, self.heartbeat_ns, motion_end_us)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_clock_goes_at_wall_rate_when_nobody_plays(scene: Scene):
    a, b = scene.after(250)
    assert (a.timeline_us, b.timeline_us) == (250_000, 250_000)
    assert (a.utterance_id, a.media_us) == (0, -1)


def test_clock_waits_for_motion_and_goes_on_from_there(scene: Scene):
    assert scene.after(250, motion_end_us=100_000)[0].timeline_us == 100_000
    assert scene.after(50)[0].timeline_us == 150_000


def test_clock_follows_an_utterance_without_an_engine(scene: Scene):
    utterance = scene.say((0,), start_ms=100, length_ms=1000)
    a, b = scene.after(350)
    assert (a.timeline_us, a.utterance_id, a.media_us) == (350_000, utterance, 250_000)
    assert (b.utterance_id, b.media_us) == (0, -1)


def test_clock_is_where_the_engine_plays(scene: Scene):
    utterance = scene.say((0, 1), start_ms=100, length_ms=1000)
    scene.after(100)
    scene.play(utterance, 0)
    a, b = scene.after(40)
    assert a.media_us == b.media_us == 40_000
    assert a.timeline_us == 140_000


def test_clock_follows_the_rate_of_the_engine(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=1000)
    scene.play(utterance, 100_000, rate=0.5)
    assert scene.after(100)[0].media_us == 150_000


def test_clock_is_exact_when_stepped(scene: Scene):
    utterance = scene.say((0, 1), start_ms=100, length_ms=1000)
    for position_us in (0, 33_333, 66_667, 100_000, 966_667):
        scene.play(utterance, position_us, rate=0)
        for reading in scene.after(7):
            assert (reading.timeline_us, reading.media_us) == (100_000 + position_us, position_us)
            assert reading.stepped


def test_listener_is_exactly_where_the_speaker_is_stepped(scene: Scene):
    utterance = scene.say((0,), start_ms=100, length_ms=1000)
    scene.play(utterance, 333_333, rate=0)
    assert [reading.timeline_us for reading in scene.after(5)] == [433_333, 433_333]


def test_stepped_clock_waits_for_motion(scene: Scene):
    utterance = scene.say((0, 1), start_ms=0, length_ms=1000)
    scene.play(utterance, 500_000, rate=0)
    assert scene.after(10, motion_end_us=300_000)[0].timeline_us == 300_000
    assert scene.after(10)[0].timeline_us == 500_000


def test_clock_says_how_late_the_motion_is_that_an_engine_plays_past(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=1000)
    scene.play(utterance, 500_000)
    a, b = scene.after(10, motion_end_us=300_000)
    assert (a.timeline_us, a.late_us, b.late_us) == (300_000, 210_000, 0)
    assert [reading.late_us for reading in scene.after(10)] == [0, 0]


def test_clock_is_never_late_when_stepped(scene: Scene):
    utterance = scene.say((0, 1), start_ms=0, length_ms=1000)
    scene.play(utterance, 500_000, rate=0)
    assert scene.after(10, motion_end_us=300_000)[0].late_us == 0


def test_clock_holds_at_the_start_of_what_the_engine_has_yet_to_play(scene: Scene):
    first = scene.say((0,), start_ms=0, length_ms=100)
    scene.play(first, 0)
    scene.after(50)
    scene.say((1,), start_ms=200, length_ms=500)
    scene.after(100)
    assert [reading.timeline_us for reading in scene.after(300)] == [200_000, 200_000]


def test_clock_does_not_hold_for_an_engine_that_never_plays(scene: Scene):
    first = scene.say((0,), start_ms=0, length_ms=100)
    scene.play(first, 0)
    scene.after(50)
    scene.say((1,), start_ms=200, length_ms=500)
    scene.after(300)
    scene.after(LONGEST_HOLD_NS // MS)
    assert scene.after(10)[1].timeline_us > 200_000


def test_clock_goes_on_when_the_utterance_is_over(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=100)
    scene.play(utterance, 0)
    scene.after(90)
    a, _ = scene.after(40)
    assert a.timeline_us == 130_000
    assert a.utterance_id == 0


def test_clock_stands_when_the_engine_halts(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=60_000)
    scene.play(utterance, 0)
    scene.after(100)
    scene.engine_beats = False
    scene.after(20_000)
    assert scene.after(10)[0].media_us == 100_000 + SILENT_ENGINE_NS // 1000


def test_two_speakers_follow_their_own_sounds(scene: Scene):
    first = scene.say((0,), start_ms=0, length_ms=2000)
    second = scene.say((1,), start_ms=500, length_ms=1000)
    scene.play(first, 0)
    scene.after(600)
    scene.play(second, 0)
    a, b = scene.after(100)
    assert (a.media_us, b.media_us) == (700_000, 100_000)


def test_free_head_does_not_jump_to_a_clock_that_is_a_little_off(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=5000)
    scene.after(100)
    scene.play(utterance, 400_000)
    listener = scene.after(20)[1]
    assert 120_000 < listener.timeline_us <= 140_000


def test_clock_has_no_drift_over_a_day_of_a_sound_card_that_runs_fast(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=1000)
    scene.timeline[utterance].segments[:] = [Segment(0, 0, 25 * 3600 * SPEECH_RATE_HZ)]
    scene.play(utterance, 0, rate=1.0002)
    for minute in range(1, 24 * 60 + 1):
        assert abs(scene.after(60_000)[0].timeline_us - minute * 60_012_000) <= 1


def test_faces_keep_to_a_fast_sound_card_over_a_day_though_the_engine_takes_its_rate_for_right(scene: Scene):
    utterance = scene.say((0,), start_ms=0, length_ms=1000)
    scene.timeline[utterance].segments[:] = [Segment(0, 0, 25 * 3600 * SPEECH_RATE_HZ)]
    step_ms = 2_000
    for step in range(1, 24 * 3600 * 1000 // step_ms + 1):
        speaker, listener = scene.after(step_ms - 10)
        scene.now_ns += 10 * MS
        sound_us = round(step * step_ms * 1000.2)  # 200 ppm fast
        scene.play(utterance, sound_us)
        if step > 1:
            assert abs(speaker.timeline_us - (sound_us - 10_000)) <= 400  # 200 ppm of the time since it reported
            assert abs(listener.timeline_us - speaker.timeline_us) <= 1


def test_clock_without_an_engine_loses_no_part_of_a_microsecond(scene: Scene):
    tick_ns, ticks = 16_666_666, 3600
    for tick in range(1, ticks + 1):
        scene.clock.advance(tick * tick_ns, {}, 0, READY)
    assert scene.clock.free_us == ticks * tick_ns // 1000
