"""How alike two images are: L1, PSNR and SSIM on [0, 1].

SSIM after Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity (2004), section III.B:
a Gaussian window of 11 x 11 with a standard deviation of 1.5 pixels, over the pixels whose window lies in the image.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from rsatalker.training.ssim_window import windowed

STABILISER_1, STABILISER_2 = 0.01**2, 0.03**2  # for a range of 1
LEAST_ERROR = 1e-10  # of the mean square: equal images have 100 dB, not infinity


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Likeness of images to the truth.

    Attributes:
        psnr: Decibels; the mean over images of each one's.
        ssim: 1 is equal.
        l1: Mean absolute difference.
        psnr_head: PSNR over the pixels of the head alone; that of the whole image where nobody masked it.
    """

    psnr: float
    ssim: float
    l1: float
    psnr_head: float


def scores_of(
    image: Float[Tensor, "H W 3"], truth: Float[Tensor, "H W 3"], head: Bool[Tensor, "H W"] | None = None
) -> ImageScores:
    """Return the scores of one image."""
    with torch.no_grad():
        image = image.clamp(0, 1)
        inside = psnr(image[head], truth[head]) if head is not None and bool(head.any()) else psnr(image, truth)
        return ImageScores(
            float(psnr(image, truth)), float(ssim(image, truth)), float((image - truth).abs().mean()), float(inside)
        )


def mean_scores(scores: list[ImageScores]) -> ImageScores:
    """Return the mean of each score over images."""
    columns = zip(*((s.psnr, s.ssim, s.l1, s.psnr_head) for s in scores), strict=True)
    return ImageScores(*(sum(column) / len(scores) for column in columns))


def psnr(image: Float[Tensor, "*shape"], truth: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Return the peak signal-to-noise ratio for a range of 1, decibels."""
    return -10 * torch.log10((image - truth).square().mean().clamp(min=LEAST_ERROR))


def ssim(image: Float[Tensor, "H W C"], truth: Float[Tensor, "H W C"]) -> Float[Tensor, ""]:
    """Return the structural similarity, differentiable; images are at least 11 pixels wide and high."""
    x, y = image.movedim(-1, 0), truth.movedim(-1, 0)
    mean_x, square_x, product = windowed(torch.cat([x, x * x, x * y])).chunk(3)
    mean_y, square_y = windowed(torch.cat([y, y * y])).chunk(2)
    variance_x, variance_y = square_x - mean_x * mean_x, square_y - mean_y * mean_y
    covariance = product - mean_x * mean_y
    structure = (2 * covariance + STABILISER_2) / (variance_x + variance_y + STABILISER_2)
    brightness = (2 * mean_x * mean_y + STABILISER_1) / (mean_x * mean_x + mean_y * mean_y + STABILISER_1)
    return (structure * brightness).mean()
