"""What a cut does to the heads, and where a voice that breaks in begins."""

import numpy as np
import pytest
from light_studio import JAW_OPEN, LightStudio
from turned_by_hand import Scene

from rsatalker.errors import AudioError
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship, SocialInput
from sidecar.conversation import CUT_AHEAD_US
from sidecar.errors import StateError
from sidecar.intake import AudioFormat
from sidecar.motion_window import FADE_US
from sidecar.regions.motion_ring import MotionInstant, MotionRingReader
from sidecar.utterance import Utterance

pytestmark = pytest.mark.unit

MONO = AudioFormat(16_000, 1, "f32")
TICK_US = 16_667
STEP_US = 33_334  # one instant of motion
LEAD_US = 500_000  # the default of --motion-lead-ms


def voice(seconds: float) -> bytes:
    return np.full(round(seconds * 16_000), 0.5, "<f4").tobytes()


def say(scene: Scene, participant: int, seconds: float, *, interrupts: bool = False) -> Utterance:
    return scene.conversation.speak((participant,), MONO, voice(seconds), 0, scene.now_ns, interrupts=interrupts)


def cancel(scene: Scene, utterance: Utterance) -> int:
    return scene.conversation.cancel(utterance.utterance_id, scene.now_ns)


def said_by(scene: Scene) -> tuple[int, int]:
    first, second = scene.conversation.readings
    return first.utterance_id, second.utterance_id


def jaw(scene: Scene, participant: int) -> float:
    shown_us = scene.conversation.clock_us[participant]
    return float(scene.conversation.motion.pose(participant, shown_us).arkit[JAW_OPEN])


@pytest.fixture
def speech(scene: Scene) -> Utterance:
    """Six seconds of a, of which one has been shown."""
    utterance = say(scene, 0, 6.0)
    while scene.conversation.clock_us[0] < utterance.start_us + 1_000_000:
        scene.tick()
    return utterance


def test_cut_is_just_ahead_of_what_is_shown(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0] - speech.start_us
    assert cancel(scene, speech) == pytest.approx(shown_us + CUT_AHEAD_US, abs=100)


def test_cut_mouth_is_at_rest_within_120_ms_and_time_goes_on_meanwhile(scene: Scene, speech: Utterance):
    assert jaw(scene, 0) == pytest.approx(0.5)
    cut_us = speech.start_us + cancel(scene, speech)
    levels, before_us = {}, scene.conversation.clock_us[0]
    for tick in range(1, 31):
        scene.tick()
        assert scene.conversation.clock_us == (pytest.approx(before_us + tick * TICK_US, abs=TICK_US),) * 2
        levels[scene.conversation.clock_us[0] - cut_us] = jaw(scene, 0)
    assert all(level == pytest.approx(0.5) for late_us, level in levels.items() if late_us < -STEP_US)
    assert all(level == 0 for late_us, level in levels.items() if late_us > 120_000)
    assert max(-np.diff(list(levels.values()))) <= 0.5 * TICK_US / FADE_US + 0.01  # it never snaps shut
    assert said_by(scene) == (0, 0)


def test_cut_is_published_as_new_instants_of_the_future(scene: Scene, speech: Utterance):
    reader = MotionRingReader(scene.conversation.regions.motion.name)
    before = reader.instants()
    cut_us = speech.start_us + cancel(scene, speech)
    scene.tick(10)
    after = reader.instants(before[-1].index)
    assert after[0].timeline_us < before[-1].timeline_us
    assert abs(after[0].timeline_us - cut_us) <= STEP_US
    held = held_after(before, after)
    times = [instant.timeline_us for instant in held]
    assert times == sorted(set(times))
    relaxed = [instant for instant in held if instant.timeline_us > cut_us + 120_000]
    assert relaxed
    assert not any(instant.heads[0].pose.arkit[JAW_OPEN] for instant in relaxed)
    assert all(instant.heads[0].utterance_id == 0 for instant in held if instant.timeline_us >= cut_us)
    reader.close()


def held_after(before: list[MotionInstant], after: list[MotionInstant]) -> list[MotionInstant]:
    """Return what a reader holds that keeps to the rule of `MotionInstant.timeline_us`."""
    held = list(before)
    for instant in after:
        held = [known for known in held if known.timeline_us < instant.timeline_us] + [instant]
    return held


def test_cut_leaves_what_was_shown_as_it_was(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0]
    before = [scene.conversation.motion.pose(0, shown_us - back_us).arkit for back_us in range(0, 500_000, 20_000)]
    cancel(scene, speech)
    after = [scene.conversation.motion.pose(0, shown_us - back_us).arkit for back_us in range(0, 500_000, 20_000)]
    np.testing.assert_array_equal(before, after)


def test_voice_that_interrupts_begins_at_the_cut(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0]
    answer = say(scene, 1, 1.0, interrupts=True)
    assert answer.start_us == pytest.approx(shown_us + CUT_AHEAD_US, abs=1000)
    scene.tick(30)
    assert said_by(scene) == (0, answer.utterance_id)
    assert (jaw(scene, 0), jaw(scene, 1)) == (0, 0.5)


def test_voice_that_interrupts_drops_what_waits(scene: Scene, speech: Utterance):
    waiting = say(scene, 0, 1.0)
    say(scene, 1, 1.0, interrupts=True)
    assert waiting.duration_us == 0
    assert not speech.growing


def test_stream_that_interrupts_begins_when_the_other_has_relaxed(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0]
    answer = scene.conversation.begin((1,), MONO, 0, scene.now_ns, interrupts=True)
    assert shown_us + CUT_AHEAD_US < answer.start_us <= shown_us + 250_000
    for sequence in range(25):
        scene.conversation.voices.push(answer.utterance_id, sequence, voice(0.02), scene.now_ns)
        scene.tick()
    assert jaw(scene, 0) == 0
    assert said_by(scene) == (0, answer.utterance_id)


def test_stream_that_interrupts_lets_nobody_begin_between_cut_and_beginning(
    scene: Scene, speech: Utterance, monkeypatch: pytest.MonkeyPatch
):
    conversation, refusals = scene.conversation, []

    def advance_while_another_client_begins(*moment: object) -> bool:
        with pytest.raises(StateError) as refusal:
            conversation.voices.begin((1,), MONO, 0, scene.now_ns)
        refusals.append(refusal)
        return False

    monkeypatch.setattr(conversation.motion, "advance", advance_while_another_client_begins)
    answer = conversation.begin((1,), MONO, 0, scene.now_ns, interrupts=True)
    assert (answer.growing, len(refusals)) == (True, 1)


def test_refused_voice_interrupts_nobody(scene: Scene, speech: Utterance):
    end_us = speech.end_us
    with pytest.raises(AudioError):
        scene.conversation.speak((1,), MONO, np.full(16, np.nan, "<f4").tobytes(), 0, scene.now_ns, interrupts=True)
    scene.conversation.begin((1,), MONO, 0, scene.now_ns)
    with pytest.raises(StateError):
        say(scene, 1, 1.0, interrupts=True)
    assert speech.end_us == end_us


def test_voice_that_breaks_in_without_a_cut_begins_behind_what_was_heard(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0]
    answer = say(scene, 1, 1.0)
    assert shown_us < answer.start_us <= shown_us + LEAD_US + TICK_US
    scene.tick(60)
    assert said_by(scene) == (speech.utterance_id, answer.utterance_id)


def test_cut_of_one_of_two_speakers_lets_the_other_go_on_and_neither_stands(scene: Scene, speech: Utterance):
    answer = say(scene, 1, 4.0)
    scene.tick(90)
    before_us = scene.conversation.clock_us[1]
    cancel(scene, speech)
    for tick in range(1, 31):
        scene.tick()
        assert scene.conversation.clock_us == (pytest.approx(before_us + tick * TICK_US, abs=TICK_US),) * 2
        assert jaw(scene, 1) == pytest.approx(0.5)
    assert said_by(scene) == (0, answer.utterance_id)


def test_cut_of_an_utterance_that_waits_moves_no_face(scene: Scene, speech: Utterance):
    waiting = say(scene, 0, 1.0)
    before_us = scene.conversation.clock_us
    reader = MotionRingReader(scene.conversation.regions.motion.name)
    published = reader.latest_index
    assert cancel(scene, waiting) == 0
    assert reader.latest_index == published
    scene.tick()
    assert scene.conversation.clock_us[0] == pytest.approx(before_us[0] + TICK_US, abs=1)
    assert said_by(scene) == (speech.utterance_id, 0)
    reader.close()


def test_cut_of_an_utterance_that_is_over_changes_nothing(scene: Scene):
    spoken = say(scene, 0, 0.5)
    scene.tick(90)
    motion_end_us = scene.conversation.motion.end_us
    assert cancel(scene, spoken) == 500_000
    assert scene.conversation.motion.end_us == motion_end_us


def test_motion_after_a_cut_keeps_to_what_the_client_has_set(scene: Scene, speech: Utterance, studio: LightStudio):
    siblings = SocialInput(Relationship("blood"), strength=1.2)
    scene.conversation.motion.relate(siblings)
    scene.conversation.motion.set_mood(1, Mood("happy"))
    scene.conversation.motion.set_style(0, Style(jaw_strength=1.5))
    cancel(scene, speech)
    source = scene.conversation.motion._source._source  # behind what can skip
    assert source is not studio.sources[0]  # it went back to a copy from before those calls
    assert source.social == siblings
    assert source.moods == [(1, Mood("happy"))]
    assert source.styles == [(0, Style(jaw_strength=1.5))]
    np.testing.assert_array_equal(source.places[-1], scene.conversation.world_from_heads)
