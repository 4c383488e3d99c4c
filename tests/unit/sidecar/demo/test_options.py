from pathlib import Path

import numpy as np
import pytest
import soundfile

from rsatalker.errors import AudioError, RelationshipError
from rsatalker.motion.social import Relationship
from rsatalker.speech.audio import Audio
from sidecar.demo.options import DemoOptions, chunks, read_voices
from sidecar.errors import ConfigError

pytestmark = pytest.mark.unit


def write_voice(path: Path, seconds: float, rate_hz: int = 16_000, channels: int = 1) -> Path:
    samples = np.random.default_rng(0).uniform(-0.1, 0.1, (round(seconds * rate_hz), channels))
    soundfile.write(path, samples.astype(np.float32), rate_hz)
    return path


def test_sample_dialogue_is_read_when_no_voice_is_given() -> None:
    dialogue = read_voices(DemoOptions())
    assert dialogue.samples.shape[0] == 2
    assert 15 < dialogue.duration_s <= 30


def test_dialogue_is_cut_to_the_seconds_asked_for() -> None:
    assert read_voices(DemoOptions(seconds=3.0)).duration_s == pytest.approx(3.0)


def test_two_files_become_two_channels_of_their_rate(tmp_path: Path) -> None:
    a, b = write_voice(tmp_path / "a.wav", 1.0, 48_000), write_voice(tmp_path / "b.wav", 1.5, 48_000)
    dialogue = read_voices(DemoOptions(audio_a=a, audio_b=b))
    assert (dialogue.sample_rate_hz, dialogue.samples.shape) == (48_000, (2, 72_000))
    assert np.abs(dialogue.samples[0, 48_000:]).max() == 0


def test_files_of_different_rates_are_resampled(tmp_path: Path) -> None:
    a, b = write_voice(tmp_path / "a.wav", 1.0, 48_000), write_voice(tmp_path / "b.wav", 1.0, 22_050)
    dialogue = read_voices(DemoOptions(audio_a=a, audio_b=b))
    assert (dialogue.sample_rate_hz, dialogue.samples.shape) == (16_000, (2, 16_000))


def test_missing_file_is_named(tmp_path: Path) -> None:
    options = DemoOptions(audio_a=tmp_path / "nobody.wav", audio_b=tmp_path / "b.wav")
    with pytest.raises(AudioError, match=r"nobody\.wav does not exist"):
        read_voices(options)


def test_stereo_file_is_refused_for_one_voice(tmp_path: Path) -> None:
    a, b = write_voice(tmp_path / "a.wav", 1.0, channels=2), write_voice(tmp_path / "b.wav", 1.0)
    with pytest.raises(AudioError, match=r"a\.wav has 2 channels that differ; one voice takes 1"):
        read_voices(DemoOptions(audio_a=a, audio_b=b))


def test_chunks_are_the_whole_dialogue() -> None:
    dialogue = Audio(np.random.default_rng(0).uniform(-1, 1, (2, 16_100)).astype(np.float32), 16_000)
    pieces = list(chunks(dialogue))
    assert {piece.shape[1] for piece in pieces[:-1]} == {640}
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), dialogue.samples)


@pytest.mark.parametrize(("senior", "index"), [("a", 0), ("b", 1)])
def test_relationship_is_that_of_the_options(senior: str, index: int) -> None:
    options = DemoOptions(relation="non-blood", status="unequal", senior=senior)
    assert options.relationship() == Relationship("non-blood", "unequal", index)


def test_senior_of_equals_is_refused() -> None:
    with pytest.raises(RelationshipError, match="status is equal but a senior is named"):
        DemoOptions(senior="a")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"audio_a": Path("a.wav")}, "give both --audio-a and --audio-b"),
        ({"seconds": 0.0}, "seconds is 0; expected 1 to 300"),
        ({"live_s": -1.0}, "live-s is -1; expected 0 to 300"),
        ({"size_px": 641}, "size-px is 641; expected an even number"),
        ({"size_px": 64}, "expected an even number from 128"),
        ({"live_size_px": 4000}, "live-size-px is 4000; expected an even number from 128 to 2048"),
    ],
)
def test_wrong_options_are_refused_with_what_is_expected(changed: dict, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        DemoOptions(**changed)


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ConfigError, match="which is a file; name a folder"):
        DemoOptions(out=tmp_path / "out")
