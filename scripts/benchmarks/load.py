"""How many conversations this machine holds, and what each of them gets."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.display import ticks
from benchmarks.engine_stand_in import EngineStandIn, Seen, spoken_sample
from benchmarks.rows import Rows, busy

WARM_S = 3.0  # after one more conversation: not counted, sizes settle
MOTION_RATE_HZ = 30
MOST_OF_ANY = 64  # conversations that a sidecar can be told to take


@dataclass(frozen=True)
class Options:
    """Add conversations, in all of which both heads talk, until the sidecar refuses the next one.

    Attributes:
        most: Conversations, if none is refused before.
        size_px: Width and height of a frame.
        display_hz: Of every engine.
        seconds: Measured for every number of conversations.
        detail: Of the avatars, as `rsatalker serve --detail`.
        admission: Stop where the sidecar refuses; without, all are taken, which shows what it refuses for.
    """

    most: int = 16
    size_px: int = 512
    display_hz: int = 72
    seconds: float = 8.0
    detail: float = 1.0
    admission: bool = True


def run(options: Options) -> None:
    """Print what every conversation gets while there are more and more of them."""
    from sidecar.client import SidecarClient
    from sidecar.demo.sidecar_process import running_sidecar
    from sidecar.errors import LimitError

    columns = (
        "open",
        "motion Hz",
        "least lead ms",
        "frames/s of each",
        "drawn px",
        "skew p95 ms",
        "of them at 30 Hz motion",
    )
    rows, refusal, before, renderer = Rows(*columns), "none was refused", busy(), "no"
    with rows.until_interrupted(), ExitStack() as opened:
        sidecar = opened.enter_context(running_sidecar(*served_with(options)))
        client = opened.enter_context(
            SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="bench load")
        )
        first, second = (avatar.name for avatar in client.avatars()[:2])
        renderer = client.info().renderer
        engines: list[EngineStandIn] = []
        while len(engines) < options.most:
            try:
                conversation = client.create_conversation(
                    first, second, width=options.size_px, height=options.size_px, seed=len(engines)
                )
            except LimitError as error:
                refusal = str(error)
                break
            engines.append(EngineStandIn(opened.enter_context(conversation), spoken_sample(20.0)))
            watch(engines, options)
            add_row(rows, [engine.seen for engine in engines], options.seconds)
    rows.print(
        f"{renderer} renderer, frames of {options.size_px} px asked for, engines at {options.display_hz} Hz; {before}",
        f"The next one: {refusal}",
    )


def served_with(options: Options) -> list[str]:
    """Return the options of the sidecar."""
    most = str(min(options.most, MOST_OF_ANY))
    admission = "--admit-by-load" if options.admission else "--no-admit-by-load"
    return ["--detail", str(options.detail), "--max-conversations", most, admission]


def watch(engines: list[EngineStandIn], options: Options) -> None:
    """Let all engines run, first without counting."""
    is_warm = False
    for now_ns, elapsed_s in ticks(options.display_hz, WARM_S + options.seconds):
        if elapsed_s >= WARM_S and not is_warm:
            is_warm = True
            for engine in engines:
                engine.seen = Seen()
        for engine in engines:
            engine.tick(now_ns, elapsed_s)


def add_row(rows: Rows, seen: list[Seen], seconds: float) -> None:
    """Add what all conversations got to the table: from the least to the most of each."""
    import numpy as np

    motion = [one.instants / seconds for one in seen]
    frames = [one.frames / 2 / seconds for one in seen]
    skews = [float(np.percentile(one.skew_ms, 95)) for one in seen if one.skew_ms]
    kept = sum(rate > 0.97 * MOTION_RATE_HZ for rate in motion)
    rows.add(
        str(len(seen)),
        span(motion),
        f"{min(one.least_lead_ms for one in seen):.0f}",
        span(frames),
        span([float(one.width) for one in seen]),
        span(skews),
        str(kept),
    )


def span(values: list[float]) -> str:
    """Return the least and the greatest value."""
    if not values:
        return "-"
    return f"{min(values):.1f}" if len(values) == 1 else f"{min(values):.1f} to {max(values):.1f}"
