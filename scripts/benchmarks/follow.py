"""Milliseconds and CPU time of posing a head and its Gaussians, beside the same places worked out by plain numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.samples import in_turns_with_cpu, median, percentile
from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.avatar_cache import cached_avatar_data
from rsatalker.avatars.avatar_data import AvatarData
from rsatalker.avatars.cast import CHARACTERS, character_head
from rsatalker.avatars.face_frames import affine_frames
from rsatalker.avatars.helper_frames import pose_helpers
from rsatalker.avatars.light import studio_light
from rsatalker.motion.pose import FlamePose

VIEWER = np.array([0.0, 0.0, 0.9], np.float32)
OPEN_JAW_RAD = 0.2  # an open mouth and closing lids are lit by blending: the dearest case
HERE = np.eye(4, dtype=np.float32)


@dataclass(frozen=True)
class Options:
    """Time the mesh, and posing, binding and shading of its Gaussians.

    Attributes:
        character: Whose.
        threads: That `follow` may use, one row each.
        rounds: How often each is called.
        baseline_rounds: How often numpy is; it takes tens of milliseconds.
    """

    character: str = "mara"
    threads: tuple[int, ...] = (1, 2)
    rounds: int = 50
    baseline_rounds: int = 5


def run(options: Options) -> None:
    """Print wall and CPU milliseconds of each stage."""
    head = character_head(options.character)
    look = CHARACTERS[options.character].look
    data = cached_avatar_data(options.character, head, look, 1.0, lambda step, share: None)
    pose, light = speaking_pose(head.expression_names), studio_light()
    vertices = head(pose)
    table = Table(
        "stage", "p50 ms", "p95 ms", "CPU ms, p50", title=f"{options.character}, {len(data.bound):,} Gaussians"
    )
    add_row(table, "mesh", lambda: head(pose), options.rounds)
    for threads in options.threads:
        avatar = Avatar(options.character, head, data, threads)

        def follow(avatar: Avatar = avatar) -> None:
            avatar.follow(vertices, pose, light, VIEWER, HERE)

        add_row(table, f"follow, {threads} thread{'s' * (threads > 1)}", follow, options.rounds)
    world = np.concatenate([vertices, data.garment])
    add_row(table, "numpy: places alone, unlit", lambda: places_by_numpy(data, world), options.baseline_rounds)
    Console().print(table)


def add_row(table: Table, name: str, call: Callable[[], object], rounds: int) -> None:
    """Time a stage; other processes hardly disturb its CPU time."""
    wall, cpu = in_turns_with_cpu({name: call}, rounds)[name]
    table.add_row(name, f"{median(wall):.2f}", f"{percentile(wall, 0.95):.2f}", f"{median(cpu):.2f}")


def speaking_pose(names: tuple[str, ...]) -> FlamePose:
    """Return a head that speaks and blinks."""
    weights = {"mouthSmileLeft": 0.8, "eyeBlinkLeft": 0.6, "eyeBlinkRight": 0.4, "browInnerUp": 0.7}
    expression = np.array([weights.get(name, 0.0) for name in names], np.float32)
    jaw, neck = np.array([OPEN_JAW_RAD, 0, 0], np.float32), np.array([0.1, 0.3, 0.05], np.float32)
    return replace(FlamePose.neutral(), expression=expression, jaw_pose=jaw, neck_pose=neck)


def places_by_numpy(data: AvatarData, world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return centres and covariances as `follow` finds them."""
    axes, origins = affine_frames(world, data.quads)
    helpers = pose_helpers(data.helpers, data.neutral, world)
    frames = data.bound["frame"]
    carriers = np.concatenate([axes, helpers.axes])[frames]
    means = np.einsum("nij,nj->ni", carriers, data.bound["center"]) + np.concatenate([origins, helpers.origins])[frames]
    factors = carriers @ data.bound["factor"]
    return means, factors @ factors.transpose(0, 2, 1)
