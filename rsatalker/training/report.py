"""What `rsatalker evaluate` hands out: sections of tables and charts, on the terminal, as JSON and as pictures.

Whoever measures something returns a `Section`; nothing else needs to know what it is about.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from rsatalker.errors import ToolMissing
from rsatalker.extras import install_command
from rsatalker.whole_files import whole_file

CHART_INCHES = (7.0, 4.0)
Cell = str | float | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a section.

    Attributes:
        title: Above it.
        columns: Headings; a line break keeps a column narrow. The first column names the rows.
        rows: One cell for each column; NaN is shown as a dash.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.columns) for row in self.rows), self.title


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of a section.

    Attributes:
        name: File name without folder and suffix.
        draw: Draws into the matplotlib axes that it is given.
        inches: Width and height.
    """

    name: str
    draw: Callable[[Any], None]
    inches: tuple[float, float] = CHART_INCHES


@dataclass(frozen=True, slots=True)
class Section:
    """What was measured about one subject.

    Attributes:
        name: Key in report.json, such as `lips`.
        title: Heading on the terminal.
        scores: The numbers for report.json: numbers, strings, and dictionaries and lists of them.
        sheets: Tables.
        charts: Pictures.
        notes: Sentences under the tables.
    """

    name: str
    title: str
    scores: Mapping[str, object]
    sheets: tuple[Sheet, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = field(default=())


def print_section(section: Section, console: Console) -> None:
    """Show a section on the terminal."""
    console.rule(f"[bold]{section.title}", align="left")
    for sheet in section.sheets:
        console.print(_table(sheet))
    for note in section.notes:
        console.print(note, highlight=False)


def save_report(sections: Sequence[Section], folder: Path) -> None:
    """Write report.json and one PNG a chart.

    Raises:
        ToolMissing: There are charts, and matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores = {section.name: section.scores for section in sections}
    note = json.dumps(_without_nan(scores), indent=2)
    with whole_file(folder / "report.json") as draft:
        draft.write_text(note + "\n", encoding="utf-8")
    for section in sections:
        for chart in section.charts:
            _save_chart(chart, folder / f"{chart.name}.png")


def _table(sheet: Sheet) -> Table:
    table = Table(title=sheet.title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for index, heading in enumerate(sheet.columns):
        table.add_column(heading, justify="right" if index else "left")
    for row in sheet.rows:
        table.add_row(*(_shown(cell) for cell in row))
    return table


def _shown(cell: Cell) -> str:
    """Return three significant digits of a number, whole numbers as they are."""
    if isinstance(cell, str | int):
        return str(cell)
    if math.isnan(cell):
        return "-"
    if abs(cell) >= 100:
        return f"{cell:.0f}"
    return f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"


def _without_nan(value: object) -> object:
    """Return the value with None for NaN and infinity, which JSON does not have."""
    if isinstance(value, Mapping):
        return {str(name): _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _save_chart(chart: Chart, path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ToolMissing(
            f"matplotlib draws charts and is not installed: {install_command('rsatalker[training]')}"
        ) from error
    figure = Figure(chart.inches, layout="constrained")
    chart.draw(figure.add_subplot())
    figure.savefig(path, format="png", dpi=110)
