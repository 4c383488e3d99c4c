"""The renderer for CUDA: gsplat's kernels, read back into the caller's images.

The package gsplat is imported only when a `GsplatRenderer` is made; everything around its one function is plain torch
and runs on a CPU too, with another function in its place.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Shaped, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.gsplat_views import DrawViews, GsplatViews, HeadTensors
from rsatalker.renderers.oversampling import draw_oversampled
from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.renderer import Drawing

EPS2D = 0.3  # pixels squared, gsplat's default; named here because the antialiased weight must use the same
FIELDS = ("means", "covariances", "colors", "opacities", "antialiased")  # of Gaussians, in the order that they travel
FILLING = {"covariances": torch.tensor([1e-8, 0, 0, 1e-8, 0, 1e-8])}  # can be inverted; everything else is 0: not seen
LOWEST_PRIORITY = 0  # of CUDA's streams; higher ones are negative

BatchedRasterization = Callable[..., tuple[Tensor, Tensor, dict[str, Any]]]
_Loaded = TypeVar("_Loaded")


class GsplatRenderer:
    """Draws on a CUDA device, on a stream of its own that yields to the engine's; not for several threads at once."""

    name = "gsplat"

    def __init__(self, draw_views: DrawViews | None = None, device: str = "cuda") -> None:
        """Import gsplat, unless a function in the place of its kernels is given.

        Raises:
            RendererUnavailable: gsplat cannot run here; the message says what is missing.
        """
        self._draw_views = draw_views or load_views()
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
        for shape in sorted({drawing.depths.shape for drawing in drawings}):
            self._draw_alike([drawing for drawing in drawings if drawing.depths.shape == shape])

    @torch.no_grad()
    def _draw_alike(self, drawings: Sequence[Drawing]) -> None:
        """Draw images of one size and number and bring them to where the callers want them."""
        with self._on_stream():
            heads = self._upload_gaussians([drawing.gaussians for drawing in drawings])
            rgba, depths = self._draw(drawings, heads)
            are_finite = self._read_back("finite", all_finite(heads))  # launched while the device is drawing
            staged = self._send_home(drawings, rgba, depths)
        if self._stream is not None:
            self._stream.synchronize()
        if not are_finite[0]:
            for drawing in drawings:
                check_gaussians(drawing.gaussians)
        for target, source in staged:
            target.copy_(source)

    def _draw(
        self, drawings: Sequence[Drawing], heads: HeadTensors
    ) -> tuple[UInt8[Tensor, "heads C H W 4"], Float[Tensor, "heads C H W"]]:
        """Draw all views in one go."""
        cameras = [camera for drawing in drawings for camera in drawing.cameras]
        width, height, near = cameras[0].width, cameras[0].height, min(camera.near for camera in cameras)
        views = len(drawings), len(cameras) // len(drawings)
        viewmats = self._upload("viewmats", [camera.camera_from_world for camera in cameras]).unflatten(0, views)
        Ks = self._upload("Ks", [camera.K for camera in cameras]).unflatten(0, views)
        images, alphas = self._draw_views(heads, viewmats, Ks, width, height, near, EPS2D)
        rgba = torch.empty((*alphas.shape[:-1], 4), dtype=torch.uint8, device=self._device)
        rgba[..., :3] = images[..., :3].mul(255).add_(0.5).clamp_(max=255)  # which drops the fraction
        rgba[..., 3:] = alphas.mul(255).add_(0.5)
        # As on the cpu: no depth where alpha rounds to no byte, so that the edges of both are the same.
        depths = torch.where(rgba[..., 3:] > 0, images[..., 3:] / alphas, 0)
        return rgba, depths[..., 0]

    def _upload_gaussians(self, heads: Sequence[Gaussians]) -> HeadTensors:
        """Return all heads on the device; shorter heads are filled up with Gaussians that are not seen."""
        count = max(len(head) for head in heads)
        fields: dict[str, Tensor] = {}
        for name in FIELDS:
            sources = [torch.from_numpy(getattr(head, name)) for head in heads]
            host = self._memory.buffer(name, (len(heads), count, *sources[0].shape[1:]), sources[0].dtype)
            for row, source in zip(host, sources, strict=True):
                row[: len(source)].copy_(source)
                row[len(source) :] = FILLING.get(name, 0)
            fields[name] = host.to(self._device, non_blocking=True)  # while the next field is being packed
        return HeadTensors(**fields)

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
        self, drawings: Sequence[Drawing], rgba: UInt8[Tensor, "heads C H W 4"], depths: Float[Tensor, "heads C H W"]
    ) -> list[tuple[Tensor, Tensor]]:
        """Start to copy images to the callers; return targets and sources of what is left to copy after that.

        Memory that was locked receives its image from the device; the rest has to go through a buffer that is.
        """
        staged: list[tuple[Tensor, Tensor]] = []
        for index, drawing in enumerate(drawings):
            for name, target, source in (("rgba", drawing.colors, rgba), ("depths", drawing.depths, depths)):
                home = torch.from_numpy(target)
                if not self._memory.holds(target):
                    buffer = self._memory.buffer(name, tuple(source.shape), source.dtype)[index]
                    staged.append((home, buffer))
                    home = buffer
                home.copy_(source[index], non_blocking=True)
        return staged

    @contextlib.contextmanager
    def _on_stream(self) -> Generator[None]:
        if self._stream is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            yield


def load_views() -> DrawViews:
    """Return what draws with gsplat's kernels.

    Raises:
        RendererUnavailable: It cannot run here; the message says what is missing.
    """
    return _imported(GsplatViews)


def load_rasterization() -> BatchedRasterization:
    """Return `gsplat.rasterization`, which fitting draws with.

    Raises:
        RendererUnavailable: It cannot run here; the message says what is missing.
    """
    return _imported(lambda: importlib.import_module("gsplat").rasterization)


def _imported(load: Callable[[], _Loaded]) -> _Loaded:
    """Return what needs gsplat, or say what keeps gsplat from running.

    Raises:
        RendererUnavailable: It cannot run here.
    """
    lack = find_lack()  # asked first: without CUDA gsplat imports, and fails only when it draws
    if lack is not None:
        raise RendererUnavailable(f"the renderer gsplat cannot run: {lack.reason}. {lack.advice}")
    try:
        return load()
    except (ImportError, OSError) as error:
        raise RendererUnavailable(
            f"the renderer gsplat cannot be imported ({error}). Install the version that fits torch "
            f"{torch.__version__}: pip install rsatalker[cuda], or choose the renderer cpu."
        ) from error


def all_finite(heads: HeadTensors) -> Bool[Tensor, "1"]:
    """Return whether no number is NaN or infinite."""
    fields = (heads.means, heads.covariances, heads.colors, heads.opacities)
    return torch.isfinite(torch.stack([field.sum() for field in fields]).sum())[None]
