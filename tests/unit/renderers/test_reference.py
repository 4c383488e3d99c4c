import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rsatalker.renderers.projection import covariances_from_quats
from rsatalker.renderers.reference import ReferenceRenderer, draw, rasterization

pytestmark = pytest.mark.unit


def facing(width: int = 21, focal: float = 100.0) -> dict[str, object]:
    """Return the camera arguments of a view along +z from the origin."""
    K = torch.tensor([[focal, 0, width / 2], [0, focal, width / 2], [0, 0, 1]], dtype=torch.float64)
    return {"viewmats": torch.eye(4, dtype=torch.float64)[None], "Ks": K[None], "width": width, "height": width}


def numbers(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def rows(*values: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def round_covars(count: int, sigma: float) -> torch.Tensor:
    return torch.eye(3, dtype=torch.float64).expand(count, 3, 3) * sigma**2


def test_reference_has_the_closed_form_of_one_gaussian():
    image, alpha, _ = rasterization(
        rows((0, 0, 2)),
        None,
        None,
        numbers(0.8),
        rows((1, 0.5, 0)),
        covars=round_covars(1, 0.04),
        **facing(),
    )
    variance = (0.04 * 100 / 2) ** 2 + 0.3  # pixels squared, with eps2d
    expected = 0.8 * math.exp(-0.5 * (3**2 + 1**2) / variance)  # 3 right of and 1 below the middle
    assert float(alpha[0, 11, 13, 0]) == pytest.approx(expected, rel=1e-9)
    assert image[0, 11, 13].tolist() == pytest.approx([expected, expected / 2, 0], rel=1e-9)


def test_reference_puts_the_nearer_gaussian_over_the_farther():
    means, colors = rows((0, 0, 3), (0, 0, 2)), rows((0, 0, 1), (1, 0, 0))
    opacities = numbers(0.9, 0.6)
    image, alpha, _ = rasterization(
        means, None, None, opacities, colors, covars=round_covars(2, 0.1), render_mode="RGB+ED", **facing()
    )
    red, _, blue, depth = image[0, 10, 10].tolist()
    assert (red, blue) == pytest.approx((0.6, 0.4 * 0.9))
    assert float(alpha[0, 10, 10, 0]) == pytest.approx(0.96)
    assert depth == pytest.approx((0.6 * 2 + 0.36 * 3) / 0.96)


def test_reference_stops_before_a_pixel_falls_to_the_least_transmittance():
    image, alpha, _ = rasterization(
        rows(*[(0, 0, 2 + 0.1 * i) for i in range(4)]),
        None,
        None,
        numbers(0.995, 0.995, 0.995, 0.995),
        torch.eye(4).double(),
        covars=round_covars(4, 0.1),
        **facing(),
    )
    assert image[0, 10, 10].tolist() == pytest.approx([0.995, 0, 0, 0])  # the second would leave 2.5e-5
    assert float(alpha[0, 10, 10, 0]) == pytest.approx(0.995)


def test_reference_weighs_antialiased_gaussians_by_their_true_size():
    arguments = (rows((0, 0, 2)), None, None, numbers(0.8), rows((1, 1, 1)))
    _, alpha, _ = rasterization(*arguments, covars=round_covars(1, 0.002), rasterize_mode="antialiased", **facing())
    variance = (0.002 * 100 / 2) ** 2
    assert float(alpha[0, 10, 10, 0]) == pytest.approx(0.8 * variance / (variance + 0.3), rel=1e-9)


def test_reference_takes_quats_and_scales_as_well_as_covars():
    quats, scales = rows((0.9, 0.1, -0.3, 0.2)), rows((0.05, 0.02, 0.1))
    covars = covariances_from_quats(quats, scales)
    np.testing.assert_allclose(np.linalg.eigvalsh(covars[0]), [0.02**2, 0.05**2, 0.1**2])
    arguments = (numbers(0.8), rows((1, 1, 1)))
    from_quats = rasterization(rows((0, 0, 2)), quats, scales, *arguments, **facing())
    from_covars = rasterization(rows((0, 0, 2)), None, None, *arguments, covars=covars, **facing())
    torch.testing.assert_close(from_quats[0], from_covars[0])


def test_reference_has_the_gradients_of_finite_differences():
    means = rows((0.01, 0.02, 2), (-0.03, 0, 2.2)).requires_grad_()
    quats = rows((1, 0.1, 0.2, 0), (0.5, 0.5, 0.1, 0)).requires_grad_()
    scales = rows((0.03, 0.05, 0.04), (0.06, 0.02, 0.03)).requires_grad_()
    opacities = numbers(0.6, 0.7).requires_grad_()
    colors = rows((1, 0.5, 0), (0, 0.2, 1)).requires_grad_()

    def middle(*parameters: torch.Tensor) -> torch.Tensor:
        image, _, _ = rasterization(*parameters, **facing(width=9), render_mode="RGB+D")
        return image[0, 3:6, 3:6]

    assert torch.autograd.gradcheck(middle, (means, quats, scales, opacities, colors))


def test_reference_renderer_writes_what_it_draws(scene: SimpleNamespace):
    gaussians, camera = scene.head(300, antialiased=0.5), scene.view()
    colors, depths = scene.images()
    ReferenceRenderer().render(gaussians, [camera], colors, depths)
    image, alpha = draw(gaussians, camera, torch.float64)
    assert np.abs(colors[0, ..., 3] / 255 - alpha[..., 0].numpy()).max() < 0.51 / 255
    np.testing.assert_allclose(depths[0], image[..., 3].numpy(), atol=1e-4)


def test_reference_renderer_refuses_nan(scene: SimpleNamespace):
    gaussians = scene.head(10)
    gaussians.colors[4, 1] = np.nan
    with pytest.raises(ValueError, match="Gaussian 4 of 10 has colors"):
        ReferenceRenderer().render(gaussians, [scene.view()], *scene.images())
