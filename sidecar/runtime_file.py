"""The runtime file: how a client on the same machine finds the running sidecar and its token."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rsatalker.files_in_use import patiently
from rsatalker.whole_files import whole_file
from sidecar.errors import ConfigError, UnreachableError
from sidecar.file_lock import locked
from sidecar.regions.owner import Owner, is_gone, pid_namespace, this_process

FILE_NAME = "sidecar.json"
LOCK_NAME = "sidecar.lock"  # held while the file is changed; stays behind, empty
ANSWER_S = 0.5  # longest wait for a connection on this machine


@dataclass(frozen=True, slots=True)
class RuntimeRecord:
    """A running sidecar.

    Attributes:
        address: Of its gRPC port, e.g. "127.0.0.1:50551".
        token: What calls carry as `authorization: Bearer <token>`.
        version: Of its package.
        pid: Its process.
        start_ns: When that process started, as the OS counts; tells a recycled pid.
        pid_namespace: Linux: inode of the pid namespace; 0 elsewhere.
        http_address: Of its HTTP port, e.g. "127.0.0.1:50552".
        tls_fingerprint: SHA-256 of the certificate that other machines see, upper-case hex; empty without `--lan`.
    """

    address: str
    token: str
    version: str
    pid: int
    start_ns: int
    pid_namespace: int
    http_address: str = ""
    tls_fingerprint: str = ""

    @staticmethod
    def of_this_process(
        address: str, token: str, version: str, http_address: str = "", tls_fingerprint: str = ""
    ) -> RuntimeRecord:
        """Return the record of the running process."""
        owner = this_process()
        return RuntimeRecord(
            address,
            token,
            version,
            owner.pid,
            owner.start_ns,
            owner.pid_namespace,
            http_address,
            tls_fingerprint,
        )

    @property
    def is_alive(self) -> bool:
        """Whether it runs: its process, or, where that cannot be seen, something at its address."""
        if self.pid_namespace != pid_namespace():  # of a container, perhaps one that was killed
            return self._answers()
        return not is_gone(Owner(self.pid, self.start_ns, self.pid_namespace))

    def _answers(self) -> bool:
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), ANSWER_S).close()
        except (OSError, ValueError):
            return False
        return True


def runtime_folder() -> Path:
    """Return the user's folder for what lives as long as a process; it may not exist yet.

    `RSATALKER_RUNTIME` overrides it. Otherwise `%LOCALAPPDATA%` on Windows, `~/Library/Application Support` on macOS,
    and elsewhere `$XDG_RUNTIME_DIR`, or the cache folder where there is none (containers, plain ssh).
    """
    if override := os.environ.get("RSATALKER_RUNTIME"):
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "RSATalker" / "Runtime"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "RSATalker"
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "rsatalker"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rsatalker" / "runtime"


def runtime_file() -> Path:
    """Return where the runtime file is, or would be."""
    return runtime_folder() / FILE_NAME


def read_record() -> RuntimeRecord | None:
    """Return the sidecar that the runtime file names; None if there is no file, or its process has ended."""
    try:
        text = runtime_file().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # no file, no folder, another user's, or damaged
        return None
    record = _parsed(text)
    return record if record is not None and record.is_alive else None


def find_record() -> RuntimeRecord:
    """Return the running sidecar.

    Raises:
        UnreachableError: There is none.
    """
    record = read_record()
    if record is None:
        raise UnreachableError(f"No sidecar is running: {runtime_file()} names none. Start one with `rsatalker serve`.")
    return record


def write_record(record: RuntimeRecord) -> None:
    """Write the runtime file, readable by this user only, in place of one that a dead sidecar left.

    Raises:
        ConfigError: A living sidecar owns the file, or the folder cannot be written.
    """
    file = runtime_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(file.with_name(LOCK_NAME)):  # of two that start in the same instant, one comes later
            other = read_record()
            if other is not None and other.pid != record.pid:
                raise ConfigError(already_running(other))
            with whole_file(file) as draft:
                # Windows ignores the mode: a file below %LOCALAPPDATA% belongs to its user alone.
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    json.dump(asdict(record), stream, indent=1)
    except OSError as error:
        raise ConfigError(
            f"The runtime file {file} cannot be written: {error.strerror}. Set RSATALKER_RUNTIME to a folder of yours."
        ) from error


def remove_record(record: RuntimeRecord) -> None:
    """Remove the runtime file if it is still this sidecar's."""
    if not runtime_folder().is_dir():
        return
    with locked(runtime_file().with_name(LOCK_NAME)):
        other = read_record()
        if other is None or other.pid == record.pid:
            patiently(lambda: runtime_file().unlink(missing_ok=True))


def already_running(other: RuntimeRecord) -> str:
    """Return the sentence for someone who starts a second sidecar."""
    return (
        f"Another sidecar (pid {other.pid}) answers at {other.address}. Use that one, stop it first, or start this one "
        "with another --port and RSATALKER_RUNTIME set to a folder of its own."
    )


def _parsed(text: str) -> RuntimeRecord | None:
    """Return what a file says; fields of a newer version are left out."""
    try:
        entries = json.loads(text)
        known = {field.name for field in fields(RuntimeRecord)}
        return RuntimeRecord(**{name: value for name, value in entries.items() if name in known})
    except (ValueError, TypeError, AttributeError):  # half-written by a crash: as good as none
        return None
