"""Who owns a region: a process, told from a later one that was given the same pid."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

FILETIME_OF_1970 = 116_444_736_000_000_000  # steps of 100 ns from 1601, where Windows begins to count


@dataclass(frozen=True, slots=True)
class Owner:
    """A process as written into a region's header.

    Attributes:
        pid: Process id.
        start_ns: When it started: from the start of the machine on Linux, else from 1970; 0 if the OS did not say. Only
            equality has a meaning.
        pid_namespace: Linux: inode of the pid namespace, so that containers which share /dev/shm leave each other's
            regions alone; 0 elsewhere.
    """

    pid: int
    start_ns: int
    pid_namespace: int


def this_process() -> Owner:
    """Return the running process."""
    return Owner(os.getpid(), process_start_ns(os.getpid()) or 0, pid_namespace())


def is_gone(owner: Owner) -> bool:
    """Return whether that process has certainly ended; False if it cannot be judged from here."""
    if owner.pid_namespace != pid_namespace():
        return False
    start_ns = process_start_ns(owner.pid)
    if start_ns is None:
        return True
    return 0 not in (start_ns, owner.start_ns) and start_ns != owner.start_ns


def pid_namespace() -> int:
    """Return the inode of this process's pid namespace on Linux, 0 elsewhere."""
    return os.stat("/proc/self/ns/pid").st_ino if sys.platform == "linux" else 0  # noqa: PTH116  a magic link


def process_start_ns(pid: int) -> int | None:
    """Return when a process started; 0 if it runs and the OS does not say; None if there is no such process."""
    if sys.platform == "linux":
        return _linux_start_ns(pid)
    if sys.platform == "win32":
        return _windows_start_ns(pid)
    if sys.platform == "darwin":
        return _macos_start_ns(pid)
    return 0


def _linux_start_ns(pid: int) -> int | None:
    if sys.platform != "linux":
        return 0
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *numbers = stat.rpartition(") ")[2].split()  # the name before it may hold spaces and brackets
    if state in "ZX":  # ended; only its parent has not asked yet
        return None
    ticks = int(numbers[18])  # field 22 of proc(5): start time since boot
    return ticks * (1_000_000_000 // os.sysconf("SC_CLK_TCK"))


def _macos_start_ns(pid: int) -> int | None:
    class ProcBsdInfo(ctypes.Structure):  # <sys/proc_info.h>, struct proc_bsdinfo: 120 bytes before the start time
        _fields_ = (("before", ctypes.c_uint8 * 120), ("seconds", ctypes.c_uint64), ("microseconds", ctypes.c_uint64))

    info = ProcBsdInfo()
    proc_pidtbsdinfo = 3  # <sys/proc_info.h>
    filled = ctypes.CDLL("libproc.dylib").proc_pidinfo(
        pid, proc_pidtbsdinfo, ctypes.c_uint64(0), ctypes.byref(info), ctypes.sizeof(info)
    )
    if filled == ctypes.sizeof(info):
        return info.seconds * 1_000_000_000 + info.microseconds * 1_000
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return 0
    return 0


def _windows_start_ns(pid: int) -> int | None:
    if sys.platform != "win32":
        return 0
    from ctypes import wintypes

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.OpenProcess.restype = wintypes.HANDLE
    process_query_limited_information, error_access_denied, still_active = 0x1000, 5, 259  # <winnt.h>, <winerror.h>
    process = kernel32.OpenProcess(process_query_limited_information, False, pid)
    if not process:
        return 0 if ctypes.get_last_error() == error_access_denied else None
    try:
        code = wintypes.DWORD()
        kernel32.GetExitCodeProcess(wintypes.HANDLE(process), ctypes.byref(code))
        if code.value != still_active:
            return None
        created, ended, in_kernel, in_user = (wintypes.FILETIME() for _ in range(4))
        times = (ctypes.byref(time) for time in (created, ended, in_kernel, in_user))
        kernel32.GetProcessTimes(wintypes.HANDLE(process), *times)
        return unix_ns((created.dwHighDateTime << 32) | created.dwLowDateTime)
    finally:
        kernel32.CloseHandle(wintypes.HANDLE(process))


def unix_ns(filetime: int) -> int:
    """Return a time of Windows as nanoseconds from 1970: those from 1601 do not fit into 64 bits with a sign."""
    return (filetime - FILETIME_OF_1970) * 100
