"""From the engine's pose to a frame of it, at the rates of headsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.display import ticks
from benchmarks.engine_stand_in import EngineStandIn, Seen, percentiles, spoken_sample

if TYPE_CHECKING:
    from sidecar.client import SidecarClient

WARM_S = 2.0  # not counted: the first frames of a conversation


@dataclass(frozen=True)
class Options:
    """Let a stand-in for an engine write poses and take stereo frames, with a sidecar as a process of its own.

    Attributes:
        rates_hz: Of the display.
        sizes_px: Width and height of an eye's image of each head.
        seconds: Measured for every row.
        detail: Of the avatars, as `rsatalker serve --detail`.
    """

    rates_hz: tuple[int, ...] = (72, 90)
    sizes_px: tuple[int, ...] = (256, 512)
    seconds: float = 10.0
    detail: float = 1.0


def run(options: Options) -> None:
    """Print how long poses take to come back as frames."""
    from rich.console import Console
    from rich.table import Table

    from sidecar.client import SidecarClient
    from sidecar.demo.sidecar_process import running_sidecar

    table = Table("display", "asked", "drawn", "frames/s", "to memory ms", "to the display ms", "skew ms")
    with (
        running_sidecar("--detail", str(options.detail)) as sidecar,
        SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="bench latency") as client,
    ):
        renderer = client.info().renderer
        for size_px in options.sizes_px:
            for rate_hz in options.rates_hz:
                seen = measure(client, size_px, rate_hz, options.seconds)
                table.add_row(
                    f"{rate_hz} Hz",
                    f"{size_px} px",
                    f"{seen.width} px",
                    f"{seen.frames / 2 / options.seconds:.1f}",
                    percentiles(seen.published_ms, 0),
                    percentiles(seen.taken_ms, 0),
                    percentiles(seen.skew_ms, 0),
                )
    console = Console(width=120)
    console.print(f"{renderer} renderer, two heads, both eyes; p50 / p95 / p99; skew above 0: the picture is late")
    console.print(table)


def measure(client: SidecarClient, size_px: int, rate_hz: int, seconds: float) -> Seen:
    """Return what an engine sees of one conversation."""
    first, second = (avatar.name for avatar in client.avatars()[:2])
    with client.create_conversation(first, second, width=size_px, height=size_px, layers=2) as conversation:
        engine = EngineStandIn(conversation, spoken_sample(20.0))
        is_warm = False
        for now_ns, elapsed_s in ticks(rate_hz, seconds + WARM_S):
            if elapsed_s >= WARM_S and not is_warm:
                engine.seen, is_warm = Seen(), True
            engine.tick(now_ns, elapsed_s)
    return engine.seen
