"""The renderer for CUDA: gsplat's kernels, read back into the caller's images.

The package gsplat is imported only when a `GsplatRenderer` is made; everything around its one function is plain torch
and runs on a CPU too, with another function in its place.
"""

from __future__ import annotations

import contextlib
import importlib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Shaped, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.extras import install_command
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images
from rsatalker.renderers.gsplat_frames import to_frames
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.gsplat_upload import FILLING, GaussiansUpload
from rsatalker.renderers.gsplat_views import DrawViews, GsplatViews, HeadTensors
from rsatalker.renderers.oversampling import draw_oversampled
from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.renderer import Drawing

LOWEST_PRIORITY = 0  # of CUDA's streams; higher ones are negative

BatchedRasterization = Callable[..., tuple[Tensor, Tensor, dict[str, Any]]]
_Loaded = TypeVar("_Loaded")


class GsplatRenderer:
    """Draws on a CUDA device, on a stream of its own that yields to the engine's; not for several threads at once."""

    name = "gsplat"

    def __init__(
        self, draw_views: DrawViews | None = None, device: str = "cuda", *, reads_in_place: bool = True
    ) -> None:
        """Import gsplat.

        Args:
            draw_views: A function in the place of gsplat's kernels; nothing is imported then.
            device: Torch's name of it.
            reads_in_place: Whether arrays that come again are locked where they lie, so that the device reads them by
                itself; otherwise all are copied first, as those are that come once.

        Raises:
            RendererUnavailable: gsplat cannot run here; the message says what is missing.
        """
        self._draw_views = draw_views or load_views()
        self._device = torch.device(device)
        self._on_cuda = self._device.type == "cuda"
        self._stream = torch.cuda.Stream(self._device, LOWEST_PRIORITY) if self._on_cuda else None
        self._way_home = torch.cuda.Stream(self._device, LOWEST_PRIORITY) if self._on_cuda else None
        self._memory = PageLockedMemory(self._on_cuda)
        self._upload_gaussians = GaussiansUpload(self._device, self._memory, reads_in_place=reads_in_place)

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
        alike: defaultdict[tuple[object, ...], list[Drawing]] = defaultdict(list)
        for drawing in drawings:
            alike[drawing.depths.shape, drawing.gaussians.eps2d].append(drawing)
        for group in alike.values():
            self._draw_alike(group)

    def upload(self, heads: Sequence[Gaussians]) -> None:
        """Bring heads to the device and leave it at that: the part of a frame that the host has most work with."""
        try:
            with _on(self._stream):
                self._upload_gaussians(heads)
        finally:  # see `_draw_alike`
            self._wait()

    def reads_where_they_lie(self, gaussians: Gaussians) -> bool:
        """Return whether the device reads all of their arrays by itself, which begins when they come again."""
        return all(self._memory.holds(getattr(gaussians, name)) for name in FILLING)

    @torch.no_grad()
    def _draw_alike(self, drawings: Sequence[Drawing]) -> None:
        """Draw images of one size, number and softness and bring them to where the callers want them."""
        sent: list[_Sent] = []  # until all is there: what is being copied must not be given to the next view
        try:
            with _on(self._stream):
                heads = self._upload_gaussians([drawing.gaussians for drawing in drawings])
                for view, (images, alphas) in enumerate(self._draw(drawings, heads)):
                    sent += self._send_home(drawings, view, *to_frames(images, alphas))
                are_finite = self._read_back("finite", all_finite(heads))  # launched while the device is drawing
        finally:  # the device reads and writes memory of the caller, which is the caller's again when this returns
            self._wait()
        if not are_finite[0]:
            for drawing in drawings:
                check_gaussians(drawing.gaussians)
        for each in sent:
            if each.staged is not None:
                each.home.copy_(each.staged)

    def _wait(self) -> None:
        for stream in (self._stream, self._way_home):
            if stream is not None:
                stream.synchronize()

    def _draw(
        self, drawings: Sequence[Drawing], heads: HeadTensors
    ) -> Iterator[tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W 1"]]]:
        """Draw all views, one after the other; see `DrawViews`."""
        cameras = [camera for drawing in drawings for camera in drawing.cameras]
        width, height, near = cameras[0].width, cameras[0].height, min(camera.near for camera in cameras)
        views = len(drawings), len(cameras) // len(drawings)
        viewmats = self._upload("viewmats", [camera.camera_from_world for camera in cameras]).unflatten(0, views)
        Ks = self._upload("Ks", [camera.K for camera in cameras]).unflatten(0, views)
        return self._draw_views(heads, viewmats, Ks, width, height, near, drawings[0].gaussians.eps2d)

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
        self, drawings: Sequence[Drawing], view: int, rgba: UInt8[Tensor, "H W 4"], depths: Float[Tensor, "H W"]
    ) -> list[_Sent]:
        """Start to copy a view to its caller, beside what is drawn next.

        Memory that was locked receives its image from the device; the rest has to go through a buffer that is.
        """
        count = len(drawings[0].cameras)
        drawing, eye = drawings[view // count], view % count
        sent: list[_Sent] = []
        if self._stream is not None and self._way_home is not None:
            self._way_home.wait_stream(self._stream)
        with _on(self._way_home):
            for name, target, source in (("rgba", drawing.colors[eye], rgba), ("depths", drawing.depths[eye], depths)):
                home, staged = torch.from_numpy(target), None
                if not self._memory.holds(target):
                    every = (len(drawings) * count, *source.shape)
                    staged = self._memory.buffer(name, every, source.dtype)[view]
                (home if staged is None else staged).copy_(source, non_blocking=True)
                sent.append(_Sent(source, home, staged))
        return sent


@dataclass(frozen=True, slots=True)
class _Sent:
    """An image on its way.

    Attributes:
        source: On the device.
        home: The caller's memory.
        staged: Where it arrives first, if the device cannot write there.
    """

    source: Tensor
    home: Tensor
    staged: Tensor | None


@contextlib.contextmanager
def _on(stream: torch.cuda.Stream | None) -> Generator[None]:
    if stream is None:
        yield
        return
    with torch.cuda.stream(stream):
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
            f"{torch.__version__}: {install_command('rsatalker[cuda]')}, or choose the renderer cpu."
        ) from error


def all_finite(heads: HeadTensors) -> Bool[Tensor, "1"]:
    """Return whether no number is NaN or infinite."""
    fields = (heads.means, heads.covariances, heads.colors, heads.opacities)
    return torch.isfinite(torch.stack([field.sum() for field in fields]).sum())[None]
