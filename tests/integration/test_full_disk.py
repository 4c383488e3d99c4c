"""No room in shared memory or on the disk: one sentence, and whoever has room goes on."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from region_probes import compiled, tool
from waiting import until

from sidecar.client import SidecarClient
from sidecar.errors import LimitError
from sidecar.regions.owner import Owner
from sidecar.regions.shared_memory import NAME_PATTERN, owner_of, region_folder
from sidecar.runtime_file import read_record

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files"),
]

FAKES = Path(__file__).parents[1] / "fakes"
SERVE = FAKES / "serve_light_studio.py"
ROOM_BYTES = 3_000_000  # the regions of frames of 32 x 32 pixels fit, those of 1024 x 1024 do not


@pytest.fixture
def spawn() -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def begin(room_bytes: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(SERVE), "0", "{}", str(room_bytes)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=SERVE.parents[2],
            env=os.environ | {"PYTHONPATH": str(SERVE.parents[2])},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def regions_of(pid: int) -> int:
    files = [file for file in region_folder().glob("{*}") if NAME_PATTERN.fullmatch(file.name)]
    return sum(isinstance(owner := owner_of(file), Owner) and owner.pid == pid for file in files)


def test_full_shared_memory_refuses_one_conversation_and_leaves_the_others(
    spawn: Callable[[int], subprocess.Popen[str]],
):
    process = spawn(ROOM_BYTES)
    until(lambda: (record := read_record()) and record.pid == process.pid, "the sidecar to listen")
    with SidecarClient.connect() as client, client.create_conversation("ann", "bob", width=32, height=32) as small:
        until(small.frames[0].latest, "a frame")
        with pytest.raises(LimitError, match=r"A region needs 50\.3 MB; .* free\. Close other conversations"):
            client.create_conversation("ann", "bob", width=1024, height=1024, layers=2)
        assert regions_of(process.pid) == 4  # none of the refused one is left
        before = small.frames[0].published_count
        until(lambda: small.frames[0].published_count > before, "frames to go on")
        with client.create_conversation("ann", "bob", width=32, height=32) as other:
            until(other.frames[0].latest, "a frame of the next conversation")


def test_full_disk_is_a_sentence_at_the_start(spawn: Callable[[int], subprocess.Popen[str]]):
    process = spawn(0)
    assert process.stdout is not None
    said = process.stdout.read()
    assert process.wait(20) != 0
    assert "sidecar.json cannot be written: File too large. Set RSATALKER_RUNTIME to a folder of yours." in said


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Give what renders on a small disk said, each of which it ended but the last."""
    if sys.platform != "linux":
        pytest.skip("only Linux loads a library before the C library, which acts the disk")
    library = tmp_path_factory.mktemp("disk") / "small_disk.so"
    compiled([tool("g++", "g++"), "-shared", "-fPIC", "-O1", FAKES / "small_disk.cpp", "-o", library, "-ldl"])
    told = subprocess.run(
        [sys.executable, str(FAKES / "fill_a_disk.py")],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"LD_PRELOAD": str(library)},
    )
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_cutscene_on_a_full_disk_says_how_much_is_missing(filled: list[dict[str, Any]]):
    assert len(filled) > 4
    for render in filled[:-1]:
        assert re.search(r"^the disk of .* is full: about \d+ MB more are needed\. \d finished chunks", render["said"])


def test_cutscene_on_a_full_disk_leaves_nothing_half_written(filled: list[dict[str, Any]]):
    assert {render["there"] > 0 for render in filled[:-1]} == {True, False}
    for render in filled[:-1]:
        assert render["wrong"] == render["part"] == []


def test_cutscene_goes_on_when_there_is_room(filled: list[dict[str, Any]]):
    assert filled[-1]["kept"] == 36
    assert filled[-1]["same"]
