"""Ranges of a command's options, looked at before anything is begun."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rsatalker.errors import OptionError

MOST_PROCESSES = 61 if sys.platform == "win32" else 256  # that Python waits for on Windows; elsewhere more is a mistake
LARGEST_SEED = (1 << 62) - 1  # some of numpy's and torch's generators take no more, and none a negative one


def check_ranges(options: object, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Raise OptionError unless every option lies within its range, ends included.

    Args:
        options: A record whose attributes they are; those that are None are left out.
        ranges: Lowest and highest value by name.
    """
    for name, (lowest, highest) in ranges.items():
        value: Any = getattr(options, name)
        if value is not None and not lowest <= value <= highest:  # NaN lies in no range
            raise OptionError(f"{name.replace('_', '-')} is {value}; expected {lowest} to {highest}.")
