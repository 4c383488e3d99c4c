"""The truth that the fast renderers are tested against: Gaussian splatting in plain torch, differentiable, slow.

Sources: Zwicker et al., EWA volume splatting (VIS 2001); Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023), section 4
and appendix A; Yu et al., Mip-Splatting (CVPR 2024), equation 9 for the antialiased weight; constants as documented by
gsplat 1.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int, UInt8
from torch import Tensor

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.checks import check_gaussians, check_images

MOST_ALPHA = 0.999  # nothing is ever quite opaque
LEAST_ALPHA = 1 / 255  # a weaker contribution is skipped
LEAST_TRANSMITTANCE = 1e-4  # a pixel is finished before it would fall to this
EXTENT = 3.33  # standard deviations; beyond them even an opaque Gaussian is below LEAST_ALPHA
VIEW_SLACK = 0.3  # part of the half view by which the slope of the linearisation may leave the image
TILE = 16  # pixels; bounds the memory of one step, changes no result

RenderMode = Literal["RGB", "D", "ED", "RGB+D", "RGB+ED"]


@dataclass(frozen=True, slots=True)
class Projection:
    """Gaussians as one camera sees them.

    Attributes:
        means2d: Centres in the image, pixels.
        depths: Along the camera's z, metres.
        conics: Inverse covariances in the image: xx, xy, yy.
        compensations: sqrt(det / det with eps2d), the antialiased weight, in [0, 1].
        radii: Half sizes of the box that holds EXTENT standard deviations, pixels.
        seen: Not behind the near plane and of some size.
    """

    means2d: Float[Tensor, "N 2"]
    depths: Float[Tensor, " N"]
    conics: Float[Tensor, "N 3"]
    compensations: Float[Tensor, " N"]
    radii: Float[Tensor, "N 2"]
    seen: Bool[Tensor, " N"]


def covariances_from_quats(
    quats: Float[Tensor, "*batch 4"], scales: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch 3 3"]:
    """Return R S S R^T for wxyz quaternions of any length and standard deviations along the axes."""
    w, x, y, z = torch.nn.functional.normalize(quats, dim=-1).unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    rotations = torch.stack([torch.stack(row, -1) for row in rows], -2)
    axes = rotations * scales[..., None, :]
    return axes @ axes.mT


def project(
    means: Float[Tensor, "N 3"],
    covars: Float[Tensor, "N 3 3"],
    viewmat: Float[Tensor, "4 4"],
    K: Float[Tensor, "3 3"],
    width: int,
    height: int,
    near_plane: float,
    eps2d: float,
) -> Projection:
    """Return where each Gaussian lands in the image and how large it is there."""
    rotation, translation = viewmat[:3, :3], viewmat[:3, 3]
    x, y, depths = (means @ rotation.T + translation).unbind(-1)
    seen = depths >= near_plane
    z = torch.where(seen, depths, 1)  # keeps the gradient of what is not seen finite
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    means2d = torch.stack([fx * x / z + cx, fy * y / z + cy], -1)

    slack_x, slack_y = VIEW_SLACK * width / (2 * fx), VIEW_SLACK * height / (2 * fy)
    slope_x = (x / z).clamp(-cx / fx - slack_x, (width - cx) / fx + slack_x)
    slope_y = (y / z).clamp(-cy / fy - slack_y, (height - cy) / fy + slack_y)
    zero = torch.zeros_like(z)
    jacobians = torch.stack(
        [torch.stack([fx / z, zero, -fx * slope_x / z], -1), torch.stack([zero, fy / z, -fy * slope_y / z], -1)], -2
    )
    image_from_world = jacobians @ rotation
    covariances = image_from_world @ covars @ image_from_world.mT
    xx, xy, yy = covariances[:, 0, 0], covariances[:, 0, 1], covariances[:, 1, 1]
    sharp_determinants = xx * yy - xy * xy
    xx, yy = xx + eps2d, yy + eps2d
    determinants = xx * yy - xy * xy
    seen = seen & (determinants > 0)
    determinants = torch.where(seen, determinants, 1)
    return Projection(
        means2d,
        depths,
        torch.stack([yy, -xy, xx], -1) / determinants[:, None],
        (sharp_determinants / determinants).clamp(min=0).sqrt(),
        (EXTENT * torch.stack([xx, yy], -1).clamp(min=0).sqrt()).ceil(),
        seen,
    )


def composite(
    pixels: Float[Tensor, "P 2"],
    projection: Projection,
    opacities: Float[Tensor, " N"],
    features: Float[Tensor, "N D"],
    nearest_first: Int[Tensor, " M"],
) -> tuple[Float[Tensor, "P D"], Float[Tensor, " P"]]:
    """Return the weighted sum of the features and the alpha of every pixel centre."""
    offsets = pixels[:, None] - projection.means2d[nearest_first]  # (P, M, 2)
    dx, dy = offsets.unbind(-1)
    xx, xy, yy = projection.conics[nearest_first].unbind(-1)
    sigmas = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
    alphas = (opacities[nearest_first] * torch.exp(-sigmas)).clamp(max=MOST_ALPHA)  # (P, M)
    alphas = torch.where((alphas >= LEAST_ALPHA) & (sigmas >= 0), alphas, 0)
    after = torch.cumprod(1 - alphas, dim=1)
    before = torch.cat([torch.ones_like(after[:, :1]), after[:, :-1]], 1)
    weights = torch.where(after > LEAST_TRANSMITTANCE, alphas * before, 0)
    return weights @ features[nearest_first], weights.sum(1)


def rasterization(
    means: Float[Tensor, "N 3"],
    quats: Float[Tensor, "N 4"] | None,
    scales: Float[Tensor, "N 3"] | None,
    opacities: Float[Tensor, " N"] | Float[Tensor, "C N"],
    colors: Float[Tensor, "N D"],
    viewmats: Float[Tensor, "C 4 4"],
    Ks: Float[Tensor, "C 3 3"],
    width: int,
    height: int,
    *,
    near_plane: float = 0.01,
    eps2d: float = 0.3,
    render_mode: RenderMode = "RGB",
    rasterize_mode: Literal["classic", "antialiased"] = "classic",
    antialiased: Bool[Tensor, " N"] | None = None,
    covars: Float[Tensor, "N 3 3"] | None = None,
) -> tuple[Float[Tensor, "C H W X"], Float[Tensor, "C H W 1"], dict[str, Any]]:
    """Draw Gaussians as `gsplat.rasterization` does; arguments and results have its names, shapes and meanings.

    Args:
        means: World space, metres.
        quats: wxyz, of any length; not used with `covars`.
        scales: Standard deviations, metres; not used with `covars`.
        opacities: In [0, 1]; one row a camera is allowed too.
        colors: Any number of features.
        viewmats: camera_from_world.
        Ks: Intrinsics, pixels.
        width: Pixels.
        height: Pixels.
        near_plane: Metres.
        eps2d: Added to the diagonal of projected covariances, pixels squared.
        render_mode: Which channels the first result has; D is sum(w z), ED is sum(w z) / sum(w).
        rasterize_mode: Whether opacities are multiplied by the antialiased weight.
        antialiased: The same Gaussian by Gaussian; goes before `rasterize_mode`.
        covars: World space, square metres; instead of `quats` and `scales`.

    Returns:
        Images, alphas, and a dict that is empty.
    """
    if covars is None:
        assert quats is not None
        assert scales is not None
        covars = covariances_from_quats(quats, scales)
    if antialiased is None:
        antialiased = torch.full((len(means),), rasterize_mode == "antialiased", device=means.device)
    images: list[Tensor] = []
    alphas: list[Tensor] = []
    for camera, (viewmat, K) in enumerate(zip(viewmats, Ks, strict=True)):
        projection = project(means, covars, viewmat, K, width, height, near_plane, eps2d)
        weights = torch.where(antialiased, projection.compensations, 1)
        visible_opacities = (opacities if opacities.ndim == 1 else opacities[camera]) * weights
        features = torch.cat([colors, projection.depths[:, None]], 1)
        sums, alpha = _draw_tiles(projection, visible_opacities, features, width, height)
        images.append(_channels(sums, alpha, render_mode))
        alphas.append(alpha[..., None])
    return torch.stack(images), torch.stack(alphas), {}


def _draw_tiles(
    projection: Projection, opacities: Float[Tensor, " N"], features: Float[Tensor, "N D"], width: int, height: int
) -> tuple[Float[Tensor, "H W D"], Float[Tensor, "H W"]]:
    """Composite the image tile by tile, so that a pixel meets only the Gaussians that can reach its tile."""
    order = torch.argsort(projection.depths, stable=True)
    order = order[projection.seen[order] & (opacities[order] >= LEAST_ALPHA)]
    low = projection.means2d[order] - projection.radii[order]
    high = projection.means2d[order] + projection.radii[order]
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
            tile_sums, tile_alpha = composite(pixels, projection, opacities, features, reaching)
            here = slice(top, top + len(rows)), slice(left, left + len(columns))
            sums[here] = tile_sums.reshape(len(rows), len(columns), -1)
            alpha[here] = tile_alpha.reshape(len(rows), len(columns))
    return sums, alpha


def _channels(
    sums: Float[Tensor, "H W D"], alpha: Float[Tensor, "H W"], render_mode: RenderMode
) -> Float[Tensor, "H W X"]:
    """Return the channels that a render mode asks for, from colours and summed depth."""
    colors, depths = sums[..., :-1], sums[..., -1:]
    if render_mode.endswith("ED"):
        depths = depths / alpha[..., None].clamp(min=1e-10)
    if render_mode == "RGB":
        return colors
    return torch.cat([colors, depths], -1) if render_mode.startswith("RGB") else depths


class ReferenceRenderer:
    """Draws with the plain torch renderer: seconds a frame, but every line can be read."""

    name = "reference"

    def warm_up(self) -> None:
        """Do nothing: there is nothing to compile."""

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
        for camera, color, depth in zip(cameras, colors, depths, strict=True):
            image, alpha = draw(gaussians, camera)
            color[...] = (torch.cat([image[..., :3], alpha], -1).clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
            depth[...] = image[..., 3].numpy()


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
        render_mode="RGB+ED",
        antialiased=torch.from_numpy(gaussians.antialiased).bool(),
        covars=covars,
    )
    return images[0], alphas[0]
