"""The sidecar as a process of its own, for as long as a context lasts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sidecar.errors import UnreachableError
from sidecar.runtime_file import FILE_NAME, RuntimeRecord

START_S = 300.0  # longest wait: a first start on a slow machine compiles every kernel and makes both characters
STOP_S = 10.0  # longest wait for an orderly end
LOOK_S = 0.05
LOG_NAME = "log.txt"
SAID_LINES = 8  # of a sidecar that ended, quoted in the error


class SidecarProcess:
    """A sidecar that runs as a process of its own.

    Attributes:
        record: Where it listens.
    """

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self.record = self._wait_until_listening()

    def check(self) -> None:
        """Raise UnreachableError, with its last words, if it has ended."""
        if self._process.poll() is not None:
            raise UnreachableError(f"The sidecar ended with code {self._process.returncode}; it said:\n{self._said()}")

    def _wait_until_listening(self) -> RuntimeRecord:
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            self.check()
            try:
                return RuntimeRecord(**json.loads((self._folder / FILE_NAME).read_text(encoding="utf-8")))
            except (FileNotFoundError, PermissionError):  # Windows: in the instant in which it gets its name
                time.sleep(LOOK_S)
        raise UnreachableError(f"The sidecar does not listen after {START_S:.0f} s; it said:\n{self._said()}")

    def _said(self) -> str:
        lines = (self._folder / LOG_NAME).read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-SAID_LINES:]) or "  nothing"


@contextmanager
def running_sidecar(*serve_options: str) -> Generator[SidecarProcess]:
    """Start `rsatalker serve` on a free port and yield it once it listens; it is stopped at the end in any case.

    It has a runtime folder of its own, so it stands beside a sidecar that the user may be running.

    Args:
        serve_options: Further options of `rsatalker serve`.

    Raises:
        UnreachableError: It ended, or does not listen in time; the message has its last words.
    """
    with tempfile.TemporaryDirectory(prefix="rsatalker-demo-") as folder, Path(folder, LOG_NAME).open("wb") as log:
        command = [sys.executable, "-m", "sidecar.cli", "serve", "--port", "0", "--stop-with", str(os.getpid())]
        environment = {**os.environ, "RSATALKER_RUNTIME": folder}
        # Ctrl+C is for the demo alone, which then ends its sidecar: that one is in a session, on Windows in a process
        # group, of its own. There such a group is also the only one that can be asked to end (CTRL_BREAK).
        flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
        process = subprocess.Popen(
            [*command, *serve_options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=flags,
            start_new_session=sys.platform != "win32",
        )
        try:
            with _ending_orderly():
                yield SidecarProcess(process, Path(folder))
        finally:
            _stop(process)


@contextmanager
def _ending_orderly() -> Generator[None]:
    """Turn signals that end this process into an exception, so that its sidecar ends too; main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Windows has no SIGHUP: closing the console ends all programs of it.
    ending = (signal.SIGTERM,) if sys.platform == "win32" else (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda caught, frame: sys.exit(128 + caught)) for number in ending]
    try:
        yield
    finally:
        for number, handler in zip(ending, before, strict=True):
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
