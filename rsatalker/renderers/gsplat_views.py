"""Views of several heads in one go: gsplat's kernels between tensors on the device.

`gsplat.rasterization` knows the antialiased weight for all Gaussians or for none, and takes one opacity for all views;
hair needs the weight, skin must not have it, and it differs from eye to eye. So its steps are taken one by one here:
project, find the tiles that each Gaussian touches, blend. Only blending goes view by view, so that one is on its way
home while the next is being drawn.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

TILE_SIZE = 16  # pixels, gsplat's default
FAR_M = 1e10  # gsplat's far plane
LEAST_ALPHA = 1e-10  # divides the depth where nothing is drawn


@dataclass(frozen=True, slots=True)
class HeadTensors:
    """Gaussians of H heads on the device, filled up to the same number.

    Attributes:
        means: Metres.
        covariances: Upper triangle xx, xy, xz, yy, yz, zz, square metres.
        colors: In [0, 1].
        opacities: In [0, 1].
        antialiased: 1 where the opacity takes the antialiased weight.
    """

    means: Float[Tensor, "H N 3"]
    covariances: Float[Tensor, "H N 6"]
    colors: Float[Tensor, "H N 3"]
    opacities: Float[Tensor, "H N"]
    antialiased: UInt8[Tensor, "H N"]


class DrawViews(Protocol):
    """Draws every head for each of its C cameras."""

    def __call__(
        self,
        heads: HeadTensors,
        viewmats: Float[Tensor, "H C 4 4"],
        Ks: Float[Tensor, "H C 3 3"],
        width: int,
        height: int,
        near: float,
        eps2d: float,
    ) -> Iterator[tuple[Float[Tensor, "height width 4"], Float[Tensor, "height width 1"]]]:
        """Yield premultiplied colours with the depth summed by weight behind them, and alphas: each head's views.

        Args:
            heads: World space.
            viewmats: camera_from_world, OpenCV axes.
            Ks: Intrinsics, pixels.
            width: Pixels.
            height: Pixels.
            near: Nearest depth that is drawn, metres.
            eps2d: Added to the diagonal of projected covariances, pixels squared.
        """
        ...


class GsplatViews:
    """The real thing; gsplat compiles its kernels at the first call."""

    def __init__(self) -> None:
        """Import gsplat.

        Raises:
            ImportError: It is not there, or not for this torch.
        """
        self._gsplat: Any = importlib.import_module("gsplat")  # the package, not our module of the same name

    def __call__(
        self,
        heads: HeadTensors,
        viewmats: Float[Tensor, "H C 4 4"],
        Ks: Float[Tensor, "H C 3 3"],
        width: int,
        height: int,
        near: float,
        eps2d: float,
    ) -> Iterator[tuple[Float[Tensor, "height width 4"], Float[Tensor, "height width 1"]]]:
        """Draw every head for each of its cameras; see `DrawViews`."""
        views = viewmats.shape[:2]
        radii, means2d, depths, conics, weights = self._gsplat.fully_fused_projection(
            heads.means, heads.covariances, None, None, viewmats, Ks, width, height,
            eps2d=eps2d, near_plane=near, far_plane=FAR_M, calc_compensations=True, opacities=heads.opacities,
        )  # fmt: skip
        opacities = torch.where(
            heads.antialiased[:, None] > 0, heads.opacities[:, None] * weights, heads.opacities[:, None]
        )
        colors = torch.cat([heads.colors[:, None].expand(*views, -1, 3), depths[..., None]], -1)
        # The kernel ends the last list of a call where all lists end, which is right of the last view only. So there is
        # one more row of tiles, in which no pixel asks for its list.
        rows, columns = math.ceil(height / TILE_SIZE) + 1, math.ceil(width / TILE_SIZE)
        _, touched, gaussians = self._gsplat.isect_tiles(means2d, radii, depths, TILE_SIZE, columns, rows)
        offsets = self._gsplat.isect_offset_encode(touched, math.prod(views), columns, rows)
        for view in range(math.prod(views)):
            images, alphas = self._gsplat.rasterize_to_pixels(
                means2d.view(-1, 2), conics.view(-1, 3), colors.view(-1, 4), opacities.reshape(-1), width, height,
                TILE_SIZE, offsets[view : view + 1], gaussians, packed=True,
            )  # fmt: skip
            yield images[0], alphas[0]
