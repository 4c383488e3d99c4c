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
    """Gaussians as one camera sees them.

    Attributes:
        means2d: Centres in the image, pixels.
        depths: Along the camera's z, metres.
        conics: Inverse covariances in the image: xx, xy, yy.
        compensations: sqrt(det / det with eps2d), the antialiased weight, in [0, 1].
        radii: Half sizes of the box that holds EXTENT standard deviations, pixels.
        seen: Between the near and the far plane and of some size.
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
    far_plane: float,
    eps2d: float,
) -> Projection:
    """Return where each Gaussian lands in the image and how large it is there."""
    rotation, translation = viewmat[:3, :3], viewmat[:3, 3]
    x, y, depths = (means @ rotation.T + translation).unbind(-1)
    seen = (depths >= near_plane) & (depths <= far_plane)
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
        (sharp_determinants / determinants).clamp(min=LEAST_SHARPNESS).sqrt(),
        (EXTENT * torch.stack([xx, yy], -1).clamp(min=0).sqrt()).ceil(),
        seen,
    )


def camera_positions(viewmats: Float[Tensor, "C 4 4"]) -> Float[Tensor, "C 3"]:
    """Return the centres of projection in world space."""
    return -(viewmats[:, :3, :3].mT @ viewmats[:, :3, 3:])[..., 0]
