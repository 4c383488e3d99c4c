"""gsplat on CUDA as a headset needs it: two heads, two eyes, read back into shared memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.gpu_steps import steps_of, table_of
from benchmarks.render_scene import head_of_gaussians, stereo_pair
from benchmarks.samples import in_turns, median, percentile
from rsatalker.avatars.cast import load_avatar
from rsatalker.avatars.gaussians import Gaussians
from rsatalker.avatars.light import studio_light
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.cpu import CpuRenderer
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.renderer import Drawing

STEP_ROUNDS = 20  # of the profiler
CPU_ROUNDS = 5  # of the baseline, which takes many times longer


@dataclass(frozen=True)
class Options:
    """Time two heads for two eyes on a CUDA device, with upload and read-back, beside the CPU renderer.

    Attributes:
        gaussians: How many a head, one table each.
        avatars: Characters to draw as well, with those Gaussians that they have.
        size: Width and height of each of the four images, pixels.
        rounds: How often each way is taken; they take turns.
        torch_threads: That torch may use on the CPU; 1 is what a sidecar gives it.
        steps: Also list what the device does in a frame.
    """

    gaussians: tuple[int, ...] = (30_000, 60_000, 100_000)
    avatars: tuple[str, ...] = ("mara",)
    size: int = 1024
    rounds: int = 100
    torch_threads: int = 1
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Renderers:
    """Those that take turns.

    Attributes:
        gpu: As it is used.
        copying: The same, but for Gaussians that are all copied before the device gets them.
        cpu: The baseline.
    """

    gpu: GsplatRenderer
    copying: GsplatRenderer
    cpu: CpuRenderer


def run(options: Options) -> None:
    """Print milliseconds for both heads, by the way that they are drawn, and how alike the pictures are."""
    import torch

    console = Console()
    lack = find_lack()
    if lack is not None:
        console.print(f"There is nothing to measure: {lack.reason}. {lack.advice}", markup=False)
        return
    torch.set_num_threads(options.torch_threads)
    renderers = Renderers(GsplatRenderer(), GsplatRenderer(reads_in_place=False), CpuRenderer())
    renderers.gpu.warm_up()
    size = f"{options.size} x {options.size}"
    console.print(f"{torch.cuda.get_device_name()}: 2 heads x 2 eyes x {size}, with upload and read-back")
    console.print(f"torch has {options.torch_threads} threads")
    for count in options.gaussians:
        print_scene(console, renderers, f"{count:,}", head_of_gaussians(count), options)
    for name in options.avatars:  # made and printed one by one: time on a rented machine may run out
        gaussians = avatar_of(name)
        print_scene(console, renderers, f"{name}, {len(gaussians):,}", gaussians, options)
    console.print(f"peak of the device's memory {torch.cuda.max_memory_allocated() / 1e6:.0f} MB")


def print_scene(console: Console, renderers: Renderers, name: str, gaussians: Gaussians, options: Options) -> None:
    """Draw two of a head in all ways, and print how long it took."""
    gpu, copying, cpu = renderers.gpu, renderers.copying, renderers.cpu
    heads = [gaussians, Gaussians.joined([gaussians])]  # two heads do not share memory
    slot, slot_of_copies, ordinary, plain = (drawings(heads, options.size) for _ in range(4))
    releases = [gpu.lock_pages(image) for drawing in slot for image in bytes_of(drawing)]
    releases += [copying.lock_pages(image) for drawing in slot_of_copies for image in bytes_of(drawing)]
    ways: dict[str, tuple[Callable[[], None], Sequence[Drawing]]] = {
        "in one call": (partial(gpu.render_many, slot), slot),
        "in one call, Gaussians copied first": (partial(copying.render_many, slot_of_copies), slot_of_copies),
        "in one call, by way of a buffer": (partial(gpu.render_many, ordinary), ordinary),
        "head by head": (partial(draw_each, gpu.render, slot), slot),
        "upload alone": (partial(gpu.upload, heads), ()),
        "upload alone, copied first": (partial(copying.upload, heads), ()),
    }
    subjects = {way: draw for way, (draw, _) in ways.items()}
    baseline = {"cpu": partial(draw_each, cpu.render, plain)}
    in_turns(subjects, rounds=3)  # first touches of memory
    in_turns(baseline, rounds=1)
    times = in_turns(subjects, options.rounds) | in_turns(baseline, CPU_ROUNDS)
    table = Table("Gaussians a head", "drawn", "p50 ms", "p95 ms", "least ms", "to cpu, dB")
    for way, samples in times.items():
        drawn = ways[way][1] if way in ways else plain
        alike = f"{psnr_db(drawn[0].colors, plain[0].colors):.1f}" if drawn else ""
        times_ms = (f"{value:.2f}" for value in (median(samples), percentile(samples, 0.95), min(samples)))
        table.add_row(name, way, *times_ms, alike)
    console.print(table)
    if not all(map(gpu.reads_where_they_lie, heads)):
        console.print(f"The driver did not lock all arrays of {name}: in one call, they were copied first, too.")
    if options.steps:
        console.print(table_of(steps_of(subjects["in one call"], STEP_ROUNDS)))
    for release in releases:
        release()


def drawings(heads: Sequence[Gaussians], size: int) -> list[Drawing]:
    """Return heads for two eyes, each with images of its own that stand in for a slot."""
    cameras = stereo_pair(size)
    return [
        Drawing(head, cameras, np.zeros((2, size, size, 4), np.uint8), np.zeros((2, size, size), np.float32))
        for head in heads
    ]


def bytes_of(drawing: Drawing) -> list[np.ndarray]:
    """Return the memory of its images."""
    return [image.reshape(-1).view(np.uint8) for image in (drawing.colors, drawing.depths)]


def draw_each(render: Callable[..., None], drawings: Sequence[Drawing]) -> None:
    """Draw one head after the other."""
    for one in drawings:
        render(one.gaussians, one.cameras, one.colors, one.depths)


def avatar_of(name: str) -> Gaussians:
    """Return a character's Gaussians as it looks ahead in the studio's light."""
    avatar = load_avatar(name)
    center, _ = avatar.bounding_sphere
    eye = np.array([0, 0, 0.8], np.float32)  # with the head in the middle of the world, as the pair of views has it
    pose, place = FlamePose.neutral(), np.eye(4, dtype=np.float32)
    place[:3, 3] = -center
    return avatar.follow(avatar.head(pose), pose, studio_light(), eye, place)


def psnr_db(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the peak signal to noise ratio of images in bytes."""
    error = np.mean((found.astype(np.float64) - expected) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)
