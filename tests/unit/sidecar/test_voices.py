import numpy as np
import pytest

from sidecar.errors import InvalidRequestError, LimitError, StateError
from sidecar.intake import AudioFormat
from sidecar.timeline import LONGEST_BACKLOG_S, MOST_WAITING
from sidecar.timings import Timings
from sidecar.voices import IDLE_NS, LARGEST_ID, Voices

pytestmark = pytest.mark.unit

MONO = AudioFormat(48_000, 1, "f32")
CHEAP = AudioFormat(16_000, 1, "s16")  # nothing to resample
SECOND = np.sin(np.arange(48_000, dtype="<f4") / 40).astype("<f4")


@pytest.fixture
def voices() -> Voices:
    return Voices(Timings())


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * CHEAP.sample_rate_hz))


def test_chunk_refused_for_want_of_room_is_taken_once_when_it_is_sent_again(voices: Voices):
    for _ in range(2):
        voices.speak((0,), CHEAP, silence(LONGEST_BACKLOG_S / 2), 0, now_ns=0)
    growing = voices.begin((0,), MONO, 0, now_ns=0)
    with pytest.raises(LimitError, match="601 s of audio would be waiting"):
        voices.push(growing.utterance_id, 0, SECOND.tobytes(), now_ns=0)
    voices.timeline.take(5 * 16_000)
    voices.push(growing.utterance_id, 0, SECOND.tobytes(), now_ns=0)
    assert voices.end(growing.utterance_id, now_ns=0).duration_us == 1_000_000


def test_utterance_of_a_client_that_went_silent_ends_also_when_there_is_no_room(voices: Voices):
    for _ in range(2):
        voices.speak((0,), CHEAP, silence(LONGEST_BACKLOG_S / 2 - 0.5), 0, now_ns=0)
    growing = voices.begin((0,), MONO, 0, now_ns=0)
    voices.push(growing.utterance_id, 0, SECOND.tobytes(), now_ns=0)
    voices.end_idle(IDLE_NS + 1)
    assert not voices.is_growing(growing.utterance_id)
    assert growing.duration_us == 1_000_000


def test_empty_last_chunk_is_taken(voices: Voices):
    growing = voices.begin((0,), MONO, 0, now_ns=0)
    voices.push(growing.utterance_id, 0, SECOND.tobytes(), now_ns=0)
    voices.push(growing.utterance_id, 1, b"", now_ns=0)
    assert voices.end(growing.utterance_id, now_ns=0).duration_us == 1_000_000


def test_largest_id_leaves_room_for_those_of_the_sidecar(voices: Voices):
    with pytest.raises(InvalidRequestError, match=f"utterance_id is {LARGEST_ID + 1}; at most {LARGEST_ID} is taken"):
        voices.speak((0,), CHEAP, silence(1), LARGEST_ID + 1, now_ns=0)
    voices.speak((0,), CHEAP, silence(1), LARGEST_ID, now_ns=0)
    assert voices.speak((0,), CHEAP, silence(1), 0, now_ns=0).utterance_id == LARGEST_ID + 1


def test_cancelled_utterance_takes_no_chunk(voices: Voices):
    growing = voices.begin((1,), MONO, 0, now_ns=0)
    voices.cut(growing.utterance_id, at=0)
    with pytest.raises(StateError, match="utterance 1 has ended"):
        voices.push(growing.utterance_id, 0, SECOND.tobytes(), now_ns=0)


def test_utterances_that_wait_are_limited_for_each_voice(voices: Voices):
    for _ in range(MOST_WAITING):
        voices.speak((0,), CHEAP, silence(0.001), 0, now_ns=0)
    with pytest.raises(LimitError, match=f"^{MOST_WAITING} utterances of one voice are waiting, as many as it may"):
        voices.speak((0, 1), AudioFormat(16_000, 2, "s16"), silence(0.001), 0, now_ns=0)
    voices.speak((1,), CHEAP, silence(0.001), 0, now_ns=0)
    voices.timeline.take(33)  # two of them
    voices.speak((0,), CHEAP, silence(0.001), 0, now_ns=0)


def test_utterances_that_were_cut_before_they_began_do_not_count(voices: Voices):
    for _ in range(MOST_WAITING):
        voices.cut(voices.speak((0,), CHEAP, silence(1), 0, now_ns=0).utterance_id, at=0)
    voices.speak((0,), CHEAP, silence(1), 0, now_ns=0)
    assert len(voices.timeline.utterances(0)) < MOST_WAITING / 2
