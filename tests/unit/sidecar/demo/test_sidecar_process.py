import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.demo import sidecar_process
from sidecar.demo.sidecar_process import running_sidecar
from sidecar.errors import UnreachableError

pytestmark = pytest.mark.unit

LISTENS = """
import json, os, pathlib, time
record = dict(address="127.0.0.1:1", token="t", version="0", pid=os.getpid(), start_ns=0, pid_namespace=0)
pathlib.Path(os.environ["RSATALKER_RUNTIME"], "sidecar.json").write_text(json.dumps(record))
time.sleep(60)
"""
FAILS = "import sys; print('port 7 is taken'); sys.exit(3)"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen]]:
    """Programs given in place of the sidecar's command run instead of it; they must all have ended."""
    processes: list[subprocess.Popen] = []
    popen = subprocess.Popen

    def run_instead(command: list[str], **options: object) -> subprocess.Popen:
        processes.append(popen([sys.executable, "-c", command[-1]], **options))
        return processes[-1]

    monkeypatch.setattr(sidecar_process.subprocess, "Popen", run_instead)
    yield processes
    assert processes
    assert all(process.returncode is not None for process in processes)


def test_sidecar_is_found_and_stopped_at_the_end(started: list[subprocess.Popen]) -> None:
    with running_sidecar(LISTENS) as sidecar:
        assert (sidecar.record.address, sidecar.record.pid) == ("127.0.0.1:1", started[0].pid)
        sidecar.check()
    assert started[0].returncode != 0  # it was told to end: by itself it would have slept on


def test_sidecar_is_stopped_when_its_client_fails(started: list[subprocess.Popen]) -> None:
    with pytest.raises(RuntimeError, match="tripped"), running_sidecar(LISTENS):
        raise RuntimeError("the client tripped")
    assert started[0].returncode is not None


def test_sidecar_that_ends_is_quoted(started: list[subprocess.Popen]) -> None:
    with pytest.raises(UnreachableError, match=r"code 3; it said:\n  port 7 is taken"), running_sidecar(FAILS):
        pass
    assert len(started) == 1


def test_sidecar_has_a_runtime_folder_of_its_own(started: list[subprocess.Popen]) -> None:
    before = os.environ.get("RSATALKER_RUNTIME")
    with running_sidecar(LISTENS) as sidecar:
        folder = sidecar._folder
        assert (folder / "sidecar.json").is_file()
    assert not Path(folder).exists()
    assert os.environ.get("RSATALKER_RUNTIME") == before
    assert started[0].returncode is not None
