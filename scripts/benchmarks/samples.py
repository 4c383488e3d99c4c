"""Times taken in turns, and what to say of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence


def in_turns(subjects: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return milliseconds by subject; they take turns, so that a busy machine slows all alike."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            started = time.perf_counter()
            subject()
            times[name].append((time.perf_counter() - started) * 1e3)
    return times


def median(samples: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(samples, 0.5)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value below which a share of the samples lie."""
    return sorted(samples)[min(int(share * len(samples)), len(samples) - 1)]
