import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rsatalker.whole_files import DRAFT
from sidecar.errors import ConfigError, UnreachableError
from sidecar.runtime_file import RuntimeRecord, find_record, read_record, remove_record, runtime_file, write_record

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path / "deep" / "runtime"))
    return tmp_path / "deep" / "runtime"


@pytest.fixture
def mine() -> RuntimeRecord:
    return RuntimeRecord.of_this_process("127.0.0.1:1234", "secret", "0.1.0")


def dead(record: RuntimeRecord) -> RuntimeRecord:
    """Return a record of a process that had this pid before."""
    return replace(record, start_ns=record.start_ns + 1)


def living_other(record: RuntimeRecord) -> RuntimeRecord:
    """Return a record of the process that started this one: it runs as long as the test."""
    import os

    return replace(record, pid=os.getppid(), start_ns=0)


def test_record_is_read_as_it_was_written(mine: RuntimeRecord):
    write_record(mine)
    assert read_record() == mine


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the file by its folder, not by a mode")
def test_file_is_for_its_user_only(mine: RuntimeRecord):
    write_record(mine)
    assert runtime_file().stat().st_mode & 0o777 == 0o600
    assert runtime_file().parent.stat().st_mode & 0o077 == 0


def test_record_of_a_dead_process_is_none(mine: RuntimeRecord):
    write_record(dead(mine))
    assert read_record() is None


def test_record_of_a_container_counts_while_its_address_answers(mine: RuntimeRecord):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        write_record(replace(mine, address=address, pid_namespace=mine.pid_namespace + 1))
        assert read_record() is not None
    assert read_record() is None


def test_record_of_a_dead_process_is_replaced(mine: RuntimeRecord):
    write_record(dead(mine))
    write_record(mine)
    assert read_record() == mine


def test_drafts_of_killed_processes_are_removed(mine: RuntimeRecord, folder: Path):
    folder.mkdir(parents=True)
    (folder / f"{DRAFT}sidecar.json").write_text("{", encoding="utf-8")
    write_record(mine)
    assert sorted(file.name for file in folder.iterdir()) == ["sidecar.json", "sidecar.lock"]


def test_record_of_a_living_process_stays(mine: RuntimeRecord):
    write_record(living_other(mine))
    with pytest.raises(ConfigError, match=r"Another sidecar \(pid \d+\) answers at 127.0.0.1:1234. Use that one"):
        write_record(replace(mine, address="127.0.0.1:9999"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"address": 1}', "null", "\u00fc"])
def test_malformed_file_is_as_good_as_none(folder: Path, text: str, mine: RuntimeRecord):
    folder.mkdir(parents=True)
    runtime_file().write_bytes(text.encode("latin-1"))  # which is no UTF-8 beyond ASCII
    assert read_record() is None
    write_record(mine)


def test_file_is_removed_with_its_sidecar(mine: RuntimeRecord):
    write_record(mine)
    remove_record(mine)
    assert not runtime_file().exists()


def test_file_of_another_sidecar_is_not_removed(mine: RuntimeRecord):
    write_record(living_other(mine))
    remove_record(mine)
    assert runtime_file().exists()


def test_fields_of_a_newer_version_are_left_out(mine: RuntimeRecord):
    write_record(mine)
    entries = json.loads(runtime_file().read_text())
    runtime_file().write_text(json.dumps({**entries, "quic_address": "127.0.0.1:1"}))
    assert read_record() == mine


def test_file_of_an_older_version_is_read(mine: RuntimeRecord):
    write_record(mine)
    entries = json.loads(runtime_file().read_text())
    del entries["http_address"], entries["tls_fingerprint"]
    runtime_file().write_text(json.dumps(entries))
    assert read_record() == mine


STARTER = """
import sys
from sidecar.errors import ConfigError
from sidecar.runtime_file import RuntimeRecord, remove_record, write_record
record = RuntimeRecord.of_this_process(sys.argv[1], "secret", "0.1.0")
for line in sys.stdin:
    if line == "start\\n":
        try:
            write_record(record)
            print("started", flush=True)
        except ConfigError as error:
            print(error, flush=True)
    else:
        remove_record(record)
        print("ended", flush=True)
"""


def test_of_sidecars_that_start_in_the_same_instant_one_stays(folder: Path):
    command = [sys.executable, "-c", STARTER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    starters = [subprocess.Popen([*command, f"127.0.0.1:{number}"], **pipes) for number in range(1, 5)]

    def tell(word: str) -> list[str]:
        for starter in starters:
            starter.stdin.write(f"{word}\n")
            starter.stdin.flush()
        return [starter.stdout.readline().strip() for starter in starters]

    try:
        for _ in range(25):
            said = tell("start")
            assert said.count("started") == 1
            winner = said.index("started") + 1
            assert all(f"answers at 127.0.0.1:{winner}." in line for line in said if line != "started")
            assert json.loads(runtime_file().read_text())["address"] == f"127.0.0.1:{winner}"
            assert tell("end") == ["ended"] * 4
            assert read_record() is None
    finally:
        for starter in starters:
            starter.communicate(timeout=30)


def test_missing_sidecar_is_told():
    with pytest.raises(UnreachableError, match=r"No sidecar is running.*Start one with `rsatalker serve`"):
        find_record()


def test_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mine: RuntimeRecord):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RSATALKER_RUNTIME", str(tmp_path / "file" / "runtime"))
    with pytest.raises(ConfigError, match=r"cannot be written: .*\. Set RSATALKER_RUNTIME"):
        write_record(mine)
