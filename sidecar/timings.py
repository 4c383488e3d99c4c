"""How long the stages of the path take: the newest durations of each, and their percentiles."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

STAGES = ("audio", "features", "motion", "mesh", "gaussians", "frame", "publish", "tick")
KEPT = 1000  # durations of each stage: about 15 s of frames at 72 Hz


@dataclass(frozen=True, slots=True)
class StagePercentiles:
    """Durations of a stage over its newest runs, milliseconds."""

    stage: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Timings:
    """Durations of every stage; any thread may add or read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, deque[float]] = {stage: deque(maxlen=KEPT) for stage in STAGES}
        self._counts: dict[str, int] = dict.fromkeys(STAGES, 0)

    def add(self, stage: str, duration_ms: float) -> None:
        """Count one run of a stage of `STAGES`."""
        with self._lock:
            self._newest[stage].append(duration_ms)
            self._counts[stage] += 1

    def percentiles(self) -> list[StagePercentiles]:
        """Return the stages that have run, in the order of the path."""
        with self._lock:
            newest = {stage: np.array(durations) for stage, durations in self._newest.items() if durations}
            counts = dict(self._counts)
        return [
            StagePercentiles(stage, counts[stage], *(float(p) for p in np.percentile(durations, (50, 95, 99))))
            for stage, durations in newest.items()
        ]
