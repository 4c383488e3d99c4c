"""Both heads of a conversation, drawn one after the other and at the same time, in turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.follow import speaking_pose
from benchmarks.rows import busy
from benchmarks.samples import in_turns_with_cpu, median, percentile
from rsatalker.avatars.cast import FIRST_PAIR, load_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.renderers.cpu import CpuRenderer
from rsatalker.talker import Talker
from sidecar.demo.scene import viewer, world_from_heads
from sidecar.placement import EYE_DISTANCE_M, camera_at
from sidecar.side_by_side import SideBySide


@dataclass(frozen=True)
class Options:
    """Draw the demo's two heads as the frame loop does, and as it would with one head at a time.

    Attributes:
        sizes_px: Width and height of an eye's image of each head.
        eyes: One row each.
        threads: Of the renderer.
        rounds: How often each way draws; they take turns, so that a busy machine slows all alike.
    """

    sizes_px: tuple[int, ...] = (400, 256)
    eyes: tuple[int, ...] = (1, 2)
    threads: int = 2
    rounds: int = 40


def run(options: Options) -> None:
    """Print wall and CPU milliseconds of a tick, and the ratio of the medians."""
    before = busy()
    renderer, side_by_side = CpuRenderer(options.threads), SideBySide()
    whole, halves = (talkers(renderer, threads) for threads in (options.threads, max(options.threads // 2, 1)))
    table = Table("px", "eyes", "drawn", "p50 ms", "p95 ms", "CPU ms", "ratio")
    for size_px in options.sizes_px:
        for eyes in options.eyes:
            one_by_one, at_once = drawings(whole, size_px, eyes), drawings(halves, size_px, eyes)
            times = in_turns_with_cpu(
                {
                    "one after the other": lambda heads=one_by_one: [draw() for draw in heads],
                    "at the same time": lambda heads=at_once: side_by_side.draw(heads),
                },
                options.rounds,
            )
            for way, (walls, cpus) in times.items():
                ratio = median(walls) / median(times["one after the other"][0])
                figures = (median(walls), percentile(walls, 0.95), median(cpus))
                table.add_row(str(size_px), str(eyes), way, *(f"{ms:.1f}" for ms in figures), f"{ratio:.2f}")
    Console().print(f"{options.threads} threads; {before}")
    Console().print(table)


def talkers(renderer: CpuRenderer, threads: int) -> list[Talker]:
    """Return both heads, posed by so many threads each."""
    return [Talker(load_avatar(name, threads=threads), renderer) for name in FIRST_PAIR]


def drawings(heads: list[Talker], size_px: int, eyes: int) -> list[Callable[[], int]]:
    """Return what draws each head, and how many Gaussians that took."""
    light, anchors = studio_light(), world_from_heads()
    camera_from_world = viewer().camera_from_world
    middle = -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
    sides = [0.0] if eyes == 1 else [-EYE_DISTANCE_M / 2, EYE_DISTANCE_M / 2]
    found: list[Callable[[], int]] = []
    for talker, anchor in zip(heads, anchors, strict=True):
        pose, sphere = speaking_pose(talker.avatar.head.expression_names), talker.avatar.bounding_sphere
        places = [np.add(middle, (side, 0, 0), dtype=np.float32) for side in sides]
        cameras = [camera_at(place, anchor, sphere, size_px, size_px) for place in places]
        colors, depths = np.empty((eyes, size_px, size_px, 4), np.uint8), np.empty((eyes, size_px, size_px), np.float32)
        draw = partial(talker.draw, pose, cameras, light, anchor, colors, depths)
        found.append(lambda draw=draw: draw().gaussians)
    return found
