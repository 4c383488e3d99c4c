"""World to image in plain torch, differentiable: where each Gaussian lands and how large it is there.

Sources: Zwicker et al., EWA volume splatting (VIS 2001); Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023), section 4
and appendix A; Yu et al., Mip-Splatting (CVPR 2024), equation 9 for the antialiased weight; constants as documented by
gsplat 1.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

LEAST_ALPHA = 1 / 255  # a weaker contribution is skipped
LEAST_SHARPNESS = 1e-20  # of det / det with eps2d: the root's slope at 0 would be infinite
EXTENT = 3.33  # standard deviations; beyond them even an opaque Gaussian is below 1 / 255
VIEW_SLACK = 0.3  # part of the half view by which the slope of the linearisation may leave the image


@dataclass(frozen=True, slots=True)
class Projection:
    """Gaussians as each camera sees them.

    Attributes:
        means2d: Centres in the image, pixels.
        depths: Along the camera's z, metres.
        conics: Inverse covariances in the image: xx, xy, yy.
        compensations: sqrt(det / det with eps2d), the antialiased weight, in [0, 1].
        radii: Half sizes of the box that holds EXTENT standard deviations, pixels.
        seen: Between the near and the far plane and of some size.
    """

    means2d: Float[Tensor, "C N 2"]
    depths: Float[Tensor, "C N"]
    conics: Float[Tensor, "C N 3"]
    compensations: Float[Tensor, "C N"]
    radii: Float[Tensor, "C N 2"]
    seen: Bool[Tensor, "C N"]


def covariances_from_quats(
    quats: Float[Tensor, "*batch 4"], scales: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch 3 3"]:
    """Return R S S R^T for wxyz quaternions of any length and standard deviations along the axes."""
    w, x, y, z = torch.nn.functional.normalize(quats, dim=-1).unbind(-1)
    rotation = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    a, b, c = (scales * scales).unbind(-1)
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    # Not matrix products: torch multiplies many small matrices many times slower than it multiplies numbers.
    xx, xy, xz, yy, yz, zz = (
        rotation[i][0] * rotation[j][0] * a + rotation[i][1] * rotation[j][1] * b + rotation[i][2] * rotation[j][2] * c
        for i, j in pairs
    )
    return torch.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], -1).unflatten(-1, (3, 3))


def project(
    means: Float[Tensor, "N 3"],
    covars: Float[Tensor, "N 3 3"],
    viewmats: Float[Tensor, "C 4 4"],
    Ks: Float[Tensor, "C 3 3"],
    width: int,
    height: int,
    near_plane: float,
    far_plane: float,
    eps2d: float,
) -> Projection:
    """Return where each Gaussian lands in each image and how large it is there."""
    rotations = viewmats[:, :3, :3]
    x, y, depths = (means @ rotations.mT + viewmats[:, None, :3, 3]).unbind(-1)  # (C, N) each
    seen = (depths >= near_plane) & (depths <= far_plane)
    z = torch.where(seen, depths, 1)  # keeps the gradient of what is not seen finite
    fx, fy, cx, cy = (Ks[:, row, column, None] for row, column in ((0, 0), (1, 1), (0, 2), (1, 2)))
    slope_x, slope_y = x / z, y / z
    means2d = torch.stack([fx * slope_x + cx, fy * slope_y + cy], -1)

    slack_x, slack_y = VIEW_SLACK * width / (2 * fx), VIEW_SLACK * height / (2 * fy)
    slope_x = slope_x.clamp(-cx / fx - slack_x, (width - cx) / fx + slack_x)
    slope_y = slope_y.clamp(-cy / fy - slack_y, (height - cy) / fy + slack_y)
    cov = covars.flatten(-2).unbind(-1)  # (N,) each, row by row
    r = rotations.flatten(-2)[..., None].unbind(1)  # (C, 1) each, row by row
    across = [fx / z * (r[i] - slope_x * r[6 + i]) for i in range(3)]  # (C, N) each: d(u) / d(world)
    along = [fy / z * (r[3 + i] - slope_y * r[6 + i]) for i in range(3)]
    spread = [cov[3 * i] * across[0] + cov[3 * i + 1] * across[1] + cov[3 * i + 2] * across[2] for i in range(3)]
    xx = across[0] * spread[0] + across[1] * spread[1] + across[2] * spread[2]
    xy = along[0] * spread[0] + along[1] * spread[1] + along[2] * spread[2]
    spread = [cov[3 * i] * along[0] + cov[3 * i + 1] * along[1] + cov[3 * i + 2] * along[2] for i in range(3)]
    yy = along[0] * spread[0] + along[1] * spread[1] + along[2] * spread[2]
    sharp_determinants = xx * yy - xy * xy
    xx, yy = xx + eps2d, yy + eps2d
    determinants = xx * yy - xy * xy
    seen = seen & (determinants > 0)
    determinants = torch.where(seen, determinants, 1)
    return Projection(
        means2d,
        depths,
        torch.stack([yy, -xy, xx], -1) / determinants[..., None],
        (sharp_determinants / determinants).clamp(min=LEAST_SHARPNESS).sqrt(),
        (EXTENT * torch.stack([xx, yy], -1).clamp(min=0).sqrt()).ceil(),
        seen,
    )


def camera_positions(viewmats: Float[Tensor, "C 4 4"]) -> Float[Tensor, "C 3"]:
    """Return the centres of projection in world space."""
    return -(viewmats[:, :3, :3].mT @ viewmats[:, :3, 3:])[..., 0]
