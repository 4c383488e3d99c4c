"""What the demo prints: where the sidecar listens, what was measured, what was written."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from sidecar.demo.engine import percentiles
from sidecar.demo.live import LiveMeasurement
from sidecar.demo.recording import Recording
from sidecar.v1.sidecar_pb2 import StageTiming


def print_stages(console: Console, stages: Sequence[StageTiming], frame_px: int, renderer: str) -> None:
    """Print how long each stage took in the sidecar."""
    table = Table(title=f"Stages of the path, ms each run ({renderer} renderer, {frame_px} x {frame_px} pixels a head)")
    for heading in ("stage", "p50", "p95", "runs"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for stage in stages:
        table.add_row(stage.stage, f"{stage.p50_ms:.2f}", f"{stage.p95_ms:.2f}", str(stage.count))
    console.print(table)


def print_live(console: Console, live: LiveMeasurement) -> None:
    """Print what a player would have seen."""
    table = Table(title=f"Played live for {live.played_s:.0f} s, looking 90 times a second")
    for heading in ("seen by the engine", "p50", "p95"):
        table.add_column(heading, justify="left" if heading == "seen by the engine" else "right")
    table.add_row("sound before picture, ms", *_numbers(live.skew_ms))
    table.add_row("head pose written to frame received, ms", *_numbers(live.latency_ms))
    table.add_row("frames of each head a second", f"{live.frames_per_s:.1f}", "")
    table.add_row("from a frame of a head to its next, ms", *_numbers(live.apart_ms))
    table.add_row("first chunk sent to first motion, ms", f"{live.first_motion_ms:.0f}", "")
    console.print(table)


def print_recording(console: Console, recording: Recording) -> None:
    """Print how fast the recording went and what was written."""
    console.print(
        f"Recorded {recording.pictures} pictures in {recording.seconds:.1f} s "
        f"({recording.pictures / recording.seconds:.1f} a second, both heads). "
        f"Motion is made {recording.motion_factor:.1f} times faster than real time."
    )
    console.print("Written:")
    for file in recording.files:
        console.print(f"  {file}", highlight=False, soft_wrap=True, markup=False)


def _numbers(values: Sequence[float]) -> list[str]:
    return [f"{value:.1f}" for value in percentiles(values)]
