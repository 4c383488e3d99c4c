"""`rsatalker retarget-motion`: motion of one head as motion of another, with ARKit-52 weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro

from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.errors import AssetError
from rsatalker.exports.curves import read_flame_npz, write_flame_npz, write_live_link_csv
from rsatalker.heads.arkit import arkit_solver
from rsatalker.heads.face_points import AnyHead
from rsatalker.heads.flame_file import FlameSpace
from rsatalker.heads.flame_param import TRACKED_RATE_HZ, read_flame_param
from rsatalker.heads.head_file import read_head
from rsatalker.heads.retarget import cached_retarget
from rsatalker.motion.pose import FlameMotion
from rsatalker.npz_file import NPZ_FAULTS, open_npz


@dataclass(frozen=True, slots=True)
class RetargetMotionOptions:
    """Options of `rsatalker retarget-motion`.

    Attributes:
        motion: Motion file of `rsatalker render` (npz), flame_param.npz of a tracker, or an npz of DualTalk.
        source: Head that the motion was made for: a head file of `rsatalker import-head`, or one of our characters.
        target: Head that it shall drive: the same.
        out: Motion file to write; a .csv for Live Link Face lies beside it.
        space: Of a tracked file's expressions, which it does not say; the source's if left out.
        rate_hz: Instants per second of a tracked file.
    """

    motion: Annotated[Path, tyro.conf.Positional]
    source: str
    target: str
    out: Path
    space: FlameSpace | Literal["procedural-1"] | None = None
    rate_hz: float = TRACKED_RATE_HZ


def retarget_motion(options: RetargetMotionOptions, say: Callable[[str], None]) -> FlameMotion:
    """Write the motion in the target's space, with ARKit weights, and return it; `say` receives what was done.

    Raises:
        AssetError: A file is missing or malformed, or a head is no face.
        ExpressionSpaceError: The motion is of another space than the source, as FLAME 2020 is not 2023.
    """
    source, target = read_any_head(options.source), read_any_head(options.target)
    motion = _read_motion(options, source.expression_space)
    say(f"{len(motion)} instants of {motion.expression_space}, {len(motion) / motion.frame_rate_hz:.1f} s")
    moved = cached_retarget(source, target).motion(motion)
    if not motion.arkit.any():
        say("ARKit-52 weights: bounded least squares on the source's surface")
        moved = replace(moved, arkit=_arkit(source, motion))
    write_flame_npz(options.out, moved)
    write_live_link_csv(options.out.with_suffix(".csv"), moved)
    say(f"written: {options.out} ({moved.expression_space}) and {options.out.with_suffix('.csv')} (ARKit)")
    return moved


def read_any_head(name: str) -> AnyHead:
    """Return a character's head, or that of a head file.

    Raises:
        AssetError: It is neither.
    """
    if name in CHARACTERS:
        return character_head(name)
    if not Path(name).is_file():
        raise AssetError(
            f"there is no head {name!r}; give a head file of `rsatalker import-head`, or one of "
            f"{', '.join(CHARACTERS)}."
        )
    return read_head(Path(name))[0]


def _read_motion(options: RetargetMotionOptions, source_space: str) -> FlameMotion:
    try:
        with open_npz(options.motion) as file:
            ours = "expression_space" in file.files
    except NPZ_FAULTS:
        ours = False  # whoever reads it says what is wrong
    if ours:
        return read_flame_npz(options.motion)
    return read_flame_param(options.motion).motion(options.space or source_space, options.rate_hz)


def _arkit(source: AnyHead, motion: FlameMotion) -> np.ndarray:
    solver, rows = arkit_solver(source), np.zeros((len(motion), 52), np.float32)
    for index, pose in enumerate(motion):
        rows[index] = solver.weights(pose, rows[index - 1] if index else None)
    return rows
