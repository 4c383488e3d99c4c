"""What a CUDA device does in a frame: kernels and copies by name, as torch's profiler sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import torch
from rich.table import Table

NAME_LENGTH = 90  # kernels of templates have names of a page


@dataclass(frozen=True, slots=True)
class Step:
    """One kernel or kind of copy.

    Attributes:
        name: The profiler's; of a copy it says whether memory of this machine is locked ("Pinned") or not ("Pageable").
        calls: In a frame.
        time_ms: All calls of a frame together.
    """

    name: str
    calls: float
    time_ms: float


def steps_of(draw: Callable[[], None], rounds: int, on_cuda: bool = True) -> list[Step]:
    """Return what is done in a frame, what takes longest first; without CUDA torch's own operators on the CPU."""
    activities = torch.profiler.ProfilerActivity
    kind = torch.autograd.DeviceType.CUDA if on_cuda else torch.autograd.DeviceType.CPU
    with torch.profiler.profile(activities=[activities.CUDA if on_cuda else activities.CPU]) as profile:
        for _ in range(rounds):
            draw()
    times_us: defaultdict[str, list[float]] = defaultdict(list)
    for event in profile.events() or ():
        if event.device_type == kind:
            times_us[event.name].append(event.time_range.elapsed_us())
    steps = [Step(name, len(each) / rounds, sum(each) / rounds / 1e3) for name, each in times_us.items()]
    return sorted(steps, key=lambda step: -step.time_ms)


def table_of(steps: list[Step]) -> Table:
    """Return the steps as a table; copies run beside kernels, so the sum is more than the frame takes."""
    table = Table("on the device", "calls", "ms a frame")
    for step in steps:
        table.add_row(step.name[:NAME_LENGTH], f"{step.calls:.1f}", f"{step.time_ms:.3f}")
    table.add_row("all together", "", f"{sum(step.time_ms for step in steps):.3f}")
    return table
