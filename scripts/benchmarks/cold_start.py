"""From the start of a process to its first drawn frame, all caches warm, beside one that imports numpy and numba."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.rows import busy
from benchmarks.samples import median

PROGRAM = Path(__file__).with_name("first_frame.py")
ROOT = PROGRAM.parents[2]
WHOLE = "process start to first frame"
BASELINE = "process start to numpy and numba imported"
Stages = dict[str, tuple[float, float]]  # wall and CPU milliseconds


@dataclass(frozen=True)
class Options:
    """Start fresh processes, and time them until a character's first frame is drawn.

    Attributes:
        character: Whose.
        rounds: How many processes; one more comes before, which fills the caches and is not counted.
        size_px: Width and height of the frame.
    """

    character: str = "mara"
    rounds: int = 5
    size_px: int = 512


def run(options: Options) -> None:
    """Print wall and CPU milliseconds, and where they go."""
    console = Console()
    console.print(busy())
    subject = (options.character, str(options.size_px))
    in_fresh_process(*subject)
    baseline: list[Stages] = []
    found: list[Stages] = []
    for _ in range(options.rounds):  # in turns: a busy machine slows both alike
        baseline.append(in_fresh_process())
        found.append(in_fresh_process(*subject))
    table = Table("stage", "p50 ms", "CPU ms, p50", title=f"{options.character}, {options.rounds} fresh processes")
    add_row(table, BASELINE, [stages["whole"] for stages in baseline])
    add_row(table, WHOLE, [stages["whole"] for stages in found])
    for name in found[0]:
        if name != "whole":
            add_row(table, f"  {name}", [stages[name] for stages in found])
    console.print(table)


def in_fresh_process(*arguments: str) -> Stages:
    """Return the stages of `first_frame`, and `whole`: from the process' start, as seen from here, to its answer."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as on a user's machine: that cache is warm too
    started = time.perf_counter()
    command = [sys.executable, str(PROGRAM), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        answer = process.stdout.readline()
        wall_ms = (time.perf_counter() - started) * 1e3
    if process.returncode:
        raise SystemExit(f"the process that draws a frame ended with {process.returncode}; what it wrote is above.")
    stages: Stages = {name: (wall, cpu) for name, (wall, cpu) in json.loads(answer).items()}
    return stages | {"whole": (wall_ms, sum(cpu for _, cpu in stages.values()))}


def add_row(table: Table, name: str, times: list[tuple[float, float]]) -> None:
    """Add medians of wall and CPU milliseconds."""
    table.add_row(name, *(f"{median([pair[column] for pair in times]):.0f}" for column in (0, 1)))
