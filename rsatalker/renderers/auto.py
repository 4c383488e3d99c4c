"""What `auto` gives where gsplat should run: gsplat, or cpu as soon as gsplat's kernels turn out not to build."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.failed_build import note_failed_build
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.renderer import Renderer

log = logging.getLogger(__name__)


class AutoRenderer:
    """Draws with gsplat once that has drawn one Gaussian, else with the cpu renderer; says the change once."""

    def __init__(self, threads: int | None = None) -> None:
        """Import gsplat; its kernels are built by `warm_up`, or by the first frame.

        Args:
            threads: Bound for the cpu renderer.
        """
        self._threads = threads
        self._is_proven = False
        self._renderer: Renderer
        try:
            self._renderer = GsplatRenderer()
        except RendererUnavailable as error:
            self._renderer = self._cpu_instead(error)

    @property
    def name(self) -> str:
        """`gsplat`, or `cpu` after it could not be imported or its kernels not be built."""
        return self._renderer.name

    def warm_up(self) -> None:
        """Build gsplat's kernels, which takes minutes on a fresh machine; warm up the cpu renderer if that fails."""
        try:
            self._renderer.warm_up()
        except RendererUnavailable as error:
            self._renderer = self._cpu_instead(error)
            self._renderer.warm_up()
        self._is_proven = True

    def _cpu_instead(self, error: RendererUnavailable) -> Renderer:
        """Return the cpu renderer; say why, and keep it for the next start and for `rsatalker doctor`."""
        from rsatalker.renderers.cpu import CpuRenderer

        note_failed_build(str(error))
        log.warning("Drawing on the CPU: %s", error)
        return CpuRenderer(self._threads)

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Prepare memory in which images will lie; see `Renderer.lock_pages`."""
        return self._renderer.lock_pages(memory)

    def render(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
    ) -> None:
        """Draw what each camera sees into the caller's images; see `Renderer.render`."""
        if not self._is_proven:
            self.warm_up()
        self._renderer.render(gaussians, cameras, colors, depths)
