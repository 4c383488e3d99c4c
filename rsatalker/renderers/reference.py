"""The truth that the fast renderers are tested against: Gaussian splatting in plain torch, differentiable, slow.

Sources: Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023), section 4 and appendix A; constants as documented by
gsplat 1.5. How Gaussians come into the image is in `projection.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images
from rsatalker.renderers.oversampling import draw_oversampled
from rsatalker.renderers.projection import LEAST_ALPHA, Projection, camera_positions, covariances_from_quats, project
from rsatalker.renderers.rasterization import RasterizeMode, RenderMode, output_channels
from rsatalker.renderers.spherical_harmonics import colors_seen_from

MOST_ALPHA = 0.999  # nothing is ever quite opaque
LEAST_TRANSMITTANCE = 1e-4  # a pixel is finished before it would fall to this
TILE = 16  # pixels; bounds the memory of one step, changes no result


def composite(
    pixels: Float[Tensor, "P 2"],
    means2d: Float[Tensor, "M 2"],
    conics: Float[Tensor, "M 3"],
    opacities: Float[Tensor, " M"],
    features: Float[Tensor, "M D"],
) -> tuple[Float[Tensor, "P D"], Float[Tensor, " P"]]:
    """Return the weighted sum of the features and the alpha of every pixel centre; Gaussians come nearest first."""
    dx, dy = (pixels[:, None] - means2d).unbind(-1)  # (P, M) each
    xx, xy, yy = conics.unbind(-1)
    sigmas = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
    alphas = (opacities * torch.exp(-sigmas)).clamp(max=MOST_ALPHA)  # (P, M)
    alphas = torch.where((alphas >= LEAST_ALPHA) & (sigmas >= 0), alphas, 0)
    after = torch.cumprod(1 - alphas, dim=1)
    before = torch.cat([torch.ones_like(after[:, :1]), after[:, :-1]], 1)
    weights = torch.where(after > LEAST_TRANSMITTANCE, alphas * before, 0)
    return weights @ features, weights.sum(1)


def rasterization(
    means: Float[Tensor, "N 3"],
    quats: Float[Tensor, "N 4"] | None,
    scales: Float[Tensor, "N 3"] | None,
    opacities: Float[Tensor, " N"] | Float[Tensor, "C N"],
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
    antialiased: Bool[Tensor, " N"] | None = None,
) -> tuple[Float[Tensor, "C H W X"], Float[Tensor, "C H W 1"], dict[str, Any]]:
    """Draw Gaussians; see `Rasterization`.

    Two things go beyond it: `opacities` may have one row a camera, and `antialiased` says Gaussian by Gaussian what
    `rasterize_mode` says of all.
    """
    if covars is None:
        assert quats is not None
        assert scales is not None
        covars = covariances_from_quats(quats, scales)
    if antialiased is None:
        antialiased = torch.full((len(means),), rasterize_mode == "antialiased", device=means.device)
    projection = project(means, covars, viewmats, Ks, width, height, near_plane, far_plane, eps2d)
    shown_opacities = opacities * torch.where(antialiased, projection.compensations, 1)
    sums: list[Tensor] = []
    alphas: list[Tensor] = []
    for camera, position in enumerate(camera_positions(viewmats)):
        shown = colors if sh_degree is None else colors_seen_from(position, means, colors, sh_degree)
        features = shown if render_mode == "RGB" else torch.cat([shown, projection.depths[camera, :, None]], 1)
        image, alpha = _draw_tiles(projection, camera, shown_opacities[camera], features, width, height)
        sums.append(image)
        alphas.append(alpha)
    alpha = torch.stack(alphas)
    radii = torch.where(projection.seen[..., None], projection.radii, 0).int()
    info = {"means2d": projection.means2d, "radii": radii, "depths": projection.depths}
    return output_channels(torch.stack(sums), alpha, render_mode, backgrounds), alpha[..., None], info


def _draw_tiles(
    projection: Projection,
    camera: int,
    opacities: Float[Tensor, " N"],
    features: Float[Tensor, "N D"],
    width: int,
    height: int,
) -> tuple[Float[Tensor, "H W D"], Float[Tensor, "H W"]]:
    """Composite the image tile by tile, so that a pixel meets only the Gaussians that can reach its tile."""
    means2d, radii, conics = projection.means2d[camera], projection.radii[camera], projection.conics[camera]
    order = torch.argsort(projection.depths[camera], stable=True)
    order = order[projection.seen[camera, order] & (opacities[order] >= LEAST_ALPHA)]
    low, high = means2d[order] - radii[order], means2d[order] + radii[order]
    sums = features.new_zeros(height, width, features.shape[1])
    alpha = features.new_zeros(height, width)
    for top in range(0, height, TILE):
        in_rows = (high[:, 1] > top) & (low[:, 1] < top + TILE)
        for left in range(0, width, TILE):
            reaching = order[in_rows & (high[:, 0] > left) & (low[:, 0] < left + TILE)]
            if not len(reaching):
                continue
            rows = torch.arange(top, min(top + TILE, height), device=features.device, dtype=features.dtype) + 0.5
            columns = torch.arange(left, min(left + TILE, width), device=features.device, dtype=features.dtype) + 0.5
            y, x = torch.meshgrid(rows, columns, indexing="ij")
            pixels = torch.stack([x, y], -1).reshape(-1, 2)
            tile_sums, tile_alpha = composite(
                pixels, means2d[reaching], conics[reaching], opacities[reaching], features[reaching]
            )
            here = slice(top, top + len(rows)), slice(left, left + len(columns))
            sums[here] = tile_sums.reshape(len(rows), len(columns), -1)
            alpha[here] = tile_alpha.reshape(len(rows), len(columns))
    return sums, alpha


class ReferenceRenderer:
    """Draws with the plain torch renderer: seconds a frame, but every line can be read."""

    name = "reference"

    def warm_up(self) -> None:
        """Do nothing: there is nothing to compile."""

    def lock_pages(self, memory: UInt8[np.ndarray, " B"]) -> Callable[[], None]:
        """Do nothing: images are made where the CPU sees them; see `Renderer.lock_pages`."""
        return lambda: None

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

        def draw_each(cameras: Sequence[Camera], colors: np.ndarray, depths: np.ndarray) -> None:
            for camera, color, depth in zip(cameras, colors, depths, strict=True):
                image, alpha = draw(gaussians, camera)
                color[...] = (torch.cat([image[..., :3], alpha], -1).clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
                depth[...] = image[..., 3].numpy()

        draw_oversampled(draw_each, cameras, colors, depths)


@torch.no_grad()
def draw(
    gaussians: Gaussians, camera: Camera, dtype: torch.dtype = torch.float32
) -> tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W 1"]]:
    """Return colour and expected depth, and alpha, of one camera as floats."""
    xx, xy, xz, yy, yz, zz = torch.from_numpy(gaussians.covariances).to(dtype).unbind(-1)
    covars = torch.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], -1).reshape(-1, 3, 3)
    images, alphas, _ = rasterization(
        torch.from_numpy(gaussians.means).to(dtype),
        None,
        None,
        torch.from_numpy(gaussians.opacities).to(dtype),
        torch.from_numpy(gaussians.colors).to(dtype),
        torch.from_numpy(camera.camera_from_world).to(dtype)[None],
        torch.from_numpy(camera.K).to(dtype)[None],
        camera.width,
        camera.height,
        near_plane=camera.near,
        eps2d=gaussians.eps2d,
        render_mode="RGB+ED",
        antialiased=torch.from_numpy(gaussians.antialiased).bool(),
        covars=covars,
    )
    return images[0], alphas[0]
