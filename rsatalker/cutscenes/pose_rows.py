"""Motion of a whole scene as rows of plain numbers, which every worker can read any instant of.

For each instant both heads, each with the fields of `FlamePose` one after the other, as float32. An hour of it is 98 MB
on disk, none of which has to be in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.pose import FIELDS, MOTION_RATE_HZ, FlameMotion, FlamePose

EXPRESSION_SPACE = "procedural-1"
_ENDS = np.cumsum([len(getattr(FlamePose.neutral(EXPRESSION_SPACE), name)) for name in FIELDS])
POSE_FLOATS = int(_ENDS[-1])


@dataclass(frozen=True, slots=True)
class SceneMotion:
    """Motion of both heads.

    Attributes:
        rows: Instants at `MOTION_RATE_HZ` from time 0 on.
    """

    rows: Float32[np.ndarray, "T 2 P"]

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, time_s: Fraction) -> Float32[np.ndarray, "2 P"]:
        """Return both heads' poses at a time; interpolated, held at both ends."""
        position = min(max(time_s * MOTION_RATE_HZ, Fraction(0)), Fraction(len(self) - 1))
        before = min(int(position), max(len(self) - 2, 0))
        share = np.float32(position - before)
        after = min(before + 1, len(self) - 1)
        return self.rows[before] * (1 - share) + self.rows[after] * share

    def of(self, participant: int) -> FlameMotion:
        """Return one head's whole motion; it shares the memory of the rows, or stays on disk as they do."""
        columns = np.split(np.asarray(self.rows)[:, participant], _ENDS[:-1], axis=1)
        return FlameMotion(0, float(MOTION_RATE_HZ), EXPRESSION_SPACE, *columns)

    @staticmethod
    def load(path: Path) -> SceneMotion:
        """Return what `rows_of` made, from a file; it stays on disk until it is read."""
        return SceneMotion(np.memmap(path, np.float32, "r").reshape(-1, 2, POSE_FLOATS))


def pose_of(row: Float32[np.ndarray, " P"]) -> FlamePose:
    """Return the pose that one head's row holds."""
    return FlamePose(*np.split(row, _ENDS[:-1]))


def rows_of(heads: tuple[FlameMotion, FlameMotion]) -> Float32[np.ndarray, "T 2 P"]:
    """Return two heads' motion as rows."""
    columns = [np.concatenate([getattr(head, name) for name in FIELDS], axis=1) for head in heads]
    return np.stack(columns, axis=1).astype(np.float32)
