"""The host clock: one monotonic clock that every process and language on a machine reads alike."""

import time


def host_clock_ns() -> int:
    """Return nanoseconds of the host clock.

    CLOCK_MONOTONIC on Linux, QueryPerformanceCounter on Windows, CLOCK_UPTIME_RAW on macOS: Python's `perf_counter_ns`
    is that clock on all three, while `monotonic_ns` ticks in steps of 15.6 ms on Windows before Python 3.13. C++ and C#
    read the same numbers (proto/README.md).
    """
    return time.perf_counter_ns()
