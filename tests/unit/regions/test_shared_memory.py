"""Regions are made, opened and removed; what is not ours stays."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from sidecar.errors import FrameRingError, RegionFull, RegionNotFound
from sidecar.regions import shared_memory
from sidecar.regions.layout import RegionKind
from sidecar.regions.shared_memory import create_region, open_region, region_folder, remove_dead_regions

pytestmark = pytest.mark.unit

unix_only = pytest.mark.skipif(sys.platform == "win32", reason="on Windows a section leaves nothing behind")
SIZE_BYTES = 8192
MAKE_A_REGION = f"""
import sys
from pathlib import Path
from sidecar.regions import shared_memory
from sidecar.regions.layout import RegionKind
shared_memory.region_folder = lambda: Path(sys.argv[1])
region = shared_memory.create_region({SIZE_BYTES}, RegionKind.FRAMES)
print(region.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shared_memory, "region_folder", lambda: tmp_path)
    return tmp_path


def test_region_is_seen_by_who_opens_its_name() -> None:
    region = create_region(SIZE_BYTES, RegionKind.MOTION)
    opened = open_region(region.name)
    region.bytes[5000] = 7
    assert (int(opened.bytes[5000]), opened.size_bytes, int(opened.header["kind"])) == (7, SIZE_BYTES, 2)
    opened.close()
    region.close()


def test_region_opened_for_reading_cannot_be_written() -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    opened = open_region(region.name)
    with pytest.raises(ValueError, match="read-only"):
        opened.bytes[0] = 1
    opened.close()
    region.close()


@unix_only
def test_region_is_private_to_its_user() -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    assert stat.S_IMODE((region_folder() / region.name).stat().st_mode) == 0o600
    region.close()


def test_region_is_gone_once_its_owner_closes_it() -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    region.close()
    region.close()
    with pytest.raises(RegionNotFound, match="Ask for the conversation again"):
        open_region(region.name)


def test_region_lives_on_for_a_reader_that_still_holds_it() -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    opened = open_region(region.name)
    region.bytes[5000] = 7
    region.close()
    assert int(opened.bytes[5000]) == 7
    opened.close()


@pytest.mark.parametrize("name", ["", "../etc/passwd", "{12}", "{aaaaaaaa-AAAA-AAAA-AAAA-AAAAAAAAAAAA}"])
def test_open_refuses_a_name_that_is_no_guid(name: str) -> None:
    with pytest.raises(RegionNotFound, match="looks like"):
        open_region(name)


@unix_only
def test_open_refuses_a_region_shorter_than_a_header(folder: Path) -> None:
    name = "{AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}"
    (folder / name).write_bytes(b"RSATALKR")
    with pytest.raises(RegionNotFound, match="has 8 bytes"):
        open_region(name)


@unix_only
def test_open_follows_no_link(folder: Path) -> None:
    name = "{AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}"
    target = folder / "target"
    target.write_bytes(bytes(SIZE_BYTES))
    (folder / name).symlink_to(target)
    with pytest.raises(RegionNotFound):
        open_region(name)


@unix_only
def test_create_refuses_what_does_not_fit_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(RegionFull, match=r"needs .* MB; .* has .* MB free\. Close other conversations"):
        create_region(1 << 50, RegionKind.FRAMES)
    assert not list(folder.iterdir())


@unix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS sets memory aside by writing")
@pytest.mark.parametrize("step", ["write", "posix_fallocate"])
def test_create_turns_a_full_disk_into_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, no_space)
    with pytest.raises(RegionFull, match="more room"):
        create_region(SIZE_BYTES, RegionKind.FRAMES)
    assert not list(folder.iterdir())


@unix_only
def test_killed_owner_leaves_a_region_that_the_next_start_removes(folder: Path) -> None:
    command = [sys.executable, "-c", MAKE_A_REGION, str(folder)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as owner:
        assert owner.stdout is not None
        name = owner.stdout.readline().strip()
        assert remove_dead_regions() == []
        owner.send_signal(signal.SIGKILL)
    assert (folder / name).exists()
    assert remove_dead_regions() == [name]
    assert not (folder / name).exists()


@unix_only
def test_region_of_a_recycled_pid_is_removed(folder: Path) -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    region.header["owner_start_ns"] -= 1
    assert remove_dead_regions() == [region.name]
    region.close()


@pytest.mark.skipif(sys.platform != "linux", reason="pid namespaces are Linux's")
def test_region_of_another_pid_namespace_stays(folder: Path) -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    region.header["owner_pid"] = 2**40
    region.header["owner_pid_namespace"] += 1
    assert remove_dead_regions() == []
    region.close()


@unix_only
def test_remove_dead_regions_leaves_what_is_not_ours(folder: Path) -> None:
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    region.header["owner_pid"] = 2**40
    header = region.bytes.tobytes()
    (folder / "{BBBBBBBB-BBBB-BBBB-BBBB-BBBBBBBBBBBB}").write_bytes(header)  # its header names another region
    (folder / "{CCCCCCCC-CCCC-CCCC-CCCC-CCCCCCCCCCCC}").write_bytes(b"UNREAL!!" + header[8:])
    (folder / "{DDDDDDDD-DDDD-DDDD-DDDD-DDDDDDDDDDDD}").write_bytes(header[:100])
    (folder / "{EEEEEEEE-EEEE-EEEE-EEEE-EEEEEEEEEEEE}").symlink_to(folder / region.name)
    (folder / "sem.something").write_bytes(header)
    os.mkfifo(folder / "{FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF}")
    others = set(folder.iterdir()) - {folder / region.name}
    assert remove_dead_regions() == [region.name]
    assert set(folder.iterdir()) == others
    region.close()


@unix_only
def test_name_that_is_taken_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [uuid.UUID(int=number) for number in (1, 1, 2)]
    monkeypatch.setattr(shared_memory.uuid, "uuid4", iter(names).__next__)
    first = create_region(SIZE_BYTES, RegionKind.FRAMES)
    first.bytes[5000] = 7
    second = create_region(SIZE_BYTES, RegionKind.FRAMES)
    assert second.name != first.name
    assert int(first.bytes[5000]) == 7
    first.close()
    second.close()


@unix_only
def test_guessed_names_are_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory.uuid, "uuid4", lambda: uuid.UUID(int=1))
    region = create_region(SIZE_BYTES, RegionKind.FRAMES)
    with pytest.raises(FrameRingError, match="4 random names of regions were all taken"):
        create_region(SIZE_BYTES, RegionKind.FRAMES)
    region.close()


@unix_only
def test_file_of_a_sidecar_killed_before_its_first_byte_is_removed(folder: Path) -> None:
    name = f"{{{str(uuid.UUID(int=3)).upper()}}}"
    (folder / name).touch()
    assert remove_dead_regions() == []  # perhaps it is being made right now
    long_ago = time.time() - 11
    os.utime(folder / name, (long_ago, long_ago))
    assert remove_dead_regions() == [name]


def test_regions_import_without_torch_and_grpc() -> None:
    modules = "frame_ring, motion_ring, engine_region, shared_memory"
    code = f"import sys\nfrom sidecar.regions import {modules}\nassert not {{'torch', 'grpc'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
