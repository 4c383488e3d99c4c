"""`rsatalker render`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from rsatalker.cutscenes.batch import BatchOptions, find_scripts, print_estimates, render_scripts, write_example
from rsatalker.cutscenes.cluster import cluster_workers
from rsatalker.option_ranges import MOST_PROCESSES
from rsatalker.renderers.choose import RendererName
from sidecar.commands.command_line import read_command_line
from sidecar.errors import ConfigError


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """Render cutscenes to files, with no engine, no display and no sidecar.

    Attributes:
        script: A script (TOML), or a folder of them.
        init: Write a commented example to that name, and the dialogue that it plays, instead of rendering.
        out: Folder for the files; beside the script if left out.
        workers: Processes that draw; one for each core if left out.
        renderer: Which one draws.
        dry_run: Say how many frames, how long and how much room, and do nothing.
        cluster: Draw on a Ray cluster: its address as HOST:PORT, or "auto" for the one that this machine belongs to
            (without one, all cores of this machine).
    """

    script: Annotated[Path, tyro.conf.Positional]
    init: bool = False
    out: Path | None = None
    workers: int | None = None
    renderer: RendererName = "auto"
    dry_run: bool = False
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and not 1 <= self.workers <= MOST_PROCESSES:
            raise ConfigError(f"workers is {self.workers}; expected 1 to {MOST_PROCESSES}.")
        if self.cluster is not None and self.workers is not None:
            raise ConfigError("workers stands beside cluster; the cluster decides how many there are.")
        if self.out is not None and self.out.exists() and not self.out.is_dir():
            raise ConfigError(f"out is {str(self.out)!r}, which is a file; name a folder.")


def run(arguments: Sequence[str]) -> int:
    """Render cutscenes; 1 if one of a folder fails."""
    options = read_command_line(RenderOptions, "render", arguments)
    console = Console()
    if options.init:
        script, sound = write_example(options.script)
        quoted = f'"{script}"' if " " in str(script) else script
        console.print(
            f"Wrote {script} and {sound}. Render it with: rsatalker render {quoted}",
            highlight=False,
            soft_wrap=True,
            markup=False,
        )
        return 0
    scripts = find_scripts(options.script)
    batch = BatchOptions(options.out, options.renderer, options.workers)
    if options.dry_run:
        print_estimates(scripts, batch, console)
        return 0
    try:
        if options.cluster is None:
            return render_scripts(scripts, batch, console)
        with cluster_workers(options.cluster) as cluster:
            return render_scripts(scripts, BatchOptions(options.out, options.renderer, cluster), console)
    except KeyboardInterrupt:
        console.print("Stopped. Finished seconds of the scene are kept; the same command goes on from there.")
        raise
