"""What fitting an avatar minimises.

Source: Qian et al., GaussianAvatars (CVPR 2024), section 3.3 and equation 4.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from rsatalker.training.avatar_model import Drawing, SplatModel
from rsatalker.training.image_metrics import ssim

L1_WEIGHT, SSIM_WEIGHT = 0.8, 0.2
PLACE_WEIGHT, SIZE_WEIGHT = 1e-2, 1.0
FREE_SIZE = 0.6  # standard deviation in units of the triangle's scale that costs nothing
COVER_WEIGHT = 0.1  # of what the mask says; theirs has no such term, ours keeps the silhouette of small images whole


def fitting_loss(
    model: SplatModel,
    drawing: Drawing,
    truth: Float[Tensor, "H W 3"],
    mask: Float[Tensor, "H W"] | None,
) -> dict[str, Tensor]:
    """Return the parts of the loss, weighted; their sum is minimised."""
    parts = {
        "l1": L1_WEIGHT * (drawing.image - truth).abs().mean(),
        "ssim": SSIM_WEIGHT * (1 - ssim(drawing.image, truth)),
    }
    seen = drawing.seen
    if bool(seen.any()):
        reach = model.reach[seen]
        away = torch.relu(model.centers[seen].norm(dim=1) / reach - 1)
        large = torch.relu(torch.exp(model.log_scales[seen]) / reach[:, None] - FREE_SIZE)
        parts |= {"place": PLACE_WEIGHT * away.mean(), "size": SIZE_WEIGHT * large.mean()}
    if mask is not None:
        parts["cover"] = COVER_WEIGHT * (drawing.alpha - mask).abs().mean()
    return parts
