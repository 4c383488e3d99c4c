"""The renderer for CUDA: gsplat's kernels, read back into the caller's images.

The package gsplat is imported only when a `GsplatRenderer` is made; everything around its one function is plain torch
and runs on a CPU too, with another function in its place.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images
from rsatalker.renderers.projection import project

EPS2D = 0.3  # pixels squared, gsplat's default; named here because the antialiased weight must use the same

Rasterization = Callable[..., tuple[Tensor, Tensor, dict[str, Any]]]


class GsplatRenderer:
    """Draws on a CUDA device; not for use by several threads at once."""

    name = "gsplat"

    def __init__(self, rasterization: Rasterization | None = None, device: str = "cuda") -> None:
        """Import gsplat, unless a function in its place is given.

        Raises:
            RendererUnavailable: There is no CUDA device, or gsplat cannot be imported.
        """
        self._rasterization = rasterization or load_rasterization()
        self._device = torch.device(device)

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
        except (ImportError, RuntimeError, AttributeError) as error:  # what gsplat lets through when its build fails
            raise RendererUnavailable(
                f"gsplat's CUDA kernels could not be built or run ({error}). Install a CUDA toolkit with nvcc that "
                "fits torch, or choose the renderer cpu."
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
        check_gaussians(gaussians)
        if not len(gaussians):  # gsplat's kernels are not launched on nothing
            colors[...] = 0
            depths[...] = 0
            return
        rgba, depth = self._draw(gaussians, cameras)
        _read_back(rgba, colors)
        _read_back(depth, depths)

    @torch.no_grad()
    def _draw(
        self, gaussians: Gaussians, cameras: Sequence[Camera]
    ) -> tuple[UInt8[Tensor, "C H W 4"], Float[Tensor, "C H W"]]:
        """Draw all cameras in one call, each as a batch of its own, since opacities differ from view to view."""
        views = len(cameras)
        means, opacities, colors = (self._upload(a) for a in (gaussians.means, gaussians.opacities, gaussians.colors))
        covars = covariance_matrices(self._upload(gaussians.covariances))
        viewmats = self._upload(np.stack([camera.camera_from_world for camera in cameras]))
        Ks = self._upload(np.stack([camera.K for camera in cameras]))
        width, height, near = cameras[0].width, cameras[0].height, min(camera.near for camera in cameras)
        # gsplat knows this weight for all Gaussians or for none; hair needs it and skin must not have it.
        weights = project(means, covars, viewmats, Ks, width, height, near, math.inf, EPS2D).compensations  # (C, N)
        weights = torch.where(self._upload(gaussians.antialiased).bool(), weights, 1)
        images, alphas, _ = self._rasterization(
            means=means.expand(views, -1, -1),
            quats=None,
            scales=None,
            opacities=opacities * weights,
            colors=colors.expand(views, -1, -1),
            viewmats=viewmats[:, None],
            Ks=Ks[:, None],
            width=width,
            height=height,
            near_plane=near,
            eps2d=EPS2D,
            packed=False,
            render_mode="RGB+ED",
            covars=covars.expand(views, -1, -1, -1),
        )
        images, alphas = images[:, 0], alphas[:, 0]
        rgba = torch.cat([images[..., :3], alphas], -1).clamp(0, 1).mul(255).add(0.5).to(torch.uint8)
        return rgba, images[..., 3]

    def _upload(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(self._device, non_blocking=True)


def load_rasterization() -> Rasterization:
    """Return `gsplat.rasterization`.

    Raises:
        RendererUnavailable: There is no CUDA device, or gsplat cannot be imported.
    """
    if not torch.cuda.is_available():  # asked first: without CUDA gsplat imports, and fails only when it draws
        raise RendererUnavailable(
            f"the renderer gsplat needs a CUDA device; torch {torch.__version__} finds none. Choose the renderer cpu, "
            "or install a CUDA build of torch and NVIDIA's driver."
        )
    try:
        return importlib.import_module("gsplat").rasterization  # the package, not this module of the same name
    except ImportError as error:
        raise RendererUnavailable(
            f"the renderer gsplat needs the package gsplat ({error}). Install it with: pip install rsatalker[cuda]"
        ) from error


def covariance_matrices(covariances: Float[Tensor, "N 6"]) -> Float[Tensor, "N 3 3"]:
    """Return full matrices from upper triangles xx, xy, xz, yy, yz, zz."""
    return covariances[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)


def _read_back(source: Tensor, target: np.ndarray) -> None:
    """Copy a tensor of any device into the caller's memory."""
    torch.from_numpy(target).copy_(source)
