import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from rsatalker.training.image_metrics import ImageScores, mean_scores, psnr, scores_of, ssim
from rsatalker.training.ssim_window import SIGMA, convolved, windowed

pytestmark = pytest.mark.unit


def two_images(height=24, width=31):
    generator = torch.Generator().manual_seed(0)
    truth = torch.rand(height, width, 3, generator=generator)
    return truth, (truth + 0.1 * torch.randn(height, width, 3, generator=generator)).clamp(0, 1)


def ssim_by_the_paper(image, truth):
    offsets = np.arange(11) - 5
    weights = np.exp(-(offsets**2) / (2 * SIGMA**2))
    weights /= weights.sum()

    def mean(values):
        smooth = correlate1d(correlate1d(values, weights, axis=0), weights, axis=1)
        return smooth[5:-5, 5:-5]

    x, y = image.double().numpy(), truth.double().numpy()
    mean_x, mean_y = mean(x), mean(y)
    variance_x, variance_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    top = (2 * mean_x * mean_y + 1e-4) * (2 * covariance + 9e-4)
    return (top / ((mean_x**2 + mean_y**2 + 1e-4) * (variance_x + variance_y + 9e-4))).mean()


def test_ssim_is_that_of_the_paper():
    truth, image = two_images()
    assert float(ssim(image, truth)) == pytest.approx(ssim_by_the_paper(image, truth), abs=1e-5)


def test_ssim_of_equal_images_is_one():
    truth, _ = two_images()
    assert float(ssim(truth, truth)) == pytest.approx(1, abs=1e-5)


def test_compiled_window_is_the_convolution_both_ways():
    images = torch.rand(4, 20, 17, generator=torch.Generator().manual_seed(1)).requires_grad_()
    gradients = torch.rand(4, 10, 7, generator=torch.Generator().manual_seed(2))
    (compiled,) = torch.autograd.grad(windowed(images), images, gradients)
    (plain,) = torch.autograd.grad(convolved(images), images, gradients)
    torch.testing.assert_close(windowed(images), convolved(images), atol=1e-6, rtol=0)
    torch.testing.assert_close(compiled, plain, atol=1e-6, rtol=0)


def test_psnr_of_a_known_error():
    truth = torch.full((8, 8, 3), 0.5)
    assert float(psnr(truth + 0.1, truth)) == pytest.approx(20, abs=1e-4)
    assert float(psnr(truth, truth)) == pytest.approx(100)


def test_scores_of_the_head_leave_the_background_out():
    truth, image = two_images()
    head = torch.zeros(24, 31, dtype=torch.bool)
    head[5:15, 5:15] = True
    wrong_outside = torch.where(head[..., None], truth, image)
    scores = scores_of(wrong_outside, truth, head)
    assert scores.psnr_head == pytest.approx(100)
    assert scores.psnr < 35
    assert scores_of(image, truth).psnr_head == scores_of(image, truth).psnr


def test_mean_scores_average_each_score():
    mean = mean_scores([ImageScores(20, 0.5, 0.1, 18), ImageScores(30, 0.7, 0.3, 20)])
    assert (mean.psnr, mean.psnr_head) == (25, 19)
    assert (mean.ssim, mean.l1) == (pytest.approx(0.6), pytest.approx(0.2))
