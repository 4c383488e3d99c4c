"""Sound files as people have them: of phones, browsers and screen recorders, whole and broken."""

import struct

import av
import numpy as np
import pytest
import soundfile
from scipy.signal import correlate

from rsatalker.errors import AudioError
from rsatalker.speech.audio import read_audio
from rsatalker.speech.sound_file import MISSING_S, SoundFile

pytestmark = pytest.mark.unit

SECONDS = 1.5
KINDS = [
    ("voice.m4a", "aac", 44_100, "mono"),
    ("voice.m4a", "aac", 22_050, "stereo"),
    ("voice.aac", "aac", 16_000, "mono"),
    ("voice.mp4", "aac", 48_000, "stereo"),
    ("voice.opus", "libopus", 48_000, "mono"),
    ("voice.webm", "libopus", 48_000, "stereo"),
]


def tones(rate_hz: int, channels: int) -> np.ndarray:
    """A note that ends and a higher one in the second channel: a shift or a swap would show."""
    time_s = np.arange(round(SECONDS * rate_hz)) / rate_hz
    pitches = np.array([[330.0], [550.0]])[:channels]
    return (0.4 * np.sin(2 * np.pi * pitches * time_s) * (time_s < 1)).astype(np.float32)


def encode(path, codec: str, rate_hz: int, layout: str, picture: bool = False, title: str = "") -> None:
    sound = tones(rate_hz, 1 if layout == "mono" else 2)
    with av.open(str(path), "w") as container:
        container.metadata["title"] = title
        if picture:
            drawn = container.add_stream("mpeg4", rate=10)
            drawn.width = drawn.height = 32
        track = container.add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        for sized in [*av.AudioResampler(track.format.name, layout, rate_hz).resample(frame), None]:
            container.mux(track.encode(sized))
        if picture:
            for number in range(40):  # longer than the sound
                shown = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
                shown.pts = number
                container.mux(drawn.encode(shown))
            container.mux(drawn.encode(None))


@pytest.mark.parametrize(("name", "codec", "rate_hz", "layout"), KINDS)
def test_read_audio_reads_what_phones_and_browsers_record(tmp_path, name, codec, rate_hz, layout):
    encode(tmp_path / name, codec, rate_hz, layout)
    audio = read_audio(tmp_path / name)
    expected = tones(rate_hz, len(audio.samples))
    assert audio.sample_rate_hz == rate_hz
    assert len(audio.samples) == (1 if layout == "mono" else 2)
    assert audio.duration_s == pytest.approx(SECONDS, abs=0.13)  # an encoder fills its last packet
    lag = np.argmax(correlate(audio.samples[0], expected[0, :rate_hz])) - rate_hz + 1
    assert -0.01 * rate_hz < lag < 0.1 * rate_hz
    for channel, tone in zip(audio.samples, expected, strict=True):
        heard = channel[max(lag, 0) :][:rate_hz]
        assert np.corrcoef(heard, tone[max(-lag, 0) :][: len(heard)])[0, 1] > 0.95


def test_read_audio_takes_the_voice_of_a_video_that_is_longer(tmp_path):
    encode(tmp_path / "clip.mp4", "aac", 48_000, "mono", picture=True)
    assert read_audio(tmp_path / "clip.mp4").duration_s == pytest.approx(SECONDS, abs=0.1)


def test_read_audio_reads_a_name_that_looks_like_an_address(tmp_path):
    """FFmpeg would take `concat:` or `http:` before a colon for a protocol."""
    encode(tmp_path / "voice.m4a", "aac", 16_000, "mono")
    odd = (tmp_path / "voice.m4a").rename(tmp_path / "Jörg's take 2 (häh?) &.m4a")
    assert read_audio(odd).duration_s > SECONDS - 0.1


def test_read_audio_opens_no_file_that_a_playlist_names(tmp_path):
    encode(tmp_path / "voice.aac", "aac", 16_000, "mono")
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.5,\nvoice.aac\n#EXT-X-ENDLIST\n", encoding="utf-8"
    )
    with pytest.raises(AudioError, match=r"list\.m3u8 cannot be read as audio"):
        read_audio(tmp_path / "list.m3u8")


def test_read_audio_refuses_a_film_without_sound(tmp_path):
    with av.open(str(tmp_path / "silent.mp4"), "w") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width = track.height = 32
        container.mux(track.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        container.mux(track.encode(None))
    with pytest.raises(AudioError, match=r"silent\.mp4 holds no sound; give a WAV, .* file with a voice in it\.$"):
        read_audio(tmp_path / "silent.mp4")


@pytest.mark.parametrize("name", ["voice.m4a", "voice.webm"])
def test_read_audio_reads_a_recording_whose_title_has_letters_of_an_old_code_page(tmp_path, name):
    kind = ("aac", 16_000) if name.endswith("m4a") else ("libopus", 48_000)
    encode(tmp_path / name, *kind, "mono", title="Jörg")
    whole = (tmp_path / name).read_bytes()
    changed = whole.replace("Jörg".encode(), b"J\xf6rg ")
    assert changed != whole
    (tmp_path / name).write_bytes(changed)
    assert read_audio(tmp_path / name).duration_s > SECONDS - 0.1


def test_read_audio_reads_sound_of_a_codec_whose_name_has_no_letters(tmp_path):
    encode(tmp_path / "voice.m4a", "aac", 16_000, "mono")
    whole = (tmp_path / "voice.m4a").read_bytes()
    (tmp_path / "voice.m4a").write_bytes(whole.replace(b"mp4a", b"\x91p4a"))
    assert read_audio(tmp_path / "voice.m4a").duration_s > SECONDS - 0.1


def test_read_audio_refuses_sound_whose_channels_change(tmp_path):
    encode(tmp_path / "voice.aac", "aac", 16_000, "mono")
    whole = bytearray((tmp_path / "voice.aac").read_bytes())
    whole[3] |= 0x80  # of the first packet of many: three channels
    (tmp_path / "voice.aac").write_bytes(whole)
    with pytest.raises(AudioError, match=r"voice\.aac is damaged after 0\.0 s; copy or export it again\.$"):
        read_audio(tmp_path / "voice.aac")


@pytest.mark.parametrize("tag", [b"drms", b"enca"])
def test_read_audio_refuses_encrypted_sound(tmp_path, tag):
    encode(tmp_path / "bought.m4a", "aac", 16_000, "mono")
    whole = (tmp_path / "bought.m4a").read_bytes()
    (tmp_path / "bought.m4a").write_bytes(whole.replace(b"mp4a", tag))
    with pytest.raises(AudioError, match=r"bought\.m4a is encrypted \(DRM\); give a file without it"):
        read_audio(tmp_path / "bought.m4a")


def test_read_audio_refuses_a_codec_that_nobody_knows(tmp_path):
    encode(tmp_path / "odd.webm", "libopus", 48_000, "mono")
    whole = (tmp_path / "odd.webm").read_bytes()
    (tmp_path / "odd.webm").write_bytes(whole.replace(b"A_OPUS", b"A_OPUX"))
    with pytest.raises(AudioError, match=r"odd\.webm has sound of a kind that no decoder here knows; give a WAV"):
        read_audio(tmp_path / "odd.webm")


def test_read_audio_refuses_half_a_recording_of_a_phone(tmp_path):
    """Its table of contents stands at the end."""
    encode(tmp_path / "half.m4a", "aac", 16_000, "mono")
    whole = (tmp_path / "half.m4a").read_bytes()
    (tmp_path / "half.m4a").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError, match=r"half\.m4a cannot be read as audio \(Format not recognised\); give a WAV"):
        read_audio(tmp_path / "half.m4a")


def test_read_audio_refuses_half_a_recording_of_a_browser(tmp_path):
    encode(tmp_path / "half.webm", "libopus", 48_000, "mono")
    whole = (tmp_path / "half.webm").read_bytes()
    (tmp_path / "half.webm").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        AudioError, match=r"half\.webm is cut off: its header promises 1\.5 s, \d\.\d s are there; copy"
    ):
        read_audio(tmp_path / "half.webm")


def test_read_audio_says_from_where_on_a_file_is_damaged(tmp_path):
    soundfile.write(tmp_path / "half.flac", np.random.default_rng(0).uniform(-1, 1, 48_000), 16_000)
    whole = (tmp_path / "half.flac").read_bytes()
    (tmp_path / "half.flac").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError, match=r"half\.flac is damaged after \d\.\d s; copy or export it again\.$"):
        read_audio(tmp_path / "half.flac")


def test_read_audio_refuses_a_wav_that_is_cut_off(tmp_path):
    """Half a sentence would be spoken otherwise, and nobody would know why."""
    soundfile.write(tmp_path / "cut.wav", np.zeros(32_000), 16_000, subtype="PCM_24")
    whole = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 4])
    with pytest.raises(
        AudioError,
        match=r"cut\.wav is cut off: its header promises 2\.0 s, 0\.5 s are there; copy or export it again\.$",
    ):
        read_audio(tmp_path / "cut.wav")


def test_read_audio_takes_a_wav_that_lacks_less_than_anyone_hears(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(32_000), 16_000, subtype="PCM_16")
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) - 2 * int(0.9 * MISSING_S * 16_000)])
    assert read_audio(tmp_path / "a.wav").duration_s == pytest.approx(2 - 0.9 * MISSING_S)


@pytest.mark.parametrize("length", [0xFFFF_FFFF, 0x7FFF_F000])  # of FFmpeg; of eSpeak NG and SoX
def test_read_audio_takes_a_wav_from_a_pipe(tmp_path, length):
    soundfile.write(tmp_path / "piped.wav", np.zeros(16_000), 16_000, subtype="PCM_16")
    whole = bytearray((tmp_path / "piped.wav").read_bytes())
    struct.pack_into("<I", whole, whole.index(b"data") + 4, length)
    (tmp_path / "piped.wav").write_bytes(whole)
    assert read_audio(tmp_path / "piped.wav").duration_s == 1


def test_read_audio_refuses_a_file_of_no_bytes(tmp_path):
    (tmp_path / "none.m4a").touch()
    with pytest.raises(AudioError, match=r"none\.m4a is empty; give a file with a voice in it"):
        read_audio(tmp_path / "none.m4a")


def test_read_audio_refuses_a_recording_that_turns_out_too_long(tmp_path, monkeypatch):
    """A plain stream of AAC does not say how long it is."""
    encode(tmp_path / "voice.aac", "aac", 16_000, "mono")
    monkeypatch.setattr("rsatalker.speech.audio.LONGEST_S", 1.0)
    with pytest.raises(AudioError, match=r"voice\.aac lasts more than 1 s, the most that is taken at once\. Cut it\.$"):
        read_audio(tmp_path / "voice.aac")


def test_sound_file_counts_what_reading_gives(tmp_path):
    encode(tmp_path / "voice.m4a", "aac", 44_100, "stereo")
    with SoundFile(tmp_path / "voice.m4a") as sound:
        counted = sound.count()
    with SoundFile(tmp_path / "voice.m4a") as sound:
        blocks = [sound.read(1000) for _ in range(counted // 1000 + 1)]
        assert not sound.read(1000).size
    assert sum(block.shape[1] for block in blocks) == counted
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), read_audio(tmp_path / "voice.m4a").samples)
