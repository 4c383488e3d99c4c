"""Hours on end: whether faces and sound drift apart, and whether anything grows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.display import ticks
from benchmarks.engine_stand_in import EngineStandIn, Seen, spoken_sample
from benchmarks.rows import Rows, busy

if TYPE_CHECKING:
    from sidecar.client import SidecarClient

DISPLAY_HZ = 72


@dataclass(frozen=True)
class Options:
    """Play one dialogue after the other with a sound card whose clock is off, and watch.

    Attributes:
        minutes: Of real time.
        fast_ppm: How much faster than the host clock the sound runs, millionths.
        size_px: Width and height of a frame.
        detail: Of the avatars, as `rsatalker serve --detail`.
        row_s: Seconds for every row of the table.
    """

    minutes: float = 60.0
    fast_ppm: float = 200.0
    size_px: int = 256
    detail: float = 1.0
    row_s: float = 60.0


def run(options: Options) -> None:
    """Print skew, motion and memory as time goes by, and the drift over all of it."""
    from sidecar.client import SidecarClient
    from sidecar.demo.sidecar_process import running_sidecar

    rows = Rows(
        "minute", "skew p50 ms", "skew p95 ms", "frames/s", "motion Hz", "least lead ms", "skipped s", "memory MB"
    )
    medians: list[float] = []
    before = busy()
    with (
        rows.until_interrupted(),
        running_sidecar("--detail", str(options.detail)) as sidecar,
        SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="bench soak") as client,
    ):
        watch(client, sidecar.record.pid, options, rows, medians)
    minutes = len(medians) * options.row_s / 60
    rows.print(
        f"{minutes:.1f} min, sound {options.fast_ppm:g} ppm fast, {time.strftime('%H:%M')}; {before}",
        f"skew drifted {drift_ms(medians):+.1f} ms from the first third to the last; that of a face that followed the "
        f"host clock would have drifted {options.fast_ppm * minutes * 0.04:+.1f} ms",
    )


def watch(client: SidecarClient, pid: int, options: Options, rows: Rows, medians: list[float]) -> None:
    """Play, and add a row and its median skew whenever as much time as a row stands for has passed."""
    import numpy as np

    first, second = (avatar.name for avatar in client.avatars()[:2])
    with client.create_conversation(first, second, width=options.size_px, height=options.size_px) as conversation:
        engine = EngineStandIn(conversation, spoken_sample(60.0), 1 + options.fast_ppm * 1e-6)
        row_began_s = 0.0
        for now_ns, elapsed_s in ticks(DISPLAY_HZ, options.minutes * 60 + 1e-3):
            engine.tick(now_ns, elapsed_s)
            row_s = elapsed_s - row_began_s
            if row_s >= options.row_s:
                seen, engine.seen = engine.seen, Seen()
                medians.append(float(np.median(seen.skew_ms)) if seen.skew_ms else float("nan"))
                skipped_us = sum(one.motion_skipped_us for one in client.status().conversations)
                add_row(rows, seen, elapsed_s, row_s, skipped_us, resident_mb(pid))
                row_began_s = elapsed_s


def drift_ms(medians: Sequence[float]) -> float:
    """Return how far the median of the rows' medians is from the first third of them to the last."""
    import numpy as np

    third = max(len(medians) // 3, 1)
    return float(np.nanmedian(medians[-third:]) - np.nanmedian(medians[:third])) if medians else float("nan")


def add_row(rows: Rows, seen: Seen, elapsed_s: float, row_s: float, skipped_us: int, memory_mb: float) -> None:
    """Add what was seen since the last row."""
    import numpy as np

    skews = np.asarray(seen.skew_ms or [float("nan")])
    p50, p95 = np.percentile(skews, (50, 95))
    rows.add(
        f"{elapsed_s / 60:.1f}",
        f"{p50:.1f}",
        f"{p95:.1f}",
        f"{seen.frames / 2 / row_s:.1f}",
        f"{seen.instants / row_s:.1f}",
        f"{seen.least_lead_ms:.0f}",
        f"{skipped_us / 1e6:.1f}",
        f"{memory_mb:.0f}",
    )


def resident_mb(pid: int) -> float:
    """Return the memory that a process really uses; NaN where the system does not tell without further packages."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:  # Windows, macOS
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
