"""Arrays in npz files that are complete or not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rsatalker.whole_files import whole_file


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Save an npz; the file appears only when it is complete."""
    with whole_file(path) as draft, draft.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
