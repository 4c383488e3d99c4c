"""What a cut does to the heads, and where a voice that breaks in begins."""

import numpy as np
import pytest
from light_studio import LightStudio
from turned_by_hand import Scene

from sidecar.conversation import RELAXED_US
from sidecar.intake import AudioFormat
from sidecar.timeline import Utterance

pytestmark = pytest.mark.unit

TICK_US = 16_667
LEAD_US = 500_000  # the default of --motion-lead-ms


def say(scene: Scene, participant: int, seconds: float) -> Utterance:
    voice = np.full(round(seconds * 16_000), 0.5, "<f4").tobytes()
    return scene.conversation.voices.speak((participant,), AudioFormat(16_000, 1, "f32"), voice, 0, scene.now_ns)


def said_by(scene: Scene) -> tuple[int, int]:
    first, second = scene.conversation.readings
    return first.utterance_id, second.utterance_id


@pytest.fixture
def speech(scene: Scene) -> Utterance:
    """Six seconds of a, of which one has been shown."""
    utterance = say(scene, 0, 6.0)
    while scene.conversation.clock_us[0] < utterance.start_us + 1_000_000:
        scene.tick()
    return utterance


def test_cut_is_no_farther_ahead_than_the_lead(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0] - speech.start_us
    assert shown_us <= scene.conversation.cancel(speech.utterance_id) <= shown_us + LEAD_US + TICK_US


def test_cut_lets_both_heads_go_on_where_the_mouth_is_at_rest(scene: Scene, speech: Utterance, studio: LightStudio):
    made_until_us = scene.conversation.motion.end_us
    cut_us = scene.conversation.cancel(speech.utterance_id)
    assert studio.sources[0].interrupted == [0]
    scene.tick(4)
    first, second = scene.conversation.clock_us
    assert first == second >= max(made_until_us + RELAXED_US, speech.start_us + cut_us)
    assert said_by(scene) == (0, 0)
    scene.tick(30)
    assert scene.conversation.clock_us[0] == pytest.approx(first + 30 * TICK_US, abs=2 * TICK_US)


def test_voice_that_breaks_in_after_a_cut_begins_there(scene: Scene, speech: Utterance):
    cut_us = scene.conversation.cancel(speech.utterance_id)
    answer = say(scene, 1, 1.0)
    assert 0 <= answer.start_us - (speech.start_us + cut_us) <= 1000
    scene.tick(30)
    assert said_by(scene) == (0, answer.utterance_id)


def test_voice_that_breaks_in_without_a_cut_begins_behind_what_was_heard(scene: Scene, speech: Utterance):
    shown_us = scene.conversation.clock_us[0]
    answer = say(scene, 1, 1.0)
    assert shown_us < answer.start_us <= shown_us + LEAD_US + TICK_US
    scene.tick(60)
    assert said_by(scene) == (speech.utterance_id, answer.utterance_id)


def test_cut_of_one_of_two_speakers_lets_the_other_go_on(scene: Scene, speech: Utterance):
    answer = say(scene, 1, 4.0)
    scene.tick(90)
    before_us = scene.conversation.clock_us[1]
    scene.conversation.cancel(speech.utterance_id)
    scene.tick(10)
    interrupted_us = scene.conversation.clock_us[0]
    assert said_by(scene) == (0, answer.utterance_id)
    assert scene.conversation.clock_us[1] == pytest.approx(before_us + 10 * TICK_US, abs=TICK_US)
    scene.tick(10)
    assert scene.conversation.clock_us[0] == interrupted_us
    scene.tick(60)
    assert scene.conversation.clock_us[0] == scene.conversation.clock_us[1] > interrupted_us


def test_cut_of_an_utterance_that_waits_moves_no_face(scene: Scene, speech: Utterance, studio: LightStudio):
    waiting = say(scene, 0, 1.0)
    before_us = scene.conversation.clock_us
    assert scene.conversation.cancel(waiting.utterance_id) == 0
    scene.tick()
    assert scene.conversation.clock_us[0] == pytest.approx(before_us[0] + TICK_US, abs=1)
    assert said_by(scene) == (speech.utterance_id, 0)
    assert studio.sources[0].interrupted == []


def test_cut_of_an_utterance_that_is_over_changes_nothing(scene: Scene, studio: LightStudio):
    spoken = say(scene, 0, 0.5)
    scene.tick(90)
    assert scene.conversation.cancel(spoken.utterance_id) == 500_000
    assert studio.sources[0].interrupted == []
