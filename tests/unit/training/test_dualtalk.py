"""Recorded dialogues in both layouts, and what is wrong with some."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rsatalker.errors import AssetError
from rsatalker.motion.social import Relationship
from rsatalker.training.dualtalk import FACE_PARTS, read_dyads

pytestmark = pytest.mark.unit
REAL = Path(__file__).parents[4] / "shared" / "data" / "dyadic"


def write_voice(path: Path, seconds: float = 2.0, channels: int = 1) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, (int(seconds * 16_000), channels)).astype(np.float32)
    soundfile.write(str(path), samples, 16_000, subtype="FLOAT")


def write_dualtalk(folder: Path, instants: int = 50) -> None:
    for speaker in (1, 2):
        write_voice(folder / f"x_speaker{speaker}.wav")
    pose = np.tile(np.arange(6, dtype=np.float32), (instants, 1))
    np.savez(
        folder / "x_speaker2.npz", exp=np.ones((instants, 50), np.float32), pose=pose, shape=np.zeros((instants, 100))
    )


def test_dualtalk_pose_is_neck_then_jaw(tmp_path: Path) -> None:
    write_dualtalk(tmp_path)
    (dyad,) = read_dyads(tmp_path)
    np.testing.assert_array_equal(dyad.faces[1, 0, FACE_PARTS["neck"]], [0, 1, 2])
    np.testing.assert_array_equal(dyad.faces[1, 0, FACE_PARTS["jaw"]], [3, 4, 5])
    assert dyad.faces.shape == (2, 50, 56)
    assert dyad.known.tolist() == [False, True]
    assert dyad.voices.shape == (2, 32_000)
    assert dyad.relationship is None


def test_plain_layout_gives_the_same_record(tmp_path: Path) -> None:
    write_voice(tmp_path / "talk.wav", channels=2)
    jaw = np.full((2, 60, 3), 0.1, np.float32)
    jaw[0] = np.nan
    np.savez(tmp_path / "talk.npz", exp=np.zeros((2, 60, 50)), jaw=jaw, neck=np.zeros((2, 60, 3)), fps=30.0)
    (tmp_path / "relationships.json").write_text(
        json.dumps({"talk": {"kinship": "blood", "status": "unequal", "senior": 1}})
    )
    (dyad,) = read_dyads(tmp_path)
    assert (dyad.rate_hz, dyad.known.tolist()) == (30.0, [False, True])
    assert dyad.faces[1, 0, 50] == pytest.approx(0.1)
    assert np.isfinite(dyad.faces).all()
    assert dyad.relationship == Relationship("blood", "unequal", 1)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="holds no dialogues; expected NAME_speaker1"):
        read_dyads(tmp_path)


def test_dialogue_without_any_face_is_refused(tmp_path: Path) -> None:
    write_dualtalk(tmp_path)
    (tmp_path / "x_speaker2.npz").unlink()
    with pytest.raises(AssetError, match="one tracked face is needed"):
        read_dyads(tmp_path)


def test_dialogue_without_the_second_voice_is_refused(tmp_path: Path) -> None:
    write_dualtalk(tmp_path)
    (tmp_path / "x_speaker2.wav").unlink()
    with pytest.raises(AssetError, match="needs the sound of both speakers"):
        read_dyads(tmp_path)


def test_face_of_another_shape_is_refused(tmp_path: Path) -> None:
    write_dualtalk(tmp_path)
    np.savez(tmp_path / "x_speaker2.npz", exp=np.ones((50, 100)), pose=np.ones((50, 6)))
    with pytest.raises(AssetError, match=r"exp has shape \(50, 100\); expected \('T', 50\)"):
        read_dyads(tmp_path)


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_file_that_holds_no_face_is_refused(tmp_path: Path, content: bytes) -> None:
    write_dualtalk(tmp_path)
    (tmp_path / "x_speaker2.npz").write_bytes(content)
    with pytest.raises(AssetError, match="cannot be read as tracked faces"):
        read_dyads(tmp_path)


def test_sound_with_one_channel_is_refused_in_the_plain_layout(tmp_path: Path) -> None:
    write_voice(tmp_path / "talk.wav")
    with pytest.raises(AssetError, match="has 1 channels; expected 2"):
        read_dyads(tmp_path)


def test_relationships_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    write_dualtalk(tmp_path)
    (tmp_path / "relationships.json").write_text('{"x": {"kinship": "in-law"}}')
    with pytest.raises(AssetError, match=r"relationships\.json cannot be read .*in-law"):
        read_dyads(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded dialogue ../shared/data/dyadic is not there")
def test_recorded_dialogue_is_read() -> None:
    (dyad,) = read_dyads(REAL)
    assert dyad.faces.shape == (2, 587, 56)
    assert dyad.voices.shape[1] / 16_000 == pytest.approx(23.488)
    assert 0.05 < dyad.faces[1][:, FACE_PARTS["jaw"]][:, 0].std() < 0.07
