"""Which renderers this machine can use, and the one that fits best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.renderer import Renderer

RendererName = Literal["auto", "cpu", "gsplat", "reference"]
ResolvedName = Literal["cpu", "gsplat", "reference"]


@dataclass(frozen=True, slots=True)
class RendererReport:
    """What one renderer can do here.

    Attributes:
        name: Which one.
        usable: Whether `choose_renderer` gives it.
        reason: Why, in a few words.
        advice: What to do to use it, or when it is the right one.
    """

    name: ResolvedName
    usable: bool
    reason: str
    advice: str


def choose_renderer(name: RendererName = "auto", threads: int | None = None) -> Renderer:
    """Return a renderer; `auto` is gsplat where it can run and its kernels build, else cpu.

    Args:
        name: Which one.
        threads: Bound for the cpu renderer; None takes the machine's, within reason.

    Raises:
        RendererUnavailable: The renderer asked for cannot run here, or there is none of that name.
    """
    # Each is imported only when chosen: the cpu renderer works without torch, the others without Numba.
    if name not in get_args(RendererName):
        raise RendererUnavailable(f"there is no renderer {name!r}; choose auto, cpu, gsplat or reference.")
    if name == "auto" and _gsplat_report().usable:
        from rsatalker.renderers.auto import AutoRenderer

        return AutoRenderer(threads)
    if name in ("auto", "cpu"):
        from rsatalker.renderers.cpu import CpuRenderer

        return CpuRenderer(threads)
    if name == "gsplat":
        from rsatalker.renderers.gsplat import GsplatRenderer

        return GsplatRenderer()
    from rsatalker.renderers.reference import ReferenceRenderer

    return ReferenceRenderer()


def resolved(name: RendererName) -> ResolvedName:
    """Return the renderer that a name stands for on this machine; `auto` may build gsplat's kernels to know.

    Raises:
        RendererUnavailable: The renderer asked for cannot run here, or there is none of that name.
    """
    renderer = choose_renderer(name, threads=1)
    if name == "auto" and renderer.name == "gsplat":
        renderer.warm_up()
    return cast("ResolvedName", renderer.name)


def explain_choice() -> str:
    """Return which renderer `auto` gives here and why, in one line."""
    report = _gsplat_report()
    return f"gsplat: {report.reason}" if report.usable else f"cpu, not gsplat: {report.reason}"


def describe_renderers() -> list[RendererReport]:
    """Return what each renderer can do on this machine; touches the GPU only to ask whether it is there."""
    from rsatalker.renderers.worker_threads import usable_threads

    return [
        _gsplat_report(),
        RendererReport(
            "cpu", True, f"Numba, {usable_threads()} threads", "The right one on machines without an NVIDIA card."
        ),
        RendererReport("reference", True, "plain torch, seconds a frame", "For checking the other two."),
    ]


def _gsplat_report() -> RendererReport:
    """Return whether gsplat can run, as far as is known without building its kernels."""
    import torch

    from rsatalker.renderers.failed_build import failed_build
    from rsatalker.renderers.gsplat_needs import find_lack

    lack = find_lack()
    if lack is not None:
        return RendererReport("gsplat", False, lack.reason, lack.advice)
    failure = failed_build()
    if failure is not None:
        return RendererReport("gsplat", False, failure, "`rsatalker warm-up` tries to build the kernels again.")
    advice = "Its kernels compile at first use, which takes minutes: run `rsatalker warm-up` once."
    return RendererReport("gsplat", True, f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}", advice)
