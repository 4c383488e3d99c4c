"""How heads carry out what was decided."""

import numpy as np
import pytest

from rsatalker.motion.behaviour.decision import EVENT_INDEX, EVENTS, SEEN, TENDENCIES, TENDENCY_INDEX, Decision
from rsatalker.motion.behaviour.nods import Nods
from rsatalker.motion.behaviour.nonverbal import Nonverbal, NonverbalInstant
from rsatalker.motion.behaviour.voice_state import CUES, STEP_S, VoiceState
from rsatalker.motion.expression_space import ARKIT_INDEX

pytestmark = pytest.mark.unit
TOWARD = np.array([0.5, 0.0], np.float32)
APART_M = 1.2
SILENT = VoiceState()


def decide(*events: str, **tendencies: float) -> Decision:
    begins = np.zeros(len(EVENTS), bool)
    begins[[EVENT_INDEX[event] for event in events]] = True
    values = np.zeros(len(TENDENCIES), np.float32)
    for name, value in ({"smile_size": 1.0, "liveliness": 1.0} | tendencies).items():
        values[TENDENCY_INDEX[name]] = value
    return Decision(begins, values)


def new_head(seed: int = 1) -> Nonverbal:
    head = Nonverbal(np.random.default_rng(seed))
    for _ in range(30):  # a second of rest
        head.step(decide(), SILENT, TOWARD, APART_M)
    return head


def play(head: Nonverbal, first: Decision, steps: int, then: Decision | None = None) -> list[NonverbalInstant]:
    decisions = [first] + [then or decide()] * (steps - 1)
    return [head.step(decision, SILENT, TOWARD, APART_M) for decision in decisions]


def arkit(instants: list[NonverbalInstant], name: str) -> np.ndarray:
    return np.array([instant.arkit[ARKIT_INDEX[name]] for instant in instants])


def test_blink_shuts_both_eyes_and_opens_them_within_half_a_second() -> None:
    instants = play(new_head(), decide("blink"), 15)
    assert arkit(instants, "eyeBlinkLeft").max() == arkit(instants, "eyeBlinkRight").max() == 1.0
    assert arkit(instants, "eyeBlinkLeft")[-1] == 0.0


def test_nod_goes_down_and_comes_back_while_the_eyes_stay_on_the_partner() -> None:
    still, nodding = play(new_head(), decide(), 60), play(new_head(), decide("nod"), 60)
    pitch = [instant.neck_pose[0] for instant in nodding]
    assert np.degrees(max(pitch) - pitch[-1]) > 2.0
    gaze = np.array([n.neck_pose[0] + n.gaze[1] for n in nodding]) - [s.neck_pose[0] + s.gaze[1] for s in still]
    assert np.degrees(np.abs(gaze).max()) < 6.0  # the head alone moves further


def test_events_cannot_begin_again_at_once() -> None:
    head = new_head()
    everything = decide(*EVENTS)
    assert head.possible()[EVENT_INDEX["nod"]]
    head.step(everything, SILENT, TOWARD, APART_M)
    possible = {event for event, can in zip(EVENTS, head.possible(), strict=True) if can}
    assert possible == {"beat"}


def test_smile_rises_stays_and_ends_when_decided() -> None:
    head = new_head()
    rising = arkit(play(head, decide("smile"), 40), "mouthSmileLeft")
    assert rising[0] < 0.15
    assert rising[-1] > 0.3
    assert head.possible()[EVENT_INDEX["smile_ends"]]
    falling = arkit(
        play(head, decide("smile_ends", smile_at_rest=0.05), 60, decide(smile_at_rest=0.05)), "mouthSmileLeft"
    )
    assert falling[-1] == pytest.approx(0.05, abs=0.02)


def test_glance_away_is_seen_and_goes_down_for_who_tends_to() -> None:
    head = new_head()
    before = head.step(decide(), SILENT, TOWARD, APART_M)
    after = play(head, decide("look_away", looks_down=1.0), 12)[-1]
    assert (before.seen[SEEN.index("looking")], after.seen[SEEN.index("looking")]) == (1.0, 0.0)
    assert after.neck_pose[0] + after.gaze[1] > before.neck_pose[0] + before.gaze[1] + 0.08


def test_chin_follows_its_tendency_within_two_seconds() -> None:
    up = play(new_head(), decide(chin=-1.0), 60, decide(chin=-1.0))[-1]
    down = play(new_head(), decide(chin=1.0), 60, decide(chin=1.0))[-1]
    assert 4.0 < np.degrees(down.neck_pose[0] - up.neck_pose[0]) < 7.0


def test_amplitude_of_the_mood_makes_nods_larger() -> None:
    def largest(amplitude: float) -> float:
        head = new_head()
        decisions = [decide("nod")] + [decide()] * 40
        return max(head.step(d, SILENT, TOWARD, APART_M, 1.0, amplitude).seen[SEEN.index("nod")] for d in decisions)

    assert largest(1.5) == pytest.approx(1.5 * largest(1.0), rel=0.01)


def test_voice_state_tells_a_pause_from_the_end_of_speech() -> None:
    voice = VoiceState()
    for _ in range(30):
        voice.step(1.0, -20.0)
    paused = stopped = 0
    for _ in range(15):
        voice.step(0.0, -70.0)
        paused += voice.paused
        stopped += voice.stopped
    assert (paused, stopped, voice.speaking) == (1, 1, False)
    assert voice.spoken_s == pytest.approx(1.0 + 0.3, abs=0.05)


def test_cues_of_a_voice_stay_between_0_and_1() -> None:
    voice, random = VoiceState(), np.random.default_rng(2)
    cues = []
    for _ in range(600):
        voice.step(float(random.random() < 0.6), float(random.normal(-25, 8)))
        cues.append(voice.cues())
    assert np.stack(cues).shape == (600, len(CUES))
    assert np.min(cues) >= 0
    assert np.max(cues) <= 1
    assert pytest.approx(1 / 30) == STEP_S


def test_beat_of_the_head_begins_without_a_jerk() -> None:
    nods = Nods(np.random.default_rng(4))
    pitches = [0.0]
    for step in range(20):
        nods.step(decide("beat") if step == 2 else decide(), 1.0, 1.0)
        pitches.append(nods.pitch_rad)
    assert max(pitches) > np.radians(0.7)
    assert np.abs(np.diff(pitches)).max() < 0.45 * max(pitches)  # a heavy head takes several steps


def test_brows_beat_time_to_stresses_unnoticed_by_the_partner() -> None:
    head, voice, inner = new_head(), VoiceState(), []
    for step in range(90):
        voice.step(1.0, -15.0 if step % 30 < 6 else -35.0)
        instant = head.step(decide(), voice, TOWARD, APART_M)
        inner.append(instant.arkit[ARKIT_INDEX["browInnerUp"]])
        assert instant.seen[SEEN.index("brows")] == 0.0
    assert max(inner[60:66]) > 0.08  # at the third stress
    assert inner[59] < 0.01  # back before it


def test_eyes_of_a_looking_head_never_rest_for_long() -> None:
    gaze = np.array([instant.gaze for instant in play(new_head(), decide(), 300)])
    moves = np.flatnonzero(np.abs(np.diff(gaze, axis=0)).max(1) > 0.002)
    assert np.diff(moves).max() * STEP_S < 1.8
