import numpy as np
import pytest

from sidecar.errors import LimitError
from sidecar.timeline import FOREVER, RUNS_OUT, UNDERRUN_NS, Timeline

pytestmark = pytest.mark.unit

MILLISECOND = 16  # samples


def tone(count: int, level: float = 0.5, voices: int = 1) -> np.ndarray:
    return np.full((voices, count), level, np.float32)


def say(timeline: Timeline, participants: tuple[int, ...], count: int, *, growing: bool = False, level: float = 0.5):
    utterance = timeline.begin(timeline.fresh_id(), participants, now_ns=0)
    timeline.append(utterance, tone(count, level, len(participants)), now_ns=0)
    utterance.growing = growing
    return utterance


def test_take_is_silent_when_nobody_speaks():
    timeline = Timeline()
    assert not timeline.take(100).any()
    assert timeline.heard == 100


def test_utterance_starts_behind_what_was_heard_on_a_whole_millisecond():
    timeline = Timeline()
    timeline.take(1001)
    utterance = say(timeline, (0,), 160)
    assert utterance.start == 1008
    assert utterance.start_us == 63_000


def test_take_returns_each_voice_in_its_lane():
    timeline = Timeline()
    say(timeline, (1,), 160, level=0.25)
    voices = timeline.take(320)
    assert not voices[0].any()
    np.testing.assert_array_equal(voices[1], np.repeat(np.float32([0.25, 0]), 160))


@pytest.mark.parametrize("block", [1, 7, 100, 1000])
def test_take_returns_the_same_voices_in_blocks_of_any_size(block: int):
    rng = np.random.default_rng(0)
    audio = rng.standard_normal((2, 1000)).astype(np.float32)
    timeline = Timeline()
    utterance = timeline.begin(1, (0, 1), 0)
    for part in np.array_split(audio, 13, axis=1):
        timeline.append(utterance, part, 0)
    taken = np.concatenate([timeline.take(block) for _ in range(-(-1000 // block))], axis=1)
    np.testing.assert_array_equal(taken[:, :1000], audio)


def test_second_utterance_of_a_voice_waits_for_the_first():
    timeline = Timeline()
    first = say(timeline, (0,), 1600)
    second = say(timeline, (0,), 1600)
    assert second.start == first.end


def test_voices_may_overlap():
    timeline = Timeline()
    first = say(timeline, (0,), 1600)
    second = say(timeline, (1,), 1600)
    assert second.start == first.start


def test_media_time_counts_from_the_first_sample():
    timeline = Timeline()
    timeline.take(160)
    utterance = say(timeline, (0,), 1600)
    assert timeline.speaking_at(0, 10_000 + 25_000) == (utterance.utterance_id, 25_000)
    assert timeline.speaking_at(1, 35_000) is None
    assert utterance.timeline_us(25_000) == 35_000


def test_media_time_is_none_outside_the_utterance():
    timeline = Timeline()
    timeline.take(160)
    utterance = say(timeline, (0,), 160)
    assert utterance.media_us(9_999) is None
    assert utterance.media_us(20_000) is None


def test_known_until_ends_where_a_growing_utterance_ends():
    timeline = Timeline()
    say(timeline, (0,), 320, growing=True)
    assert timeline.known_until(now_ns=0, shown=0) == 320


def test_known_until_is_open_when_nothing_grows():
    timeline = Timeline()
    say(timeline, (0,), 320)
    assert timeline.known_until(now_ns=0, shown=0) == FOREVER


def test_silence_goes_on_when_a_growing_utterance_brings_nothing():
    timeline = Timeline()
    utterance = say(timeline, (0,), 320, growing=True)
    assert timeline.known_until(UNDERRUN_NS, shown=0) == FOREVER
    timeline.take(1600)
    timeline.append(utterance, tone(160), UNDERRUN_NS)
    assert [segment.start for segment in utterance.segments] == [0, 1600]
    assert utterance.duration_us == 30_000
    assert utterance.media_us(100_000 + 5_000) == 25_000
    assert utterance.timeline_us(25_000) == 105_000


def test_late_chunk_is_awaited_while_there_is_still_something_to_show():
    timeline = Timeline()
    say(timeline, (0,), 16_000, growing=True)
    assert timeline.known_until(10 * UNDERRUN_NS, shown=16_000 - RUNS_OUT - 1) == 16_000
    assert timeline.known_until(10 * UNDERRUN_NS, shown=16_000 - RUNS_OUT) == FOREVER
    assert timeline.known_until(UNDERRUN_NS - 1, shown=16_000) == 16_000


def test_media_time_stands_still_between_segments():
    timeline = Timeline()
    utterance = say(timeline, (0,), 320, growing=True)
    timeline.take(1600)
    timeline.append(utterance, tone(160), 0)
    assert utterance.media_us(60_000) == 20_000


def test_cut_silences_what_comes_behind_it():
    timeline = Timeline()
    utterance = say(timeline, (0, 1), 1600)
    timeline.take(480)
    timeline.cut(utterance, at=480)
    assert not timeline.take(1600).any()
    assert utterance.duration_us == 30_000


def test_cut_is_heard_by_who_hears_again():
    timeline = Timeline()
    utterance = say(timeline, (0,), 1600)
    timeline.take(1600)
    timeline.cut(utterance, at=480)
    timeline.hear_again(160, settled=480)
    voices = timeline.take(640)
    np.testing.assert_array_equal(voices[0], np.repeat(np.float32([0.5, 0]), [320, 320]))


def test_utterance_after_a_cut_begins_there_and_not_where_the_model_hears_again():
    timeline = Timeline()
    utterance = say(timeline, (0,), 3200)
    timeline.take(3200)
    timeline.cut(utterance, at=1600)
    timeline.hear_again(160, settled=1600)
    assert say(timeline, (1,), 160).start == 1600


def test_cut_leaves_the_other_voice_alone():
    timeline = Timeline()
    utterance = say(timeline, (0,), 1600)
    say(timeline, (1,), 1600)
    timeline.take(480)
    timeline.cut(utterance, at=480)
    voices = timeline.take(480)
    assert not voices[0].any()
    assert voices[1].all()


def test_cut_removes_an_utterance_that_has_not_begun():
    timeline = Timeline()
    say(timeline, (0,), 160)
    waiting = say(timeline, (0,), 160)
    timeline.cut(waiting, at=80)
    assert waiting.duration_us == 0
    assert not timeline.take(320)[0, 160:].any()


def test_cut_of_what_is_over_changes_nothing():
    timeline = Timeline()
    utterance = say(timeline, (0,), 160)
    timeline.take(1600)
    timeline.cut(utterance, at=1600)
    assert utterance.duration_us == 10_000


def test_sound_that_nobody_will_hear_again_is_forgotten():
    timeline = Timeline()
    say(timeline, (0,), 160)
    say(timeline, (0,), 160)
    timeline.take(320)
    timeline.forget(160)
    timeline.hear_again(0, settled=0)
    assert [bool(voice.any()) for voice in np.split(timeline.take(320)[0], 2)] == [False, True]


def test_late_first_chunk_moves_the_start_of_its_utterance():
    timeline = Timeline()
    utterance = timeline.begin(1, (0,), now_ns=0)
    timeline.take(16_000)
    timeline.append(utterance, tone(1600), now_ns=UNDERRUN_NS)
    assert (utterance.start_us, utterance.end_us) == (1_000_000, 1_100_000)
    assert utterance.media_us(500_000) is None
    assert utterance.media_us(1_020_000) == 20_000


def test_room_is_refused_for_more_than_a_voice_may_hold():
    timeline = Timeline()
    timeline.append(timeline.begin(1, (0,), 0), np.zeros((1, 16_000 * 301), np.float32), 0)
    timeline.check_room((1,), 301)
    with pytest.raises(LimitError, match="602 s of audio would be waiting; a voice holds at most 600 s"):
        timeline.check_room((0, 1), 301)


def test_whole_until_tells_the_dialogue_of_which_all_is_known():
    timeline = Timeline()
    assert timeline.whole_until() == 0
    utterance = say(timeline, (0, 1), 1600)
    assert timeline.whole_until() == utterance.end
    timeline.take(1600)
    assert timeline.whole_until() == 0


def test_old_utterances_are_forgotten():
    timeline = Timeline()
    for _ in range(200):
        say(timeline, (0,), MILLISECOND)
        timeline.take(10 * MILLISECOND)
    assert 1 not in timeline
    assert 200 in timeline
