"""`rsatalker render` from the command line: what it refuses, and its example."""

from pathlib import Path

import pytest

from rsatalker.cutscenes.read_script import read_script
from sidecar import cli

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.toml"], "none.toml does not exist; `rsatalker render --init"),
        (["scene.toml", "--workers", "0"], "workers is 0; expected 1 to 256."),
        (["scene.toml", "--workers", "2", "--cluster", "auto"], "workers stands beside cluster"),
        (["scene.txt", "--init"], "scene.txt does not end in .toml"),
    ],
)
def test_wrong_arguments_end_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["render", *arguments]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.startswith("rsatalker: ")
    assert said.count("\n") == 1


def test_out_that_is_a_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["render", "scene.toml", "--out", str(tmp_path / "file")]) == 1
    assert "which is a file; name a folder" in capsys.readouterr().err


def test_init_says_a_command_that_can_be_pasted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = tmp_path / "[night] a folder whose name is longer than a line of eighty columns" / "scene.toml"
    script.parent.mkdir()
    assert cli.main(["render", "--init", str(script)]) == 0
    assert f'Render it with: rsatalker render "{script}"\n' in capsys.readouterr().out


def test_init_writes_a_script_that_is_good(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["render", "--init", str(tmp_path / "scene.toml")]) == 0
    assert "Render it with: rsatalker render" in capsys.readouterr().out.replace("\n", " ")
    assert read_script(tmp_path / "scene.toml").name == "scene"
