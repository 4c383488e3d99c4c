"""A process is told from a later one with the same pid."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from sidecar.regions import layout
from sidecar.regions.owner import is_gone, process_start_ns, this_process, unix_ns

pytestmark = pytest.mark.unit


def test_running_process_is_not_gone() -> None:
    assert not is_gone(this_process())


def test_process_that_ended_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert is_gone(replace(this_process(), pid=process.pid))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such state")
def test_process_that_ended_unasked_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=-1)
    assert process.stdout is not None
    process.stdout.read()  # ends with the process; nobody has asked for its exit code yet
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(replace(this_process(), pid=process.pid))
    process.stdout.close()
    process.wait()


def test_later_process_with_the_same_pid_is_another_one() -> None:
    owner = this_process()
    assert is_gone(replace(owner, start_ns=owner.start_ns + 1))


def test_owner_without_a_start_time_is_judged_by_its_pid() -> None:
    assert not is_gone(replace(this_process(), start_ns=0))


def test_start_time_stays_the_same() -> None:
    assert process_start_ns(os.getpid()) == process_start_ns(os.getpid()) != 0


def test_start_time_of_windows_fits_into_the_header_of_a_region() -> None:
    far = datetime(2200, 1, 1, tzinfo=UTC)
    filetime = (far - datetime(1601, 1, 1, tzinfo=UTC)).days * 24 * 3600 * 10_000_000
    header = np.zeros((), layout.REGION_HEADER)
    header["owner_start_ns"] = unix_ns(filetime)
    assert int(header["owner_start_ns"]) == far.timestamp() * 1_000_000_000
