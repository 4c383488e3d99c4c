"""A Unity project with two heads, played on a stub of the engine, and the sidecar beside it: processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unity_toolchain import Assembly, environment

ROOT = Path(__file__).parents[2]
START_S = 60.0


class PatternedSidecar:
    """A sidecar with a patterned studio that can be started, stopped, killed and started again.

    Args:
        folder: For its runtime file.
        options: Of `rsatalker serve`.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self._options = options

    @property
    def record(self) -> dict[str, Any]:
        """What its runtime file says."""
        return json.loads((self.folder / "sidecar.json").read_text(encoding="utf-8"))

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [
            sys.executable,
            str(Path(__file__).with_name("serve_patterned_studio.py")),
            "0",
            json.dumps(self._options),
        ]
        variables = {**os.environ, "RSATALKER_RUNTIME": str(self.folder), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, text=True)
        deadline_s = time.monotonic() + START_S
        while not self._listens():
            assert self.process.poll() is None, "the sidecar ended"
            assert time.monotonic() < deadline_s, "the sidecar does not listen"
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def _listens(self) -> bool:
        try:
            return self.process is not None and self.record["pid"] == self.process.pid
        except (OSError, ValueError):
            return False


class PlaySession:
    """The player: takes commands, answers with what is seen."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, command: str) -> Any:
        """Let the player do something; see tests/unity/programs/PlaySession.cs."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the player ended at: {command}"
        return json.loads(line)


@contextmanager
def playing(program: Assembly, runtime: str, folder: Path, *before: str, **variables: str) -> Iterator[PlaySession]:
    """Yield a player that looks for its sidecar in a folder.

    Args:
        program: The compiled player.
        runtime: "dotnet" or "mono".
        folder: Of the runtime file.
        before: What the command begins with, such as `ip netns exec NAME`.
        variables: Further variables of its environment.
    """
    with tempfile.TemporaryDirectory() as state:
        given = environment(RSATALKER_RUNTIME=str(folder), RSATALKER_STATE=state, **variables)
        command = [*before, *program.command(runtime)]
        process = subprocess.Popen(command, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield PlaySession(process)
        finally:
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
