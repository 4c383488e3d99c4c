import subprocess
import sys
from pathlib import Path

import pytest

from sidecar import cli

pytestmark = pytest.mark.unit


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(command in said for command in cli.COMMANDS)
    assert "[options]" in said


def test_unknown_command_is_told(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["serv"]) == 2
    assert "There is no command 'serv'. Commands are serve, demo," in capsys.readouterr().err


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
