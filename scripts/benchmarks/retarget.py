"""CPU time of a frame of ARKit weights and of retargeting, for a head file beside a plain bounded solver."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import lsq_linear

from rsatalker.heads.arkit import arkit_solver
from rsatalker.heads.face_points import face_template
from rsatalker.heads.head_file import read_head
from rsatalker.heads.retarget import solve_retarget
from rsatalker.motion.pose import FlamePose
from rsatalker.motion.rig import pose_from_arkit


@dataclass(frozen=True, slots=True)
class Options:
    """Options of `bench.py retarget`.

    Attributes:
        head: Head file of `rsatalker import-head`; our own average head if left out.
        frames: Of motion.
    """

    head: Path | None = None
    frames: int = 300


def run(options: Options) -> None:
    """Print a table."""
    ours = face_template().head
    head = read_head(options.head)[0] if options.head else ours
    solver, to_head = arkit_solver(head), solve_retarget(ours, head)
    made = _motion(options.frames)
    shown = [replace(to_head.pose(pose), arkit=np.zeros(52, np.float32)) for pose in made]
    root = np.linalg.cholesky(solver.fit.gram)
    moments = [np.linalg.solve(root, solver.moments @ pose.expression) for pose in shown]
    before: list[np.ndarray] = [np.zeros(52, np.float32)]

    def follow(index: int) -> None:
        before[0] = solver.weights(shown[index], before[0])

    table = Table(f"CPU ms a frame, {head.name} ({head.expression_space})", "p50", "p95", "p99")
    rows: dict[str, Callable[[int], object]] = {
        "ARKit-52 of the head's motion": follow,
        "the same, each frame from nothing": lambda index: solver.weights(shown[index]),
        "the same by scipy.optimize.lsq_linear": lambda index: lsq_linear(
            root.T, moments[index], (0, 1), method="bvls"
        ),
        "motion of ours to the head's space": lambda index: to_head.pose(made[index]),
    }
    for name, call in rows.items():
        call(0)  # compiled
        spent = [_cpu_ms(call, index) for index in range(options.frames)]
        table.add_row(name, *(f"{np.quantile(spent, share):.3f}" for share in (0.5, 0.95, 0.99)))
    Console().print(table)


def _cpu_ms(call: Callable[[int], object], index: int) -> float:
    started = time.thread_time()
    call(index)
    return (time.thread_time() - started) * 1e3


def _motion(frames: int) -> list[FlamePose]:
    """Return weights that wander as those of a talking face do: a few raised at a time, none jumping."""
    random = np.random.default_rng(0)
    phases, rates = random.uniform(0, 2 * np.pi, 52), random.uniform(0.5, 4, 52)
    nothing = np.zeros(3, np.float32)
    poses: list[FlamePose] = []
    for index in range(frames):
        weights = np.clip(np.sin(phases + rates * 2 * np.pi * index / 30) - 0.5, 0, 1).astype(np.float32)
        poses.append(pose_from_arkit(weights, np.zeros(2, np.float32), np.zeros(2, np.float32), nothing, nothing))
    return poses
