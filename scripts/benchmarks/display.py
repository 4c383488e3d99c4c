"""The beat of a display: ticks at a steady rate on the host clock."""

from __future__ import annotations

import time
from collections.abc import Iterator


def ticks(rate_hz: float, seconds: float) -> Iterator[tuple[int, float]]:
    """Yield the host clock and the seconds since the first tick, once for every tick; one that is late is left out."""
    from sidecar.regions.host_clock import host_clock_ns

    began_ns, tick = host_clock_ns(), 0
    while tick < seconds * rate_hz:
        due_ns = began_ns + round(tick * 1e9 / rate_hz)
        time.sleep(max(due_ns - host_clock_ns(), 0) * 1e-9)
        now_ns = host_clock_ns()
        yield now_ns, (now_ns - began_ns) * 1e-9
        tick = max(tick + 1, int((host_clock_ns() - began_ns) * rate_hz / 1e9))
