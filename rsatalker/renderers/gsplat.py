"""The renderer for CUDA: gsplat's kernels, read back into the caller's images.

The package gsplat is imported only when a `GsplatRenderer` is made; everything around its one function is plain torch
and runs on a CPU too, with another function in its place.
"""

from __future__ import annotations

import contextlib
import importlib
import math
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Shaped, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.oversampling import draw_oversampled
from rsatalker.renderers.projection import project
from rsatalker.renderers.renderer import Drawing

EPS2D = 0.3  # pixels squared, gsplat's default; named here because the antialiased weight must use the same
GAUSSIAN_FLOATS = 14  # of one Gaussian as it travels: centre, covariance, opacity, colour, antialiased
LOWEST_PRIORITY = 0  # of CUDA's streams; higher ones are negative

BatchedRasterization = Callable[..., tuple[Tensor, Tensor, dict[str, Any]]]


class GsplatRenderer:
    """Draws on a CUDA device, on a stream of its own that yields to the engine's; not for several threads at once."""

    name = "gsplat"

    def __init__(self, rasterization: BatchedRasterization | None = None, device: str = "cuda") -> None:
        """Import gsplat, unless a function in its place is given.

        Raises:
            RendererUnavailable: gsplat cannot run here; the message says what is missing.
        """
        self._rasterization = rasterization or load_rasterization()
        self._device = torch.device(device)
        self._on_cuda = self._device.type == "cuda"
        self._stream = torch.cuda.Stream(self._device, LOWEST_PRIORITY) if self._on_cuda else None
        self._host: dict[str, Tensor] = {}

    def warm_up(self) -> None:
        """Draw one Gaussian; on a fresh machine gsplat compiles its kernels now, which takes minutes.

        Raises:
            RendererUnavailable: The kernels cannot be built.
        """
        camera = Camera(np.eye(4, dtype=np.float32), np.diag([16, 16, 1]).astype(np.float32), 16, 16)
        gaussian = Gaussians(
            np.array([[0, 0, 1]], np.float32),
            np.array([[1e-4, 0, 0, 1e-4, 0, 1e-4]], np.float32),
            np.ones(1, np.float32),
            np.ones((1, 3), np.float32),
            np.zeros(1, np.uint8),
        )
        try:
            self.render(gaussian, [camera], np.empty((1, 16, 16, 4), np.uint8), np.empty((1, 16, 16), np.float32))
        except (ImportError, RuntimeError, AttributeError, OSError) as error:  # what gsplat and its build let through
            first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise RendererUnavailable(
                f"gsplat's CUDA kernels could not be built or run ({first_line}). Install the CUDA toolkit "
                f"{torch.version.cuda or 'that fits torch'} with nvcc (on Windows also MSVC's build tools), or choose "
                "the renderer cpu."
            ) from error

    def render(
        self,
        gaussians: Gaussians,
        cameras: Sequence[Camera],
        colors: UInt8[np.ndarray, "C H W 4"],
        depths: Float32[np.ndarray, "C H W"],
    ) -> None:
        """Draw what each camera sees into the caller's images; see `Renderer.render`."""
        check_images(cameras, colors, depths)

        def draw(cameras: Sequence[Camera], colors: np.ndarray, depths: np.ndarray) -> None:
            self.render_many([Drawing(gaussians, cameras, colors, depths)])

        draw_oversampled(draw, cameras, colors, depths)

    def render_many(self, drawings: Sequence[Drawing]) -> None:
        """Draw several heads, each for its own eyes, in one call of the kernels; images may differ in size.

        Oversampling is left out: heads that are worth one call are near.

        What is drawn at one time fills a large GPU better than one head after the other; the frame loop draws head by
        head all the same, since each head's motion is read as late as can be.
        """
        for drawing in drawings:
            check_images(drawing.cameras, drawing.colors, drawing.depths)
            check_gaussians(drawing.gaussians)
            if not len(drawing.gaussians):  # gsplat's kernels are not launched on nothing
                drawing.colors[...] = 0
                drawing.depths[...] = 0
        drawings = [drawing for drawing in drawings if len(drawing.gaussians)]
        for size in sorted({drawing.depths.shape[1:] for drawing in drawings}):
            self._draw_alike([drawing for drawing in drawings if drawing.depths.shape[1:] == size])

    @torch.no_grad()
    def _draw_alike(self, drawings: Sequence[Drawing]) -> None:
        """Draw images of one size and copy them to where the callers want them."""
        with self._on_stream():
            rgba, depths = self._draw(drawings)
            host_rgba, host_depths = self._to_host("rgba", rgba), self._to_host("depths", depths)
        if self._stream is not None:
            self._stream.synchronize()
        first = 0
        for drawing in drawings:
            last = first + len(drawing.cameras)
            drawing.colors[...] = host_rgba[first:last]
            drawing.depths[...] = host_depths[first:last]
            first = last

    def _draw(self, drawings: Sequence[Drawing]) -> tuple[UInt8[Tensor, "V H W 4"], Float[Tensor, "V H W"]]:
        """Draw all views in one call, each as a batch of its own, since opacities differ from view to view."""
        cameras = [camera for drawing in drawings for camera in drawing.cameras]
        width, height, near = cameras[0].width, cameras[0].height, min(camera.near for camera in cameras)
        viewmats = self._upload("viewmats", [camera.camera_from_world for camera in cameras])
        Ks = self._upload("Ks", [camera.K for camera in cameras])
        gaussians = self._upload_gaussians([drawing.gaussians for drawing in drawings])  # (heads, N, 14)
        views: list[Tensor] = []
        weights: list[Tensor] = []
        for head, drawing in zip(gaussians, drawings, strict=True):
            # gsplat knows this weight for all Gaussians or for none; hair needs it and skin must not have it.
            which = slice(len(views), len(views) + len(drawing.cameras))
            covars = covariance_matrices(head[:, 3:9])
            seen = project(head[:, :3], covars, viewmats[which], Ks[which], width, height, near, math.inf, EPS2D)
            weights += torch.where(head[:, 13] > 0, seen.compensations, 1).unbind(0)
            views += [head] * len(drawing.cameras)
        batch = torch.stack(views)
        images, alphas, _ = self._rasterization(
            means=batch[..., :3],
            quats=None,
            scales=None,
            opacities=batch[..., 9] * torch.stack(weights),
            colors=batch[..., 10:13],
            viewmats=viewmats[:, None],
            Ks=Ks[:, None],
            width=width,
            height=height,
            near_plane=near,
            eps2d=EPS2D,
            packed=False,
            render_mode="RGB+ED",
            covars=covariance_matrices(batch[..., 3:9]),
        )
        images, alphas = images[:, 0], alphas[:, 0]
        rgba = torch.cat([images[..., :3], alphas], -1).clamp(0, 1).mul(255).add(0.5).to(torch.uint8)
        # As on the cpu: no depth where alpha rounds to no byte, so that the edges of both are the same.
        return rgba, torch.where(rgba[..., 3] > 0, images[..., 3], 0)

    def _upload_gaussians(self, heads: Sequence[Gaussians]) -> Float[Tensor, "heads N 14"]:
        """Return all heads on the device; the shorter ones are filled up with Gaussians of no opacity."""
        host = self._pinned("gaussians", (len(heads), max(len(head) for head in heads), GAUSSIAN_FLOATS), torch.float32)
        rows = host.numpy()
        for row, head in zip(rows, heads, strict=True):
            used = row[: len(head)]
            used[:, :3], used[:, 3:9], used[:, 9] = head.means, head.covariances, head.opacities
            used[:, 10:13], used[:, 13] = head.colors, head.antialiased
            row[len(head) :] = 0
            row[len(head) :, [3, 6, 8]] = 1e-8  # a covariance that can be inverted
        return host.to(self._device, non_blocking=True)

    def _upload(self, name: str, matrices: Sequence[Float32[np.ndarray, "R C"]]) -> Float[Tensor, "V R C"]:
        host = self._pinned(name, (len(matrices), *matrices[0].shape), torch.float32)
        np.stack(matrices, out=host.numpy())
        return host.to(self._device, non_blocking=True)

    def _to_host(self, name: str, source: Tensor) -> Shaped[np.ndarray, "..."]:
        """Start a copy into pinned memory; it is there when the stream is done."""
        host = self._pinned(name, tuple(source.shape), source.dtype)
        host.copy_(source, non_blocking=True)
        return host.numpy()

    def _pinned(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Return memory of that name that the device reads and writes without the CPU; kept from frame to frame."""
        count = math.prod(shape)
        kept = self._host.get(name)
        if kept is None or kept.numel() < count:
            kept = self._host[name] = torch.empty(count, dtype=dtype, pin_memory=self._on_cuda)
        return kept[:count].view(shape)

    @contextlib.contextmanager
    def _on_stream(self) -> Generator[None]:
        if self._stream is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            yield


def load_rasterization() -> BatchedRasterization:
    """Return `gsplat.rasterization`.

    Raises:
        RendererUnavailable: It cannot run here; the message says what is missing.
    """
    lack = find_lack()  # asked first: without CUDA gsplat imports, and fails only when it draws
    if lack is not None:
        raise RendererUnavailable(f"the renderer gsplat cannot run: {lack.reason}. {lack.advice}")
    try:
        return importlib.import_module("gsplat").rasterization  # the package, not this module of the same name
    except (ImportError, OSError) as error:
        raise RendererUnavailable(
            f"the renderer gsplat cannot be imported ({error}). Install the version that fits torch "
            f"{torch.__version__}: pip install rsatalker[cuda], or choose the renderer cpu."
        ) from error


def covariance_matrices(covariances: Float[Tensor, "*batch 6"]) -> Float[Tensor, "*batch 3 3"]:
    """Return full matrices from upper triangles xx, xy, xz, yy, yz, zz."""
    return covariances[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]].unflatten(-1, (3, 3))
