"""One script or a folder of them, from the command line's point of view: examples, estimates, renders, one report."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import rsatalker
from rsatalker.cutscenes.disk_space import megabytes
from rsatalker.cutscenes.estimate import estimate
from rsatalker.cutscenes.progress import batch_table, print_report, shown_progress
from rsatalker.cutscenes.read_script import read_script
from rsatalker.cutscenes.render import RenderReport, hired, render_cutscene
from rsatalker.cutscenes.workers import Workers
from rsatalker.errors import OutputError, RsaTalkerError, ScriptError
from rsatalker.renderers.choose import RendererName, resolved
from rsatalker.whole_files import whole_file

EXAMPLE = Path(__file__).with_name("example.toml")
SAMPLE_DIALOGUE = Path(rsatalker.__file__).parent / "samples" / "dialogue.wav"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How scripts are rendered.

    Attributes:
        out: Folder for all files; None puts each scene's files beside its script.
        renderer: Which one draws.
        workers: Who draws, how many processes, or None for one on each core.
    """

    out: Path | None = None
    renderer: RendererName = "auto"
    workers: Workers | int | None = None


def write_example(script: Path) -> tuple[Path, Path]:
    """Write an example script and the dialogue that it plays; return both.

    Raises:
        OutputError: One of them is there already, or the folder refuses.
    """
    if script.suffix != ".toml":
        raise OutputError(f"{script} does not end in .toml; name the example scene.toml, for instance.")
    sound = script.with_suffix(".wav")
    for path in (script, sound):
        if path.exists():
            raise OutputError(f"{path} exists already; name another file, or remove it.")
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE_DIALOGUE, sound)
        script.write_text(EXAMPLE.read_text(encoding="utf-8").format(name=script.stem), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the example cannot be written to {script.parent} ({error}); name another place.") from error
    return script, sound


def find_scripts(path: Path) -> list[Path]:
    """Return the script that is named, or all of a folder.

    Raises:
        ScriptError: A folder holds none.
    """
    if not path.is_dir():
        return [path]
    scripts = sorted(path.glob("*.toml"))
    if not scripts:
        raise ScriptError(f"{path} holds no script; expected files that end in .toml.")
    return scripts


def print_estimates(scripts: list[Path], options: BatchOptions, console: Console) -> None:
    """Print frames, time and room of every script without rendering it."""
    table = Table("script", "frames", "time", "room", "workers")
    for script in scripts:
        workers = options.workers if isinstance(options.workers, int) else None
        found = estimate(read_script(script), options.renderer, workers)
        minutes, seconds = divmod(round(found.seconds), 60)
        table.add_row(
            escape(str(script)),
            str(found.frames),
            f"{minutes}:{seconds:02d} min",
            megabytes(found.size_bytes),
            str(found.workers),
        )
    console.print(table)


def render_scripts(scripts: list[Path], options: BatchOptions, console: Console) -> int:
    """Render all scripts; return 0, or 1 if one of several failed.

    A batch goes on after a script that fails, and says so in its report, `report.json` beside the files.

    Raises:
        RsaTalkerError: The only script fails.
    """
    rows: list[tuple[str, RenderReport | None, str]] = []
    with hired(options.workers, resolved(options.renderer)) as workers:
        for script in scripts:
            try:
                report = render_script(script, replace(options, workers=workers), console)
                rows.append((script.name, report, ""))
            except RsaTalkerError as error:
                if len(scripts) == 1:
                    raise
                rows.append((script.name, None, str(error)))
    if len(scripts) > 1:
        console.print(batch_table(rows))
        _write_report((options.out or scripts[0].parent) / "report.json", rows)
    return 1 if any(report is None for _, report, _ in rows) else 0


def render_script(script: Path, options: BatchOptions, console: Console) -> RenderReport:
    """Render one script, show how it goes on and print what it took."""
    cutscene = read_script(script)
    with shown_progress(console, cutscene.name) as watcher:
        report = render_cutscene(
            cutscene,
            options.out or script.parent,
            renderer=options.renderer,
            workers=options.workers,
            watcher=watcher,
        )
    print_report(console, report)
    return report


def _write_report(path: Path, rows: list[tuple[str, RenderReport | None, str]]) -> None:
    document = [
        {
            "script": script,
            "frames": report.frames if report else 0,
            "seconds": round(report.motion_s + report.drawing_s + report.joining_s, 3) if report else 0.0,
            "files": [file.name for file in report.files] if report else [],
            "error": problem or None,
        }
        for script, report, problem in rows
    ]
    with whole_file(path) as draft:
        draft.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
