import math

import pytest
import torch

from rsatalker.renderers.spherical_harmonics import basis, coefficients_of_degree, colors_seen_from

pytestmark = pytest.mark.unit


def directions_of_a_sphere(count: int = 20_000) -> torch.Tensor:
    """Return unit vectors that cover the sphere evenly (a Fibonacci spiral)."""
    k = torch.arange(count, dtype=torch.float64) + 0.5
    z, angle = 1 - 2 * k / count, math.pi * (1 + math.sqrt(5)) * k
    radius = (1 - z * z).sqrt()
    return torch.stack([radius * angle.cos(), radius * angle.sin(), z], -1)


def test_basis_is_orthonormal_on_the_sphere():
    values = basis(directions_of_a_sphere(), degree=3)
    products = 4 * math.pi * values.T @ values / len(values)
    torch.testing.assert_close(products, torch.eye(16, dtype=torch.float64), atol=1e-4, rtol=0)


def test_basis_has_the_signs_of_gaussian_splatting():
    towards_x, towards_y, towards_z = basis(torch.eye(3, dtype=torch.float64), degree=1)[:, 1:]
    assert towards_x.tolist() == pytest.approx([0, 0, -0.4886025], abs=1e-6)
    assert towards_y.tolist() == pytest.approx([-0.4886025, 0, 0], abs=1e-6)
    assert towards_z.tolist() == pytest.approx([0, 0.4886025, 0], abs=1e-6)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_basis_of_a_degree_begins_that_of_the_next(degree: int):
    directions = directions_of_a_sphere(10)
    torch.testing.assert_close(basis(directions, degree), basis(directions, 3)[:, : coefficients_of_degree(degree)])


def test_colors_are_half_grey_without_coefficients_and_never_negative():
    means = torch.tensor([[0.0, 0, 1], [0, 1, 0]])
    coefficients = torch.zeros(2, 4, 3)
    coefficients[1, 0] = -9
    colors = colors_seen_from(torch.zeros(3), means, coefficients, degree=1)
    assert colors.tolist() == [[0.5] * 3, [0.0] * 3]


def test_colors_refuse_a_degree_for_which_coefficients_are_missing():
    with pytest.raises(ValueError, match="sh_degree 2 needs 9 coefficients a channel; colors has 4"):
        colors_seen_from(torch.zeros(3), torch.ones(2, 3), torch.zeros(2, 4, 3), degree=2)


@pytest.mark.parametrize("degree", [-1, 4])
def test_basis_refuses_a_degree_it_does_not_know(degree: int):
    with pytest.raises(ValueError, match=f"sh_degree is {degree}"):
        basis(torch.ones(1, 3), degree)
