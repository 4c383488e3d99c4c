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


def in_turns_with_cpu(
    subjects: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, tuple[list[float], list[float]]]:
    """Return wall and CPU milliseconds by subject, in turns; CPU time is that of all threads."""
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in subjects}
    for number in range(-2, rounds):  # two to compile and to touch memory first
        for name, subject in subjects.items():
            started, used = time.perf_counter(), time.process_time()
            subject()
            if number >= 0:
                times[name][0].append((time.perf_counter() - started) * 1e3)
                times[name][1].append((time.process_time() - used) * 1e3)
    return times


def median(samples: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(samples, 0.5)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value below which a share of the samples lie."""
    return sorted(samples)[min(int(share * len(samples)), len(samples) - 1)]
