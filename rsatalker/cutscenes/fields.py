"""Checked reading of a script's tables: a wrong field becomes one sentence with file, line, field, found, allowed."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, Final

from rsatalker.cutscenes.toml_lines import FieldPath, TomlLines
from rsatalker.errors import ScriptError


class _Required:
    """Stands for a default that does not exist."""


REQUIRED: Final = _Required()


class Source:
    """Where a script comes from.

    Attributes:
        folder: What relative files are relative to.
        within: The only folder whose files the script may name; None: any that its writer can read.
    """

    def __init__(self, name: str, folder: Path, lines: TomlLines | None = None, within: Path | None = None) -> None:
        self.folder = folder
        self.within = within
        self._name = name
        self._lines = lines

    def error(self, path: FieldPath, sentence: str) -> ScriptError:
        """Return the error of one field."""
        place = self._name if self._lines is None else f"{self._name}:{self._lines.line_of(path)}"
        return ScriptError(f"{place}: {sentence}")


class Table:
    """One table of a script. Every field is asked for once; `close` refuses what nobody asked for.

    Args:
        values: As tomllib gives them, real numbers as `Fraction`, or from Python.
        source: Of the script.
        path: Of this table.
    """

    def __init__(self, values: Mapping[str, Any], source: Source, path: FieldPath = ()) -> None:
        self.source = source
        self._values = values
        self._path = path
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def asked(self, key: str) -> bool:
        """Return whether an optional field is there; from now on it counts as one that the format knows."""
        self._asked.add(key)
        return key in self._values

    def raw(self, key: str) -> Any:
        """Return a field as it is, or None, for one that may be of several types."""
        return self._values.get(key)

    def name_of(self, key: str = "") -> str:
        """Return a field's name as messages show it, e.g. `shot[2].fov_deg`; indices count from 1."""
        parts = (*self._path, key) if key else self._path
        return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")

    def error(self, key: str, sentence: str) -> ScriptError:
        """Return an error about a field of this table; the sentence goes on after the field's name."""
        return self.source.error((*self._path, key) if key else self._path, f"{self.name_of(key)} {sentence}")

    def missing(self, sentence: str, key: str, *others: str) -> ScriptError:
        """Return the error of a field that is not there: of its misspelling, if one of those given may be that.

        Args:
            sentence: What is said of the field if nothing looks like it.
            key: The field.
            others: Fields that might have stood in its place.
        """
        unknown = [name for name in self._values if name not in self._asked]
        for wanted in (key, *others):
            if near := difflib.get_close_matches(wanted, unknown, n=1):
                return self.error(near[0], f"is no field of a cutscene; did you mean {wanted}?")
        return self.error(key, sentence)

    def close(self) -> None:
        """Refuse fields that the script format does not know.

        Raises:
            ScriptError: There is one.
        """
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                allowed = ", ".join(sorted(self._asked))
                raise self.error(key, f"is no field of a cutscene; {hint}Allowed here: {allowed}.")

    def exact(
        self, key: str, default: Fraction | _Required = REQUIRED, low: float = -1e9, high: float = 1e9
    ) -> Fraction:
        """Return a number as an exact fraction: 0.1 is one tenth."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            raise self._wrong(key, value, f"a number from {low:g} to {high:g}")
        if isinstance(value, float) and not isfinite(value):
            raise self.error(key, f"is {value:g}; expected {low:g} to {high:g}.")
        exact = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
        if not Fraction(str(low)) <= exact <= Fraction(str(high)):  # as they are written: 0.2 is a fifth
            raise self._wrong(key, value, f"{low:g} to {high:g}")
        return exact

    def number(self, key: str, default: float | _Required = REQUIRED, low: float = -1e9, high: float = 1e9) -> float:
        """Return a number."""
        exact_default = default if isinstance(default, _Required) else Fraction(default)
        return float(self.exact(key, exact_default, low, high))

    def integer(self, key: str, default: int | _Required = REQUIRED, low: int = 0, high: int = 1 << 31) -> int:
        """Return a whole number."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(key, value, f"a whole number from {low} to {high}")
        if not low <= value <= high:
            raise self._wrong(key, value, f"{low} to {high}")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def text(self, key: str, default: str | _Required = REQUIRED) -> str:
        """Return a text that is not empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or (not value and value != default):
            raise self._wrong(key, value, "a text")
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | _Required = REQUIRED) -> str:
        """Return one of the allowed texts."""
        value = self._value(key, default)
        if not isinstance(value, str) or value not in allowed:
            raise self._wrong(key, value, f"one of {', '.join(allowed)}")
        return value

    def choices(self, key: str, allowed: Collection[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of allowed texts, each once, at least one."""
        value = self._value(key, default)
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not is_list or not value or any(item not in allowed for item in value) or len(set(value)) < len(value):
            raise self._wrong(key, value, f"a list of {', '.join(allowed)}, each at most once")
        return tuple(value)

    def vector(
        self, key: str, default: Sequence[float] | _Required = REQUIRED, low: float = -1000, high: float = 1000
    ) -> tuple[float, float, float]:
        """Return three numbers."""
        value = self._value(key, default)
        numbers = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []
        if len(numbers) != 3 or any(isinstance(n, bool) or not isinstance(n, int | float | Fraction) for n in numbers):
            raise self._wrong(key, value, f"three numbers from {low:g} to {high:g}")
        if not all(low <= number <= high for number in numbers):  # nor is one that is not a number
            raise self._wrong(key, value, f"three numbers from {low:g} to {high:g}")
        x, y, z = (float(number) for number in numbers)
        return x, y, z

    def file(self, key: str) -> Path:
        """Return a file that exists; relative names start at the script's folder."""
        path = self.path(key)
        if not path.is_file():
            raise self.error(key, f"is {str(path)!r}, which is no file; expected an existing one.")
        return path

    def path(self, key: str) -> Path:
        """Return where a file or folder would be that the script may name; whether it is there is not asked."""
        given = self.text(key)
        path = self.source.folder / given
        if "\0" in given:
            raise self._wrong(key, given, "the name of a file")
        if self.source.within is not None and not is_inside(path, self.source.within):
            raise self.error(key, f"is {given!r}, which is outside the folder of cutscenes; name what lies inside it.")
        try:
            path.exists()
        except OSError as error:  # in a folder that may not be read, or a longer name than file systems take
            raise self.error(
                key, f"is {given[:80]!r}, which cannot be looked at ({error.strerror}); name another place."
            ) from error
        return path

    def table(self, key: str) -> Table:
        """Return a table inside this one; an empty one if it is not there."""
        value = self._value(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, value, "a table")
        return Table(value, self.source, (*self._path, key))

    def tables(self, key: str) -> list[Table]:
        """Return an array of tables; none if it is not there."""
        value = self._value(key, ())
        if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
            raise self._wrong(key, value, f"tables, each headed [[{key}]]")
        if any(not isinstance(item, Mapping) for item in value):
            raise self._wrong(key, value, f"tables, each headed [[{key}]]")
        return [Table(item, self.source, (*self._path, key, index)) for index, item in enumerate(value)]

    def _value(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key in self._values:
            return self._values[key]
        if isinstance(default, _Required):
            raise self.missing("is missing.", key)
        return default

    def _wrong(self, key: str, value: Any, expected: str) -> ScriptError:
        return self.error(key, f"is {_shown(value)}; expected {expected}.")


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether a path ends up in a folder, wherever links lead."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that lead in circles
        return False


def _shown(value: Any) -> str:
    """Return a value as the script's writer wrote it, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction | float):
        return f"{float(value):g}"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_shown(item) for item in value)[:80] + "]"
    return repr(value)[:80]
