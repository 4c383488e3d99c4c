"""Named regions of shared memory: made, opened, removed, on Linux, macOS and Windows.

A region is named `{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}`: random, upper-case hex. Linux: a file of that name in
/dev/shm. macOS: in the temporary folder. Windows: a named section, which lives as long as anyone holds it open.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import re
import stat
import sys
import time
import uuid
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from sidecar.errors import FrameRingError, RegionFull, RegionNotFound
from sidecar.regions import layout
from sidecar.regions.host_clock import host_clock_ns
from sidecar.regions.layout import RegionKind, RegionState
from sidecar.regions.owner import Owner, is_gone, this_process

NAME_PATTERN = re.compile(r"\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}")
HEADER_BYTES = layout.REGION_HEADER.itemsize
NAMES_TRIED = 4  # random names of 122 bits are taken only if somebody guesses them
STILLBORN_S = 10.0  # a file without a header that is older was made by a sidecar that was killed in that instant
ALL_ACCESS, READ_ACCESS = 0x000F001F, 0x0004  # Windows: FILE_MAP_ALL_ACCESS, FILE_MAP_READ <memoryapi.h>


class Region:
    """Shared memory of one name.

    Attributes:
        name: `{GUID}`, the same in every language.
        bytes: The whole region; read-only if it was opened for reading.
        header: The region's header, a view into `bytes` with the fields of `layout.REGION_HEADER`.
    """

    def __init__(self, name: str, memory: mmap.mmap, size_bytes: int, file: Path | None, writable: bool) -> None:
        self.name = name
        self._memory = memory
        self._file_to_remove = file
        self.bytes: UInt8[np.ndarray, " N"] = np.frombuffer(memory, np.uint8, size_bytes)
        self.bytes.flags.writeable = writable
        self.header: np.ndarray = self.bytes[:HEADER_BYTES].view(layout.REGION_HEADER).reshape(())

    @property
    def size_bytes(self) -> int:
        """Size of the mapping, which no field of a header can change."""
        return len(self.bytes)

    def close(self) -> None:
        """Let go of the memory; the process that made the region also removes its name. Can be called twice."""
        self.bytes = np.empty(0, np.uint8)
        self.header = np.empty((), layout.REGION_HEADER)
        if self._file_to_remove is not None:
            self._file_to_remove.unlink(missing_ok=True)
            self._file_to_remove = None
        with contextlib.suppress(BufferError):  # someone still holds arrays of a slot: the mapping goes with the last
            self._memory.close()


def region_folder() -> Path:
    """Return where Linux and macOS keep regions; each is a file there."""
    if sys.platform == "linux":
        return Path("/dev/shm")
    import tempfile

    return Path(tempfile.gettempdir())


def create_region(size_bytes: int, kind: RegionKind) -> Region:
    """Make a region with a new name, zeroed, with magic, version, name, size and owner in its header.

    All of its memory is set aside at once, so that a full /dev/shm shows here and not as a bus error later.

    Raises:
        RegionFull: There is no room; the message says how much is needed and free.
    """
    for _ in range(NAMES_TRIED):
        name = f"{{{str(uuid.uuid4()).upper()}}}"
        header = new_header(name, size_bytes, kind)
        with contextlib.suppress(FileExistsError):
            make = make_section if sys.platform == "win32" else make_file
            return make(name, header, size_bytes)
    raise FrameRingError(f"{NAMES_TRIED} random names of regions were all taken: somebody guesses them. Restart.")


def make_section(name: str, header: bytes, size_bytes: int) -> Region:
    """Make a region as a named section of Windows, which opens one of that name without a word if there is one."""
    if sys.platform != "win32":
        raise AssertionError("named sections exist on Windows only")
    try:
        memory = mmap.mmap(-1, size_bytes, tagname=name)
    except OSError as error:
        raise RegionFull(f"A region of {megabytes(size_bytes)} does not fit: {error}. {ADVICE_FULL}") from error
    if any(memory[: len(header)]):
        memory.close()
        raise FileExistsError(name)
    memory[: len(header)] = header
    return Region(name, memory, size_bytes, None, writable=True)


def make_file(name: str, header: bytes, size_bytes: int) -> Region:
    """Make a region as a file; FileExistsError if there is one of that name."""
    if sys.platform == "win32":
        raise AssertionError("on Windows a region is a named section")
    file = region_folder() / name
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        set_aside(descriptor, size_bytes, header)
        memory = mmap.mmap(descriptor, size_bytes)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return Region(name, memory, size_bytes, file, writable=True)


def new_header(name: str, size_bytes: int, kind: RegionKind) -> bytes:
    """Return the first bytes of a region: what it is and who made it."""
    header = np.zeros((), layout.REGION_HEADER)
    owner = this_process()
    header["magic"] = np.frombuffer(layout.MAGIC, np.uint8)
    header["major"], header["minor"], header["kind"] = layout.MAJOR, layout.MINOR, kind
    header["header_bytes"], header["region_bytes"] = HEADER_BYTES, size_bytes
    header["guid"] = np.frombuffer(bytes.fromhex(name.strip("{}").replace("-", "")), np.uint8)
    header["owner_pid"], header["owner_start_ns"] = owner.pid, owner.start_ns
    header["owner_pid_namespace"], header["created_ns"] = owner.pid_namespace, host_clock_ns()
    header["state"] = RegionState.STARTING
    return header.tobytes()


ADVICE_FULL = (
    "Close other conversations, ask for smaller frames, or give shared memory more room"
    " (Linux: mount -o remount,size=1G /dev/shm; Docker: --shm-size=1g)."
)


def megabytes(size_bytes: int) -> str:
    """Return a size for a message."""
    return f"{size_bytes / 1e6:.1f} MB"


def set_aside(descriptor: int, size_bytes: int, header: bytes) -> None:
    """Write the header and reserve every byte of the file, or raise RegionFull. Windows reserves sections by itself."""
    if sys.platform == "win32":
        return
    volume = os.fstatvfs(descriptor)
    free_bytes = volume.f_bavail * volume.f_frsize
    full = f"A region needs {megabytes(size_bytes)}; {region_folder()} has {megabytes(free_bytes)} free. {ADVICE_FULL}"
    if size_bytes > free_bytes:
        raise RegionFull(full)
    try:
        os.write(descriptor, header)  # first of all, so that whatever happens next, the next start knows it for ours
        if sys.platform == "linux":
            os.posix_fallocate(descriptor, 0, size_bytes)
        else:  # macOS has no posix_fallocate, and ftruncate alone would make a hole: write the zeros
            block = bytes(1 << 20)
            for offset in range(HEADER_BYTES, size_bytes, len(block)):
                os.pwrite(descriptor, block[: size_bytes - offset], offset)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM):
            raise RegionFull(full) from error
        raise


def open_region(name: str, writable: bool = False) -> Region:
    """Open a region that another process made; its header has not been checked yet.

    Raises:
        RegionNotFound: No region has that name, or it belongs to another user.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise RegionNotFound(f"A region's name looks like {{GUID}} in upper case; found {name!r}.")
    gone = f"There is no region {name}: its sidecar has closed it or has gone. Ask for the conversation again."
    if sys.platform == "win32":
        return _open_section(name, writable, gone)
    try:
        mode = os.O_RDWR if writable else os.O_RDONLY
        descriptor = os.open(region_folder() / name, mode | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise RegionNotFound(gone) from error
    except OSError as error:
        raise RegionNotFound(f"Region {name} cannot be opened by this user: {error.strerror}.") from error
    try:
        size_bytes = os.fstat(descriptor).st_size
        if size_bytes < HEADER_BYTES:
            raise RegionNotFound(f"Region {name} has {size_bytes} bytes; a header alone has {HEADER_BYTES}. {gone}")
        memory = mmap.mmap(descriptor, size_bytes, access=mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    return Region(name, memory, size_bytes, None, writable)


def _open_section(name: str, writable: bool, gone: str) -> Region:
    if sys.platform != "win32":
        raise AssertionError("named sections exist on Windows only")
    # mmap would make a section that is missing: ask first. Its size stands in its header; a false one fails to map.
    section = ctypes.windll.kernel32.OpenFileMappingW(ALL_ACCESS if writable else READ_ACCESS, False, name)
    if not section:
        raise RegionNotFound(gone)
    try:
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        with mmap.mmap(-1, HEADER_BYTES, tagname=name, access=mmap.ACCESS_READ) as first:
            size_bytes = int(np.frombuffer(first[:HEADER_BYTES], layout.REGION_HEADER)[0]["region_bytes"])
        memory = mmap.mmap(-1, max(size_bytes, HEADER_BYTES), tagname=name, access=access)
    except (OSError, OverflowError) as error:  # an OverflowError: its size is no number of bytes that memory can have
        raise RegionNotFound(f"Region {name} cannot be mapped: {error}. {gone}") from error
    finally:
        ctypes.windll.kernel32.CloseHandle(section)
    return Region(name, memory, max(size_bytes, HEADER_BYTES), None, writable)


def remove_dead_regions() -> list[str]:
    """Remove every region of this user whose sidecar has ended without doing so, and return their names.

    Touches only regular files of this user that bear a region's name and carry the magic and the same name inside.
    On Windows there is nothing to do: a section goes with the last process that holds it.
    """
    if sys.platform == "win32":
        return []
    files = [file for file in region_folder().glob("{*}") if NAME_PATTERN.fullmatch(file.name)]
    dead = [
        file
        for file in sorted(files)
        if is_stillborn(file) or ((owner := owner_of(file)) is not None and is_gone(owner))
    ]
    for file in dead:
        file.unlink(missing_ok=True)
    return [file.name for file in dead]


def is_stillborn(file: Path) -> bool:
    """Return whether a file of this user never became a region."""
    if sys.platform == "win32":
        return False
    try:
        status = file.lstat()
    except OSError:
        return False
    is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    return is_ours and status.st_size == 0 and time.time() - status.st_mtime > STILLBORN_S


def owner_of(file: Path) -> Owner | None:
    """Return the owner that a region's header names; None if the file is not a region of this user."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            return None
        first = os.read(descriptor, HEADER_BYTES)
    finally:
        os.close(descriptor)
    if len(first) < HEADER_BYTES or not first.startswith(layout.MAGIC):
        return None
    header = np.frombuffer(first, layout.REGION_HEADER)[0]
    if header["guid"].tobytes().hex() != file.name.strip("{}").replace("-", "").lower():
        return None
    return Owner(int(header["owner_pid"]), int(header["owner_start_ns"]), int(header["owner_pid_namespace"]))
