"""From the engine's pose to a frame of it, at the rates of headsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.display import ticks
from benchmarks.engine_stand_in import EngineStandIn, Seen, percentiles, spoken_sample
from benchmarks.rows import Rows, busy

if TYPE_CHECKING:
    from sidecar.client import SidecarClient

WARM_S = 5.0  # not counted: kernels compile, frames find their size, the lead before the sound is learnt


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
    from sidecar.client import SidecarClient
    from sidecar.demo.sidecar_process import running_sidecar

    before = busy()
    rows = Rows("display", "asked", "drawn", "frames/s", "to memory ms", "to the display ms", "skew ms")
    renderer = "no"
    with (
        rows.until_interrupted(),
        running_sidecar("--detail", str(options.detail)) as sidecar,
        SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="bench latency") as client,
    ):
        renderer = client.info().renderer
        for size_px in options.sizes_px:
            for rate_hz in options.rates_hz:
                seen = measure(client, size_px, rate_hz, options.seconds)
                rows.add(
                    f"{rate_hz} Hz",
                    f"{size_px} px",
                    f"{seen.width} px",
                    f"{seen.frames / 2 / options.seconds:.1f}",
                    percentiles(seen.published_ms, 0),
                    percentiles(seen.taken_ms, 0),
                    percentiles(seen.skew_ms, 0),
                )
    rows.print(
        f"{renderer} renderer, two heads, both eyes; p50 / p95 / p99; skew above 0: the picture is late; {before}"
    )


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
