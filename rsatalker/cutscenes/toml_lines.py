"""On which line of a TOML file a field stands, which the standard parser does not tell."""

from __future__ import annotations

import re

FieldPath = tuple[str | int, ...]  # e.g. ("shot", 2, "fov_deg")

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_LONG_QUOTES = ('"""', "'''")


class TomlLines:
    """Finds the lines of tables and keys; what stands inside an inline table is found at that table's line.

    Args:
        text: A valid TOML document.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[FieldPath, int] = {}
        counts: dict[FieldPath, int] = {}
        table: FieldPath = ()
        open_quotes = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if open_quotes:
                open_quotes = "" if line.count(open_quotes) % 2 else open_quotes
                continue
            if header := _HEADER.match(line):
                *outer, name = _parts(header[2])
                table = (*_newest(tuple(outer), counts), name)
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_parts(key[1])), number)
                open_quotes = next((quotes for quotes in _LONG_QUOTES if line.count(quotes) % 2), "")

    def line_of(self, path: FieldPath) -> int:
        """Return the line of a field, of the nearest table around it if it stands nowhere, or 1."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1


def _newest(outer: FieldPath, counts: dict[FieldPath, int]) -> FieldPath:
    """Return a path with the index of the newest table wherever it names an array of tables."""
    path: FieldPath = ()
    for part in outer:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> FieldPath:
    return tuple(part.strip().strip("\"'") for part in re.findall(r""""[^"]*"|'[^']*'|[^.]+""", dotted))
