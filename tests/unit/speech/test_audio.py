"""Sound from files and streams: what is taken, what is refused and how it is said."""

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from rsatalker.errors import AudioError
from rsatalker.speech.audio import (
    KERNEL_REACH_S,
    LOUDEST,
    SPEECH_RATE_HZ,
    Audio,
    StreamingResampler,
    at_speech_rate,
    check_samples,
    mono,
    read_audio,
    two_voices,
)
from rsatalker.speech.features import log_mel

pytestmark = pytest.mark.unit


def tone(rate_hz: int, seconds: float = 0.5, pitch_hz: float = 440.0) -> np.ndarray:
    return np.sin(2 * np.pi * pitch_hz * np.arange(int(rate_hz * seconds)) / rate_hz).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.wav", "PCM_16"), ("a.wav", "FLOAT"), ("a.flac", "PCM_16"), ("a.ogg", "VORBIS")]
)
def test_read_audio_returns_samples_and_rate(tmp_path, name, subtype):
    sound = np.stack([tone(22_050), -tone(22_050)], axis=1) * 0.5
    soundfile.write(tmp_path / name, sound, 22_050, subtype=subtype)
    audio = read_audio(tmp_path / name)
    assert audio.sample_rate_hz == 22_050
    assert audio.samples.shape == (2, len(sound))
    assert np.abs(audio.samples.T - sound).max() < (0.1 if subtype == "VORBIS" else 1e-4)


def test_read_audio_names_the_file_when_it_is_missing(tmp_path):
    with pytest.raises(AudioError, match=r"gone\.wav does not exist"):
        read_audio(tmp_path / "gone.wav")


def test_read_audio_refuses_what_is_no_audio(tmp_path):
    (tmp_path / "notes.wav").write_text("not sound")
    with pytest.raises(
        AudioError,
        match=r"notes\.wav cannot be read as audio \(.*\); give .* as `ffmpeg -i notes\.wav voice\.wav` makes one",
    ):
        read_audio(tmp_path / "notes.wav")


def test_read_audio_refuses_samples_without_a_header(tmp_path):
    (tmp_path / "voice.raw").write_bytes(bytes(1000))
    with pytest.raises(AudioError, match=r"voice\.raw cannot be read as audio"):
        read_audio(tmp_path / "voice.raw")


def test_read_audio_refuses_a_name_that_no_file_can_have(tmp_path):
    with pytest.raises(AudioError, match=r"x (cannot be looked at \(.*\); give|does not exist)"):
        read_audio(tmp_path / (300 * "x"))


def test_read_audio_refuses_empty_files(tmp_path):
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.float32), 16_000)
    with pytest.raises(AudioError, match="is empty"):
        read_audio(tmp_path / "empty.wav")


def test_read_audio_says_which_sample_is_nan(tmp_path):
    sound = np.zeros(100, np.float32)
    sound[42] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, 16_000, subtype="FLOAT")
    with pytest.raises(AudioError, match="NaN or infinity, first at sample 42"):
        read_audio(tmp_path / "nan.wav")


@pytest.mark.parametrize("loud", [-20_000.0, 1e30])
def test_check_refuses_samples_that_are_no_sound(loud):
    """They would give features that are no numbers, and so would a face be from then on."""
    voices = np.zeros((2, 100), np.float32)
    voices[1, 42] = loud
    with pytest.raises(AudioError, match=r"holds (20000|1e.30) at sample 42; expected samples in \[-1, 1\]"):
        check_samples(voices)
    check_samples(np.full(10, LOUDEST, np.float32))


def test_loudest_sound_that_is_taken_has_features():
    assert np.isfinite(log_mel(np.full((1, 1600), LOUDEST, np.float32))).all()


@pytest.mark.parametrize("rate_hz", [4_000, 192_000])
def test_read_audio_refuses_rates_outside_8_to_96_khz(tmp_path, rate_hz):
    soundfile.write(tmp_path / "odd.wav", np.zeros(100, np.float32), rate_hz)
    with pytest.raises(AudioError, match=f"sample rate of {rate_hz} Hz; expected 8000 to 96000 Hz"):
        read_audio(tmp_path / "odd.wav")


def test_read_audio_refuses_ten_minutes(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(600 * 8_000, np.int16), 8_000)
    with pytest.raises(AudioError, match="lasts 600 s; at most 300 s"):
        read_audio(tmp_path / "long.wav")


def test_mono_refuses_channels_that_differ_and_says_what_to_do():
    voices = np.stack([tone(16_000), np.zeros(8_000, np.float32)])
    with pytest.raises(AudioError, match=r"has 2 channels that differ; one voice takes 1. Mix it down"):
        mono(Audio(voices, 16_000))


def test_mono_takes_a_voice_that_was_recorded_on_both_channels():
    voice = tone(16_000)
    np.testing.assert_array_equal(mono(Audio(np.stack([voice, voice + np.float32(1e-3)]), 16_000)), voice)


def test_two_voices_refuses_mono():
    with pytest.raises(AudioError, match="has 1 channel; a dialogue takes 2"):
        two_voices(Audio(np.zeros((1, 10), np.float32), 16_000))


def test_check_samples_refuses_infinity_in_any_channel():
    samples = np.zeros((2, 10), np.float32)
    samples[1, 7] = np.inf
    with pytest.raises(AudioError, match="first at sample 7"):
        check_samples(samples)


@settings(max_examples=25, deadline=None)
@given(
    rate_hz=st.sampled_from([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000]),
    cuts=st.lists(st.integers(0, 4_000), max_size=6),
)
def test_resampler_streams_what_it_gives_offline(rate_hz, cuts):
    sound = np.random.default_rng(rate_hz).uniform(-1, 1, 4_000).astype(np.float32)
    resampler = StreamingResampler(rate_hz)
    pieces = [resampler.push(piece) for piece in np.split(sound, sorted(cuts))]
    streamed = np.concatenate([*pieces, resampler.finish()])
    offline = at_speech_rate(Audio(sound[None], rate_hz))[0]
    np.testing.assert_allclose(streamed, offline, atol=1e-6)


@pytest.mark.parametrize("rate_hz", [8_000, 12_345, 44_100, 48_000])
def test_resampler_keeps_tones_that_speech_needs(rate_hz):
    out = at_speech_rate(Audio(tone(rate_hz, pitch_hz=1_500.0)[None], rate_hz))[0]
    expected = tone(SPEECH_RATE_HZ, pitch_hz=1_500.0)[: len(out)]
    assert np.abs(out - expected)[200:-200].max() < 2e-3


def test_resampler_removes_what_16_khz_cannot_hold():
    out = at_speech_rate(Audio(tone(48_000, pitch_hz=11_000.0)[None], 48_000))[0]
    assert np.abs(out[200:-200]).max() < 1e-3


def test_resampler_is_at_most_five_milliseconds_late():
    resampler = StreamingResampler(48_000)
    produced = len(resampler.push(np.zeros(48_000, np.float32)))
    assert SPEECH_RATE_HZ - produced <= 0.005 * SPEECH_RATE_HZ
    assert KERNEL_REACH_S <= 0.005


def test_resampler_refuses_nan():
    with pytest.raises(AudioError, match="NaN"):
        StreamingResampler(48_000).push(np.full(10, np.nan, np.float32))


def test_resampler_reaches_other_rates_too() -> None:
    """44.1 to 48 kHz, as for a film's sound: a tone keeps its pitch, its level and its place to the sample."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(44_100) / 44_100).astype(np.float32)
    resampler = StreamingResampler(44_100, 48_000)
    heard = np.concatenate([resampler.push(tone[:7_001]), resampler.push(tone[7_001:]), resampler.finish()])
    expected = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    assert len(heard) == 48_000
    np.testing.assert_allclose(heard[200:-200], expected[200:-200], atol=2e-3)
