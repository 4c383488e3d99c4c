"""What a terminal shows of a render, and the table after it."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from rsatalker.cutscenes.picture import StageTimes
from rsatalker.cutscenes.progress import shown_progress, stage_table
from rsatalker.cutscenes.render import RenderReport

pytestmark = pytest.mark.unit


def test_terminal_shows_frames_time_left_and_the_last_frame(tmp_path: Path) -> None:
    picture = np.zeros((36, 64, 3), np.uint8)
    picture[:18], picture[18:] = (200, 10, 20), (10, 20, 200)
    Image.fromarray(picture).save(tmp_path / "still.png")
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=100)
    now_s = 0.0
    with shown_progress(console, "scene", lambda: now_s) as watcher:
        watcher.frames(0, 60, None)
        for done in (10, 20):
            now_s += 5
            watcher.frames(done, 60, tmp_path / "still.png")
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # that of this test
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert re.search(r"scene: frames .* 20/60 0:00:10 0:00:20", plain)
    assert plain.count("▀" * 64) >= 18
    assert "38;2;200;10;20" in shown
    assert "48;2;10;20;200" in shown


def test_file_gets_no_picture(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=100)
    with shown_progress(console, "scene") as watcher:
        watcher.frames(10, 60, tmp_path / "still.png")
    assert "▀" not in console.file.getvalue()  # type: ignore[attr-defined]


def test_table_says_what_of_the_workers_time_is_rendering_loading_and_waiting() -> None:
    times = StageTimes(mesh=1, gaussians=9, frame=70, background=2, encode=6, whole=90, processor=81, frames=100)
    report = RenderReport("scene", frames=100, workers=2, drawing_s=50, starting_s=6, times=times)
    console = Console(file=io.StringIO(), width=120)
    console.print(stage_table(report))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    rows = {
        row[0]: row[-2:] for line in said.splitlines() if len(row := re.split(r"\s*[│┃]\s*", line.strip("│┃ "))) == 4
    }
    shares = {"frame": 70, "encode": 6, "rest": 2, "starting": 6, "waiting": 4, "rendering": 80}
    for stage, share in shares.items():
        assert rows[stage] == [f"{10 * share:.1f}", f"{share} %"], stage
    assert "Processors worked 90 % of the time" in said
