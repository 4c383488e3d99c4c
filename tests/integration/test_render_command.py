"""`rsatalker render` as a process that is interrupted, then killed, and then left to its end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from waiting import until

from rsatalker.whole_files import DRAFT

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither kill -9 nor an interrupt of one process"),
]

COMMAND = Path(__file__).parents[1] / "fakes" / "light_command.py"
SCRIPT = """
duration_s = 0.25
dialogue = "voices.wav"
[[participant]]
avatar = "mara"
[[participant]]
avatar = "tomas"
[[shot]]
[[shot]]
start_s = 0.125
[output]
width = 64
height = 36
write = ["png", "mp4"]
"""  # two chunks of three frames


def test_interrupted_and_killed_command_goes_on_where_it_was(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "voices.wav", np.random.default_rng(1).normal(0, 0.05, (4000, 2)), 16_000)
    (tmp_path / "scene.toml").write_text(SCRIPT, encoding="utf-8")
    out, halt = tmp_path / "out", tmp_path / "halt"
    chunks = out / ".scene.work" / "chunks"

    def start() -> subprocess.Popen[str]:
        arguments = [str(tmp_path / "scene.toml"), "--out", str(out), "--workers", "1", "--renderer", "cpu"]
        return subprocess.Popen(
            [sys.executable, str(COMMAND), *arguments],
            env=os.environ | {"HALT": str(halt), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job would not hear
    halt.touch()
    with start() as interrupted:
        until(lambda: any(not path.name.startswith(DRAFT) for path in chunks.glob("*")), "a chunk", 120)
        interrupted.send_signal(signal.SIGINT)
        said, _ = interrupted.communicate()
    signal.signal(signal.SIGINT, heard)
    assert interrupted.returncode == 130
    assert "Finished seconds of the scene are kept; the same command goes on from there." in said
    leftover = chunks / f"{DRAFT}begun"  # only the next start removes it: then the command is at work
    leftover.mkdir()
    with start() as killed:
        until(lambda: not leftover.exists(), "the command to begin again", 120)
        killed.kill()
    assert sorted(path.name for path in out.iterdir()) == [".scene.work"]
    halt.unlink()
    with start() as left:
        said, _ = left.communicate()
    assert left.returncode == 0
    assert "6 frames, 3 were finished before" in said
    assert len(list((out / "scene_png").iterdir())) == 6
