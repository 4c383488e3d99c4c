"""A table whose rows are told as they come: a run of an hour shows how it goes, and Ctrl+C loses nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

WIDTH = 120  # columns, also in a file


class Rows:
    """The rows of a benchmark that takes long.

    Args:
        columns: Their heads.
    """

    def __init__(self, *columns: str) -> None:
        self._table = Table(*columns)
        self._columns = columns
        self._told = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

    def add(self, *cells: str) -> None:
        """Add a row, and tell it at once on stderr."""
        self._table.add_row(*cells)
        self._told.print("; ".join(f"{column} {cell}" for column, cell in zip(self._columns, cells, strict=True)))

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        """Let Ctrl+C end what is measured, but not the program: what was found is still printed."""
        try:
            yield
        except KeyboardInterrupt:
            self._told.print("Interrupted: the table has what was measured until then.")

    def print(self, above: str, *below: str) -> None:
        """Print the whole table between lines of text."""
        console = Console(width=WIDTH)
        console.print(above)
        console.print(self._table)
        for line in below:
            console.print(line)


def busy() -> str:
    """Return what else the machine does; all costs and rates are by the clock."""
    if not hasattr(os, "getloadavg"):  # Windows
        return "what else runs on this machine counts"
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before; what else runs counts"
