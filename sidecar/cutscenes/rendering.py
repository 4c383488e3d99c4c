"""The sidecar's end of a process that renders: starts it, listens to it, ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence

from rsatalker import errors as rsatalker_errors
from rsatalker.errors import RsaTalkerError
from sidecar.cutscenes.job import CutsceneJob, Told
from sidecar.errors import SidecarError

PROGRAM: Sequence[str] = (sys.executable, "-m", "sidecar.cutscenes.background_render")
STOP_S = 3.0  # for an orderly end: longer than the program takes for it
SAID_BYTES = 4000  # of what a process wrote before it died, for the log
# The renderer takes one thread as it is; libraries that read these would take a thread for each core.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

log = logging.getLogger(__name__)


class Rendering:
    """A process that renders one cutscene. One thread makes it and listens to it; any may stop it.

    Attributes:
        pid: Of the process.

    Args:
        job: What it is told.

    Raises:
        SidecarError: The system starts no process.
    """

    def __init__(self, job: CutsceneJob) -> None:
        self._job = job
        self._stopping = threading.Event()
        self._sending = threading.Lock()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed once the process has ended
        flags = 0
        if sys.platform == "win32":  # elsewhere the program makes itself nice
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        try:
            self._process = subprocess.Popen(
                PROGRAM,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env={**os.environ, **ONE_THREAD},
                creationflags=flags,
                start_new_session=sys.platform != "win32",  # Ctrl+C is for the sidecar alone, which ends it
            )
        except OSError as error:
            self._said.close()
            raise SidecarError(f"The process that renders cutscenes cannot be started ({error}).") from error
        self.pid = self._process.pid

    def listen(self) -> Generator[Told]:
        """Yield what the process tells until it ends, by itself or because it was stopped.

        Raises:
            RsaTalkerError: What it failed with.
            SidecarError: It died without a word.
        """
        assert self._process.stdout is not None
        last = Told()
        try:
            self._send(self._job.line())
            for line in self._process.stdout:
                if not line.endswith(b"\n"):  # it was killed in the middle of it
                    break
                last = Told.of_line(line)
                if not last.error:
                    yield last
            self._end()
            if last.error:
                raise _error_of(last)
            if last.files is None and not self._stopping.is_set():
                raise SidecarError(self._death())
        finally:
            self._end()
            self._process.stdout.close()
            self._said.close()

    def stop(self) -> None:
        """Let the process end, which ends the listening, too; it is killed if it takes its time."""
        self._stopping.set()
        self._end()

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with self._sending, contextlib.suppress(OSError):  # a process that has died already is noticed by its silence
            if not self._stopping.is_set():
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _end(self) -> None:
        """Close the standard input, which ends the process, and wait for it."""
        assert self._process.stdin is not None
        if not self._sending.acquire(timeout=STOP_S):
            self._process.kill()  # it does not even read
            self._sending.acquire()
        try:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        finally:
            self._sending.release()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _death(self) -> str:
        """Return the sentence for a process that ended without one."""
        code = self._process.returncode
        again = "Finished frames are kept: ask for the same again to go on from there."
        if code < 0:
            return f"The process that renders the cutscene was killed (signal {-code}); is there enough memory? {again}"
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(self._said.tell() - SAID_BYTES, 0))
        log.error("a cutscene failed:\n%s", self._said.read().decode(errors="replace"))
        return f"The process that renders the cutscene failed (code {code}); the sidecar's log says where. {again}"


def _error_of(told: Told) -> Exception:
    """Return the error that a process told."""
    kind = getattr(rsatalker_errors, told.error, RsaTalkerError)
    assert issubclass(kind, RsaTalkerError)
    return kind(told.message)
