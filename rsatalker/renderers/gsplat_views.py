"""Views of several heads in one go: gsplat's kernels, one call each, between tensors on the device.

`gsplat.rasterization` knows the antialiased weight for all Gaussians or for none, and takes one opacity for all views;
hair needs the weight, skin must not have it, and it differs from eye to eye. So its steps are taken one by one here:
project, find the tiles that each Gaussian touches, blend.
"""

from __future__ import annotations

import importlib
import math
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
    ) -> tuple[Float[Tensor, "H C height width 4"], Float[Tensor, "H C height width 1"]]:
        """Return premultiplied colours with the depth summed by weight behind them, and alphas.

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
    ) -> tuple[Float[Tensor, "H C height width 4"], Float[Tensor, "H C height width 1"]]:
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
        tiles = math.ceil(height / TILE_SIZE), math.ceil(width / TILE_SIZE)
        _, touched, gaussians = self._gsplat.isect_tiles(means2d, radii, depths, TILE_SIZE, tiles[1], tiles[0])
        offsets = self._gsplat.isect_offset_encode(touched, math.prod(views), tiles[1], tiles[0])
        return self._gsplat.rasterize_to_pixels(
            means2d, conics, colors, opacities, width, height, TILE_SIZE, offsets.view(*views, *tiles), gaussians
        )
