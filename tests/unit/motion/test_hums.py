"""Lips stay shut in "mm-hm", and only there."""

import numpy as np
import pytest

from rsatalker.motion.articulation import ARTICULATION_INDEX
from rsatalker.motion.checkpoint import load_checkpoint
from rsatalker.motion.hums import LONGEST_INSTANTS, SHUT, SHUT_JAW, Hums
from rsatalker.speech.audio import at_speech_rate, read_audio
from rsatalker.speech.encoders import heard_whole
from rsatalker.speech.features import MEL_BANDS, SILENT_FEATURE
from rsatalker.training.cost_evaluation import SAMPLE_DIALOGUE

pytestmark = pytest.mark.unit

CLOSED, JAW, ROUND = (ARTICULATION_INDEX[name] for name in ("closed", "jaw", "round"))
LOOK_AHEAD = 3
QUIET = np.full(MEL_BANDS, SILENT_FEATURE, np.float32)
MURMUR = np.where(np.arange(MEL_BANDS) < 14, 0.0, -9.0).astype(np.float32)  # up to 450 Hz, 39 dB above the rest
BREATH, VOWEL = np.full(MEL_BANDS, -5.5, np.float32), np.zeros(MEL_BANDS, np.float32)
Sounds = list[tuple[np.ndarray, int]]  # what sounds, for how many instants


def heard(sounds: Sounds) -> tuple[np.ndarray, np.ndarray]:
    """Features and activity of one voice, the latter late by the look-ahead, as the network answers."""
    features = np.concatenate([np.repeat(sound[None], 4 * instants, axis=0) for sound, instants in sounds])
    active = np.concatenate([np.full(instants, float(sound is not QUIET)) for sound, instants in sounds])
    late = np.concatenate([np.zeros(LOOK_AHEAD), active[:-LOOK_AHEAD]])
    return features[None].astype(np.float32), late[None].astype(np.float32)


def open_mouth(instants: int) -> np.ndarray:
    controls = np.full((1, instants, 12), 0.4, np.float32)
    controls[..., CLOSED] = 0.1
    return controls


def shut(sounds: Sounds) -> np.ndarray:
    """What becomes of a mouth that the network leaves open all the time, from the first instant on."""
    features, activity = heard([*sounds, (QUIET, LOOK_AHEAD)])
    return Hums(1, LOOK_AHEAD).shut(features, open_mouth(activity.shape[1]), activity)[0, LOOK_AHEAD:]


def test_lips_are_shut_in_a_hum_and_in_the_breath_within_it():
    controls = shut([(QUIET, 10), (MURMUR, 6), (BREATH, 4), (MURMUR, 8), (QUIET, 20)])[12:28]
    assert controls[:, CLOSED].min() == pytest.approx(SHUT)
    assert controls[:, JAW].max() == pytest.approx(SHUT_JAW)
    assert controls[:, ROUND].max() == 0


@pytest.mark.parametrize("sound", [VOWEL, QUIET], ids=["vowel", "silence"])
def test_mouth_is_left_alone_by_what_is_no_hum(sound: np.ndarray):
    controls = shut([(QUIET, 10), (sound, 20), (QUIET, 10)])
    np.testing.assert_array_equal(controls, open_mouth(len(controls))[0])


def test_murmur_that_a_vowel_follows_within_the_look_ahead_is_no_hum():
    controls = shut([(QUIET, 10), (MURMUR, 2), (VOWEL, 20)])
    np.testing.assert_array_equal(controls, open_mouth(len(controls))[0])


def test_nasal_within_speech_is_no_hum():
    controls = shut([(QUIET, 10), (VOWEL, 10), (MURMUR, 8), (VOWEL, 10)])
    np.testing.assert_array_equal(controls, open_mouth(len(controls))[0])


def test_vowel_after_a_hum_opens_the_mouth_at_once():
    controls = shut([(QUIET, 10), (MURMUR, 9), (VOWEL, 10)])
    assert controls[14, CLOSED] == pytest.approx(SHUT)
    np.testing.assert_array_equal(controls[19:], open_mouth(len(controls) - 19)[0])


def test_voice_that_only_murmurs_opens_its_mouth_after_a_while():
    controls = shut([(QUIET, 10), (MURMUR, LONGEST_INSTANTS + 20)])
    assert controls[10 + LONGEST_INSTANTS - 1, CLOSED] == pytest.approx(SHUT)
    assert controls[10 + LONGEST_INSTANTS + 1, CLOSED] == pytest.approx(0.1)


def test_instants_are_the_same_one_by_one_and_together():
    features, activity = heard([(QUIET, 5), (MURMUR, 8), (QUIET, 9), (VOWEL, 5), (MURMUR, 5)])
    controls, parts = open_mouth(activity.shape[1]), Hums(1, LOOK_AHEAD)
    single = [parts.shut(features[:, 4 * t : 4 * t + 4], controls[:, t : t + 1], activity[:, t : t + 1])
              for t in range(activity.shape[1])]  # fmt: skip
    whole = Hums(1, LOOK_AHEAD).shut(features, controls, activity)
    np.testing.assert_array_equal(np.concatenate(single, axis=1), whole)


def test_bundled_lips_stay_shut_at_the_mm_hm_of_the_sample_dialogue():
    voice = at_speech_rate(read_audio(SAMPLE_DIALOGUE))[1:, 6 * 16_000 : 8 * 16_000]
    model = load_checkpoint(None)
    controls = model.lips(heard_whole(model.config.encoder, voice).features).articulation[0]
    assert controls[34:39, CLOSED].min() > 0.6  # from 7.13 to 7.27 s it sounds
    assert controls[30:45, JAW].max() < 0.15
