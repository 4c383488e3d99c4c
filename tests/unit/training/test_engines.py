"""Engines speak and say when each phone sounds."""

import random
import shutil
import subprocess
from itertools import islice

import numpy as np
import pytest

from rsatalker.errors import ToolMissing
from rsatalker.training.engines import spoken, voices
from rsatalker.training.engines.espeak import EspeakStyle
from rsatalker.training.engines.festival import FESTIVAL_VOICES, installed_festival_voices, speak_with_festival
from rsatalker.training.engines.flite import FliteStyle, speak_with_flite
from rsatalker.training.engines.spoken import Spoken, run_engine
from rsatalker.training.engines.voices import HELD_OUT, VOICES, installed_voices, speak_endlessly
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
    utterances = list(speak_with_festival(["papa", "mama"], voice, [1.0, 1.2]))
    assert len(utterances) == 2
    check_papa(utterances[0])


def test_missing_engine_is_named_with_the_way_to_install_it():
    with pytest.raises(ToolMissing, match=r"'no-such-engine' was not found; install it \(Debian: apt install"):
        run_engine(["no-such-engine"])


def test_missing_engines_are_left_out_and_told(monkeypatch, espeak_library):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    installed = installed_voices()
    assert {voice.engine for voice in installed.voices} == {"espeak"}
    assert any("flite was not found" in sentence for sentence in installed.missing)
    assert sum("festival's voice_" in sentence for sentence in installed.missing) == len(FESTIVAL_VOICES)


def test_no_engine_at_all_is_an_error(monkeypatch):
    def no_espeak():
        raise ToolMissing("no eSpeak")

    monkeypatch.setattr(shutil, "which", lambda _: None)
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
