"""What clients may name in the folder of cutscenes."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rsatalker.errors import ScriptError
from sidecar.cutscenes.folder import CutsceneFolder, default_folder
from sidecar.cutscenes.job import LARGEST_SCRIPT, CutsceneJob
from sidecar.errors import InvalidRequestError, LimitError, NotFoundError

pytestmark = pytest.mark.unit

SCRIPT = """
[[participant]]
avatar = "mara"
[[participant]]
avatar = "tomas"
[[turn]]
speaker = "mara"
file = "voice.wav"
"""
ODD = ["", "/etc", "..", "a/../b", "./a", "a//b", "a/", "C:a", "C:/a", "\\\\server\\a", "a\\b", "a:b", "a\0b", "a\nb",
       "a ", "a./b", " a", "~/../a", "a*", "x" * 201, "a/con", "NUL.toml",
       "com1 .x/b"]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder, with a voice and a script."""
    made = tmp_path / "cutscenes"
    made.mkdir()
    soundfile.write(made / "voice.wav", np.zeros(4000), 16_000)
    (made / "scene.toml").write_text(SCRIPT, encoding="utf-8")
    return made


@pytest.fixture
def folder(root: Path) -> CutsceneFolder:
    return CutsceneFolder(root)


@pytest.mark.parametrize("given", ODD)
def test_odd_output_path_is_refused(folder: CutsceneFolder, root: Path, given: str):
    with pytest.raises(
        InvalidRequestError, match=r"^output_path is .*; expected a relative path in the folder of cutsc"
    ):
        folder.job(SCRIPT, "", given)
    assert sorted(path.name for path in root.parent.rglob("*")) == ["cutscenes", "scene.toml", "voice.wav"]


@pytest.mark.parametrize("given", ODD[1:])
def test_odd_script_path_is_refused(folder: CutsceneFolder, given: str):
    with pytest.raises(InvalidRequestError, match=r"^script_path is .*; expected a relative path"):
        folder.job("", given, "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")
def test_links_out_of_the_folder_are_refused(folder: CutsceneFolder, root: Path):
    (root.parent / "other.toml").write_text(SCRIPT, encoding="utf-8")
    (root / "up").symlink_to(root.parent)
    (root / "other.toml").symlink_to(root.parent / "other.toml")
    for script_path, output_path, field in (
        ("up/other.toml", "out", "script_path"),
        ("other.toml", "out", "script_path"),
        ("scene.toml", "up/out", "output_path"),
    ):
        with pytest.raises(InvalidRequestError, match=f"^{field} is .*, which leads out of the folder .* by a link"):
            folder.job("", script_path, output_path)
    assert not (root.parent / "out").exists()


@pytest.mark.parametrize("named", ["../voice.wav", "/etc/hostname", "a/../../voice.wav"])
def test_script_that_names_files_elsewhere_is_refused(folder: CutsceneFolder, root: Path, named: str):
    soundfile.write(root.parent / "voice.wav", np.zeros(4000), 16_000)
    with pytest.raises(ScriptError, match=rf"script_toml:8: turn\[1\].file is '{named}', which is outside the folder"):
        folder.job(SCRIPT.replace("voice.wav", named), "", "out")


def test_sentence_does_not_say_where_the_folder_is(folder: CutsceneFolder, root: Path):
    (root / "voice.wav").unlink()
    with pytest.raises(ScriptError) as caught:
        folder.job(SCRIPT, "", "out")
    assert str(caught.value) == (
        "script_toml:8: turn[1].file is 'voice.wav', which is no file; expected an existing one."
    )


def test_exactly_one_script_is_taken(folder: CutsceneFolder):
    with pytest.raises(InvalidRequestError, match="expected; both are set"):
        folder.job(SCRIPT, "scene.toml", "out")
    with pytest.raises(InvalidRequestError, match="expected; neither is set"):
        folder.job("", "", "out")


def test_large_script_is_refused(folder: CutsceneFolder, root: Path):
    large = SCRIPT + "#" * LARGEST_SCRIPT
    (root / "large.toml").write_text(large, encoding="utf-8")
    with pytest.raises(LimitError, match="script_toml has more than 65536 bytes; split the scene"):
        folder.job(large, "", "out")
    with pytest.raises(LimitError, match=r"large.toml has more than 65536 bytes"):
        folder.job("", "large.toml", "out")


def test_script_that_is_not_there_or_no_text_is_refused(folder: CutsceneFolder, root: Path):
    with pytest.raises(NotFoundError, match=r"There is no script 'none.toml' in the folder of cutscenes"):
        folder.job("", "none.toml", "out")
    (root / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidRequestError, match=r"odd.toml is no text in UTF-8"):
        folder.job("", "odd.toml", "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts letters, not bytes")
def test_script_with_a_name_of_too_many_bytes_is_refused(folder: CutsceneFolder):
    with pytest.raises(InvalidRequestError, match=r"é.toml cannot be read \(File name too long\)"):
        folder.job("", 180 * "é" + ".toml", "out")


def test_output_folder_that_is_a_file_is_refused(folder: CutsceneFolder):
    with pytest.raises(InvalidRequestError, match=r"^scene.toml is a file; name a folder for the results"):
        folder.job(SCRIPT, "", "scene.toml")


def test_job_says_where_everything_is(folder: CutsceneFolder, root: Path):
    (root / "night").mkdir()
    (root / "scene.toml").rename(root / "night" / "one.toml")
    (root / "voice.wav").rename(root / "night" / "voice.wav")
    job = folder.job("", "night/one.toml", "films/one")
    assert (job.place, job.name, job.folder) == ("night/one.toml", "one", str(root / "night"))
    assert Path(job.out).is_dir()
    assert CutsceneJob.of_line(job.line()) == job
    assert job.read().clips[0].file == root / "night" / "voice.wav"


def test_folder_is_the_users_own_unless_said_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path))
    assert default_folder() == tmp_path / "cutscenes"
    assert not default_folder().exists()
