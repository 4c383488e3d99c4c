"""One signature for every way to draw Gaussians into tensors, in gsplat's terms; what fitting is written against.

The live path does not go through here: `Renderer.render` writes bytes straight into the caller's memory.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.renderers.choose import RendererName, resolved

RenderMode = Literal["RGB", "D", "ED", "RGB+D", "RGB+ED"]
RasterizeMode = Literal["classic", "antialiased"]


class Rasterization(Protocol):
    """Draws Gaussians as `gsplat.rasterization` 1.5 does, differentiable in all that is a tensor but the cameras."""

    def __call__(
        self,
        means: Float[Tensor, "N 3"],
        quats: Float[Tensor, "N 4"] | None,
        scales: Float[Tensor, "N 3"] | None,
        opacities: Float[Tensor, " N"],
        colors: Float[Tensor, "N D"] | Float[Tensor, "N K 3"],
        viewmats: Float[Tensor, "C 4 4"],
        Ks: Float[Tensor, "C 3 3"],
        width: int,
        height: int,
        *,
        near_plane: float = 0.01,
        far_plane: float = 1e10,
        eps2d: float = 0.3,
        sh_degree: int | None = None,
        backgrounds: Float[Tensor, "C D"] | None = None,
        render_mode: RenderMode = "RGB",
        rasterize_mode: RasterizeMode = "classic",
        covars: Float[Tensor, "N 3 3"] | None = None,
    ) -> tuple[Float[Tensor, "C H W X"], Float[Tensor, "C H W 1"], dict[str, Any]]:
        """Draw what each camera sees.

        Args:
            means: World space, metres.
            quats: wxyz, of any length; not used with `covars`.
            scales: Standard deviations, metres; not used with `covars`.
            opacities: In [0, 1].
            colors: Any number of features; with `sh_degree` the coefficients of K spherical harmonics a channel.
            viewmats: camera_from_world, OpenCV axes.
            Ks: Intrinsics, pixels.
            width: Pixels.
            height: Pixels.
            near_plane: Nearest depth that is drawn, metres.
            far_plane: Farthest, metres.
            eps2d: Added to the diagonal of projected covariances, pixels squared.
            sh_degree: How many of the harmonics' degrees are used, 0 to 3; None if `colors` are colours.
            backgrounds: What is seen where nothing covers it, one row a camera; None for black.
            render_mode: Which channels the first result has; D is sum(w z), ED is sum(w z) / sum(w).
            rasterize_mode: Whether opacities are multiplied by the antialiased weight.
            covars: World space, square metres; instead of `quats` and `scales`.

        Returns:
            Images, premultiplied if there is no background; alphas; and a dict with `means2d` (C, N, 2), pixels, a part
            of the graph, whose gradient can be kept with `retain_grad()`; `radii` (C, N, 2), pixels, 0 where a Gaussian
            is not seen; `depths` (C, N), metres.
        """
        ...


def choose_rasterization(name: RendererName = "auto", threads: int | None = None) -> Rasterization:
    """Return how Gaussians are drawn into tensors; `auto` is gsplat where it can run, else cpu.

    gsplat takes tensors on the CUDA device, cpu takes float32 on the CPU, reference takes what torch can compute with.

    Args:
        name: Which one.
        threads: Bound for cpu; None takes the machine's, within reason.

    Raises:
        RendererUnavailable: The one asked for cannot run here, or there is none of that name.
    """
    name = resolved(name)
    if name == "gsplat":
        from rsatalker.renderers.gsplat import load_rasterization

        return partial(load_rasterization(), packed=False)  # packed results have no row for each Gaussian
    if name == "cpu":
        from rsatalker.renderers.cpu_rasterization import CpuRasterization

        return CpuRasterization(threads)
    from rsatalker.renderers.reference import rasterization

    return rasterization


def output_channels(
    sums: Float[Tensor, "C H W D"],
    alphas: Float[Tensor, "C H W"],
    render_mode: RenderMode,
    backgrounds: Float[Tensor, "C B"] | None = None,
) -> Float[Tensor, "C H W X"]:
    """Return the channels that a render mode asks for, from the sums of colours and, except for RGB, last of depth."""
    colors, depths = (sums, sums[..., :0]) if render_mode == "RGB" else (sums[..., :-1], sums[..., -1:])
    if backgrounds is not None:
        colors = colors + (1 - alphas[..., None]) * backgrounds[:, None, None]
    if render_mode == "RGB":
        return colors
    if render_mode.endswith("ED"):
        depths = depths / alphas[..., None].clamp(min=1e-10)
    return torch.cat([colors, depths], -1) if render_mode.startswith("RGB") else depths
