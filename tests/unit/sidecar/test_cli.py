import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar import cli
from sidecar.commands import serve

pytestmark = pytest.mark.unit


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(command in said for command in cli.COMMANDS)
    assert "[options]" in said


def test_letter_that_the_output_cannot_hold_is_written_as_its_number():
    program = "import sys; from sidecar.cli import main; main(['--help']); print('/home/\u5c71')"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True).stdout
    assert said.splitlines()[-1] == rb"/home/\u5c71"


@pytest.mark.skipif(os.name == "nt", reason="a pipe without a reader is another error there")
@pytest.mark.parametrize("arguments", [["--help"], ["fit-avatar", "--help"]])
def test_reader_that_has_gone_is_no_complaint(arguments: list[str]):
    """`rsatalker fit-avatar --help | head` asks for nothing to be said."""
    gone, output = os.pipe()
    os.close(gone)
    program = [sys.executable, "-m", "sidecar.cli", *arguments]
    ended = subprocess.run(program, stdout=output, stderr=subprocess.PIPE, check=False)
    os.close(output)
    assert ended.stderr == b""
    assert ended.returncode != 0


def test_program_that_is_given_no_output_does_what_it_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["--help"]) == 0
    serve._say("what serve says at each step")
    assert cli.main(["serve", "--port", "70000"]) == 1
    sys.stdout.close()


def test_fingerprint_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]):
    serve._say("7B:CD:8E:AB:0B")  # rich knows :cd: and :ab: as pictures
    assert capsys.readouterr().out == "7B:CD:8E:AB:0B\n"


def test_complaint_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]):
    cli._complain("7B:CD:8E:AB:0B")
    assert capsys.readouterr().err == "rsatalker: 7B:CD:8E:AB:0B\n"


def test_unknown_command_is_told(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["serv"]) == 2
    assert "There is no command 'serv'; did you mean 'serve'? Commands are serve, demo," in capsys.readouterr().err


def test_unknown_command_like_none_of_ours_is_told(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["xyz"]) == 2
    assert "There is no command 'xyz'. Commands are serve, demo," in capsys.readouterr().err


def test_error_is_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["serve", "--port", "70000"]) == 1
    assert capsys.readouterr().err == "rsatalker: port is 70000; expected 0 to 65535.\n"


def test_what_the_system_refuses_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").touch()
    assert cli.main(["gallery", "--out", str(tmp_path / "file" / "out"), "--no-clips"]) == 1
    said = capsys.readouterr().err
    assert (
        said == f"rsatalker: {tmp_path / 'file' / 'out'} cannot be used: Not a directory. Name another one, or make "
        "room or the right to it.\n"
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("discover --seconds nan", "seconds is nan; expected more than 0, at most 3600."),
        ("demo --seed -1", "seed is -1; expected 0 to"),
        ("demo --seconds nan", "seconds is nan; expected 1 to 300."),
        ("status --address elsewhere", "The address is 'elsewhere'; expected host:port of gRPC"),
        ("status --address 10.0.0.1:99999", "The address is '10.0.0.1:99999'; expected host:port of gRPC"),
        ("status --address 10.0.0.1:50551", "The sidecar at 10.0.0.1:50551 needs its token"),
        ("compare-relations --relations blood-equal", "relations are blood-equal; expected two to four"),
        ("compare-relations --out two.avi", "out is 'two.avi'; expected the name of a video that ends in .mp4"),
        ("compare-relations --strength nan", "strength is nan; expected 0 to 1.5."),
        ("compare-heads kit --size 0", "size is 0; expected 32 to 1024."),
        ("dress-head kit --like mara --out ida --detail 9", "detail is 9.0; expected 0.05 to 2.0."),
        ("dress-head kit --like mara --out ida --betas 1 nan", "betas are 1 nan; expected -10 to 10"),
        ("export-avatar mara mara.ply --detail nan", "detail is nan; expected 0.05 to 1.0."),
        (f"export-avatar mara mara.ply --motion {__file__}", "holds no motion (it is no npz); expected an npz"),
        ("import-head gone.pkl", "gone.pkl does not exist; give a FLAME model file"),
        ("import-head " + "x" * 300, "xxx cannot be used: File name too long. Name another one"),
    ],
)
def test_mistake_is_told_in_one_sentence(
    line: str,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path))
    assert cli.main(line.split()) == 1
    said = capsys.readouterr().err
    assert said.startswith("rsatalker: ")
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_of_a_command_says_what_it_does_and_names_no_none(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert cli.COMMANDS[command] in said
    assert "{None}" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--port", "many"], "'many' is not a whole number"), (["--detail", "half"], "'half' is not a number")],
)
def test_word_where_a_number_belongs_is_told(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.main(["serve", *arguments])
    assert sentence in capsys.readouterr().err


def test_config_file_is_read_before_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    served = []
    monkeypatch.setattr("sidecar.server.serve", lambda options, *_: served.append(options))
    file = tmp_path / "sidecar.toml"
    file.write_text("port = 6000\nlease_s = 5")
    assert cli.main(["serve", "--config", str(file), "--lease-s", "7"]) == 0
    assert (served[0].port, served[0].lease_s) == (6000, 7.0)


def test_config_without_a_file_is_told(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["serve", "--config"]) == 1
    assert "--config needs the name of a TOML file" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["sidecar.cli", "sidecar.client", "sidecar.remote_conversation", "sidecar.server"])
def test_module_is_imported_without_torch(module: str):
    program = f"import sys, {module}; print(sorted({{'torch', 'numba'}} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_says_nothing_of_none(command: str, capsys: pytest.CaptureFixture[str]):
    """Nobody who reads it types Python's word; the option says what goes without it."""
    with pytest.raises(SystemExit, match="0"):
        cli.main([command, "--help"])
    said = capsys.readouterr().out
    assert "options" in said
    assert not re.search(r"\bNone\b|\(default:\s*\)", said)
