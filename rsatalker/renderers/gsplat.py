"""The renderer for CUDA: gsplat's kernels, read back into the caller's images.

The package gsplat is imported only when a `GsplatRenderer` is made; everything around its one function is plain torch
and runs on a CPU too, with another function in its place.
"""

from __future__ import annotations

import contextlib
import importlib
import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
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
from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.projection import project
from rsatalker.renderers.renderer import Drawing

EPS2D = 0.3  # pixels squared, gsplat's default; named here because the antialiased weight must use the same
FIELD_FLOATS = (3, 6, 3, 1, 1)  # of one Gaussian as it travels: centre, covariance, colour, opacity, antialiased
GAUSSIAN_FLOATS = sum(FIELD_FLOATS)
FILLING = (0, np.array([1e-8, 0, 0, 1e-8, 0, 1e-8], np.float32), 0, 0, 0)  # unseen; a covariance that can be inverted
LOWEST_PRIORITY = 0  # of CUDA's streams; higher ones are negative

BatchedRasterization = Callable[..., tuple[Tensor, Tensor, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Kernels:
    """What is used of gsplat.

    Attributes:
        rasterization: `gsplat.rasterization`, with a leading batch dimension.
        projection: `gsplat.fully_fused_projection`, of which only the antialiased weights are taken; None: ours.
    """

    rasterization: BatchedRasterization
    projection: Callable[..., tuple[Tensor, ...]] | None = None

    def compensations(
        self,
        means: Float[Tensor, "V N 3"],
        covariances: Float[Tensor, "V N 6"],
        viewmats: Float[Tensor, "V 1 4 4"],
        Ks: Float[Tensor, "V 1 3 3"],
        width: int,
        height: int,
        near: float,
    ) -> Float[Tensor, "V N"]:
        """Return sqrt(det / (det + eps)) of every Gaussian in every view, the antialiased weight."""
        if self.projection is None:
            sizes = (width, height, near, math.inf, EPS2D)
            matrices = covariance_matrices(covariances)
            views = [project(*view, *sizes) for view in zip(means, matrices, viewmats, Ks, strict=True)]
            return torch.cat([view.compensations for view in views])
        return self.projection(
            means, covariances, None, None, viewmats, Ks, width, height, EPS2D, near, calc_compensations=True
        )[4][:, 0]


class GsplatRenderer:
    """Draws on a CUDA device, on a stream of its own that yields to the engine's; not for several threads at once."""

    name = "gsplat"

    def __init__(self, kernels: Kernels | None = None, device: str = "cuda") -> None:
        """Import gsplat, unless functions in its place are given.

        Raises:
            RendererUnavailable: gsplat cannot run here; the message says what is missing.
        """
        self._kernels = kernels or load_kernels()
        self._device = torch.device(device)
        self._on_cuda = self._device.type == "cuda"
        self._stream = torch.cuda.Stream(self._device, LOWEST_PRIORITY) if self._on_cuda else None
        self._memory = PageLockedMemory(self._on_cuda)

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Let the device write frames straight into this memory; see `Renderer.lock_pages`."""
        return self._memory.adopt(memory)

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

        Raises:
            ValueError: See `Renderer.render`; a Gaussian that is not finite is found while the device draws.
        """
        for drawing in drawings:
            check_images(drawing.cameras, drawing.colors, drawing.depths)
            if not len(drawing.gaussians):  # gsplat's kernels are not launched on nothing
                drawing.colors[...] = 0
                drawing.depths[...] = 0
        drawings = [drawing for drawing in drawings if len(drawing.gaussians)]
        for size in sorted({drawing.depths.shape[1:] for drawing in drawings}):
            self._draw_alike([drawing for drawing in drawings if drawing.depths.shape[1:] == size])

    @torch.no_grad()
    def _draw_alike(self, drawings: Sequence[Drawing]) -> None:
        """Draw images of one size and bring them to where the callers want them."""
        with self._on_stream():
            heads = self._upload_gaussians([drawing.gaussians for drawing in drawings])
            are_finite = self._read_back("finite", torch.isfinite(heads).all()[None])
            rgba, depths = self._draw(drawings, heads)
            staged = self._send_home(drawings, rgba, depths)
        if self._stream is not None:
            self._stream.synchronize()
        if not are_finite[0]:
            for drawing in drawings:
                check_gaussians(drawing.gaussians)
        for target, source in staged:
            target.copy_(source)

    def _draw(
        self, drawings: Sequence[Drawing], heads: Float[Tensor, "heads 14 N"]
    ) -> tuple[UInt8[Tensor, "V H W 4"], Float[Tensor, "V H W"]]:
        """Draw all views in one call, each as a batch of its own, since opacities differ from view to view."""
        cameras = [camera for drawing in drawings for camera in drawing.cameras]
        width, height, near = cameras[0].width, cameras[0].height, min(camera.near for camera in cameras)
        viewmats = self._upload("viewmats", [camera.camera_from_world for camera in cameras])[:, None]
        Ks = self._upload("Ks", [camera.K for camera in cameras])[:, None]
        head_of_view = [head for head, drawing in enumerate(drawings) for _ in drawing.cameras]
        batch = heads[head_of_view].flatten(1)  # (V, 14 N), one field after the other
        count = batch.shape[1] // GAUSSIAN_FLOATS
        sizes = [size * count for size in FIELD_FLOATS]
        means, covariances, colors, opacities, antialiased = batch.split(sizes, 1)
        means, covariances = means.unflatten(1, (count, 3)), covariances.unflatten(1, (count, 6))
        # gsplat knows this weight for all Gaussians or for none; hair needs it and skin must not have it.
        weights = self._kernels.compensations(means, covariances, viewmats, Ks, width, height, near)
        images, alphas, _ = self._kernels.rasterization(
            means=means,
            quats=None,
            scales=None,
            opacities=torch.where(antialiased > 0, opacities * weights, opacities),
            colors=colors.unflatten(1, (count, 3)),
            viewmats=viewmats,
            Ks=Ks,
            width=width,
            height=height,
            near_plane=near,
            eps2d=EPS2D,
            packed=False,
            render_mode="RGB+ED",
            covars=covariance_matrices(covariances),
        )
        images, alphas = images[:, 0], alphas[:, 0]
        rgba = torch.cat([images[..., :3], alphas], -1).clamp_(0, 1).mul_(255).add_(0.5).to(torch.uint8)
        # As on the cpu: no depth where alpha rounds to no byte, so that the edges of both are the same.
        return rgba, torch.where(rgba[..., 3] > 0, images[..., 3], 0)

    def _upload_gaussians(self, heads: Sequence[Gaussians]) -> Float[Tensor, "heads 14 N"]:
        """Return all heads on the device, one field after the other; shorter heads are filled up with nothing seen."""
        count = max(len(head) for head in heads)
        host = self._memory.buffer("gaussians", (len(heads), GAUSSIAN_FLOATS, count), torch.float32)
        device = torch.empty_like(host, device=self._device)
        for index, (row, head) in enumerate(zip(host.numpy(), heads, strict=True)):
            first = 0
            for size, field, filling in zip(FIELD_FLOATS, fields_of(head), FILLING, strict=True):
                block = row[first : first + size].reshape(count, size)
                block[: len(head)] = field.reshape(len(head), size)
                block[len(head) :] = filling
                first += size
            device[index].copy_(host[index], non_blocking=True)  # while the next head is being packed
        return device

    def _upload(self, name: str, matrices: Sequence[Float32[np.ndarray, "R C"]]) -> Float[Tensor, "V R C"]:
        host = self._memory.buffer(name, (len(matrices), *matrices[0].shape), torch.float32)
        np.stack(matrices, out=host.numpy())
        return host.to(self._device, non_blocking=True)

    def _read_back(self, name: str, source: Tensor) -> Shaped[np.ndarray, "..."]:
        """Start a copy into memory of ours; it is there when the stream is done."""
        host = self._memory.buffer(name, tuple(source.shape), source.dtype)
        host.copy_(source, non_blocking=True)
        return host.numpy()

    def _send_home(
        self, drawings: Sequence[Drawing], rgba: UInt8[Tensor, "V H W 4"], depths: Float[Tensor, "V H W"]
    ) -> list[tuple[Tensor, Tensor]]:
        """Start to copy images to the callers; return targets and sources of what is left to copy after that.

        Memory that was locked receives its image from the device; the rest has to go through a buffer that is.
        """
        staged: list[tuple[Tensor, Tensor]] = []
        first = 0
        for drawing in drawings:
            views = slice(first, first + len(drawing.cameras))
            first = views.stop
            for name, target, source in (("rgba", drawing.colors, rgba), ("depths", drawing.depths, depths)):
                home = torch.from_numpy(target)
                if not self._memory.holds(target):
                    buffer = self._memory.buffer(name, tuple(source.shape), source.dtype)[views]
                    staged.append((home, buffer))
                    home = buffer
                home.copy_(source[views], non_blocking=True)
        return staged

    @contextlib.contextmanager
    def _on_stream(self) -> Generator[None]:
        if self._stream is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            yield


def fields_of(gaussians: Gaussians) -> tuple[Shaped[np.ndarray, "N ..."], ...]:
    """Return what travels to the device, in the order of `FIELD_FLOATS`."""
    return (gaussians.means, gaussians.covariances, gaussians.colors, gaussians.opacities, gaussians.antialiased)


def load_kernels() -> Kernels:
    """Return gsplat's functions.

    Raises:
        RendererUnavailable: It cannot run here; the message says what is missing.
    """
    lack = find_lack()  # asked first: without CUDA gsplat imports, and fails only when it draws
    if lack is not None:
        raise RendererUnavailable(f"the renderer gsplat cannot run: {lack.reason}. {lack.advice}")
    try:
        package = importlib.import_module("gsplat")  # the package, not this module of the same name
        return Kernels(package.rasterization, getattr(package, "fully_fused_projection", None))
    except (ImportError, OSError) as error:
        raise RendererUnavailable(
            f"the renderer gsplat cannot be imported ({error}). Install the version that fits torch "
            f"{torch.__version__}: pip install rsatalker[cuda], or choose the renderer cpu."
        ) from error


def covariance_matrices(covariances: Float[Tensor, "*batch 6"]) -> Float[Tensor, "*batch 3 3"]:
    """Return full matrices from upper triangles xx, xy, xz, yy, yz, zz."""
    return covariances[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]].unflatten(-1, (3, 3))
