"""Whether a live conversation notices that the sidecar renders a cutscene beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.display import ticks
from benchmarks.engine_stand_in import EngineStandIn, Seen, spoken_sample

if TYPE_CHECKING:
    from rich.table import Table

    from sidecar.client import SidecarClient

SCRIPT = """
dialogue = "dialogue.wav"
[[participant]]
avatar = "mara"
[[participant]]
avatar = "tomas"
[output]
width = 640
height = 360
frame_rate = 24
write = ["png"]
"""  # frames are counted by chunks of a second
SETTLE_S = 1.0  # before each window, not counted


@dataclass(frozen=True)
class Options:
    """Drive one conversation, in turns with a cutscene rendered beside it and without.

    Attributes:
        rounds: Windows with and windows without.
        seconds: Of each window.
        size_px: Width and height of the conversation's frames.
        display_hz: Of its engine.
        detail: Of its avatars, as `rsatalker serve --detail`.
    """

    rounds: int = 3
    seconds: float = 8.0
    size_px: int = 256
    display_hz: int = 72
    detail: float = 1.0


@dataclass(slots=True)
class Windows:
    """What was seen in all windows of one kind.

    Attributes:
        frames: Of both heads.
        published_ms: From writing a pose to a frame of it.
        frames_drawn: Of the cutscene, after each window.
    """

    frames: int = 0
    published_ms: list[float] = field(default_factory=list[float])
    frames_drawn: list[int] = field(default_factory=list[int])

    def add(self, seen: Seen) -> None:
        """Count a window."""
        self.frames += seen.frames
        self.published_ms += seen.published_ms


def run(options: Options) -> None:
    """Print frames per second and times of the conversation, alone and with a cutscene beside it."""
    from rich.console import Console

    from rsatalker.cutscenes.batch import SAMPLE_DIALOGUE
    from sidecar.client import SidecarClient
    from sidecar.demo.sidecar_process import running_sidecar

    alone, beside = Windows(), Windows()
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="rsatalker-bench-"))
        shutil.copyfile(SAMPLE_DIALOGUE, Path(folder, "dialogue.wav"))
        served = ("--detail", str(options.detail), "--no-admit-by-load", "--cutscenes", folder)
        sidecar = opened.enter_context(running_sidecar(*served))
        client = opened.enter_context(
            SidecarClient.connect(sidecar.record.address, sidecar.record.token, client_name="bench cutscene-beside")
        )
        conversation = opened.enter_context(
            client.create_conversation("mara", "tomas", width=options.size_px, height=options.size_px)
        )
        engine = EngineStandIn(conversation, spoken_sample(20.0))
        watch(engine, options)  # its first utterance begins
        for _ in range(options.rounds):
            alone.add(watch(engine, options))
            with rendering(client, beside):
                beside.add(watch(engine, options))
    console = Console(width=120)
    console.print(table_of(alone, beside, options))
    console.print(f"Frames of the cutscene done after each window beside it: {beside.frames_drawn}")


def watch(engine: EngineStandIn, options: Options) -> Seen:
    """Let the engine run for a window and return what it saw."""
    is_settled = False
    for now_ns, elapsed_s in ticks(options.display_hz, SETTLE_S + options.seconds):
        if elapsed_s >= SETTLE_S and not is_settled:
            is_settled, engine.seen = True, Seen()
        engine.tick(now_ns, elapsed_s)
    return engine.seen


@contextmanager
def rendering(client: SidecarClient, windows: Windows) -> Generator[None]:
    """Render a cutscene while the context is open; the next time it goes on where it stands."""
    told = client.render_cutscene("out", script_toml=SCRIPT)
    started = next(one for one in told if one.stage == "frames")
    try:
        yield
    finally:
        windows.frames_drawn.append(client.cutscene(started.cutscene_id).frames_done)
        client.cancel_cutscene(started.cutscene_id)
        told.close()


def table_of(alone: Windows, beside: Windows, options: Options) -> Table:
    """Return both kinds of windows and the ratio."""
    import numpy as np
    from rich.table import Table

    table = Table("", "alone", "with a cutscene", "ratio")
    seconds = options.rounds * options.seconds
    rows = [("frames/s of each head", alone.frames / 2 / seconds, beside.frames / 2 / seconds)]
    for quantile in (50, 95):
        first, second = (float(np.percentile(one.published_ms, quantile)) for one in (alone, beside))
        rows.append((f"pose to frame p{quantile}, ms", first, second))
    for name, first, second in rows:
        table.add_row(name, f"{first:.1f}", f"{second:.1f}", f"{second / first:.2f}")
    return table
