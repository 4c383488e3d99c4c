"""Colours that change with the direction from which a Gaussian is seen: real spherical harmonics up to degree 3.

Order and signs are those of Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023), and of gsplat: by degree, within a
degree from -m to m, with the Condon-Shortley sign.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

MOST_DEGREE = 3
HALF_GREY = 0.5  # the colour of a Gaussian whose coefficients are all 0
PI = math.pi

C0 = math.sqrt(1 / (4 * PI))
C1 = math.sqrt(3 / (4 * PI))
C2 = (math.sqrt(15 / (4 * PI)), math.sqrt(5 / (16 * PI)), math.sqrt(15 / (16 * PI)))
C3 = (
    math.sqrt(35 / (32 * PI)),
    math.sqrt(105 / (4 * PI)),
    math.sqrt(21 / (32 * PI)),
    math.sqrt(7 / (16 * PI)),
    math.sqrt(105 / (16 * PI)),
)


def coefficients_of_degree(degree: int) -> int:
    """Return how many coefficients a channel has.

    Raises:
        ValueError: The degree is not 0 to 3.
    """
    if not 0 <= degree <= MOST_DEGREE:
        raise ValueError(f"sh_degree is {degree}; spherical harmonics of degree 0 to {MOST_DEGREE} can be drawn.")
    return (degree + 1) ** 2


def basis(directions: Float[Tensor, "*batch 3"], degree: int) -> Float[Tensor, "*batch K"]:
    """Return the first (degree + 1) ** 2 harmonics in unit directions."""
    coefficients_of_degree(degree)
    x, y, z = directions.unbind(-1)
    values = [torch.full_like(x, C0)]
    if degree >= 1:
        values += [-C1 * y, C1 * z, -C1 * x]
    xx, yy, zz = x * x, y * y, z * z
    if degree >= 2:
        values += [C2[0] * x * y, -C2[0] * y * z, C2[1] * (2 * zz - xx - yy), -C2[0] * x * z, C2[2] * (xx - yy)]
    if degree >= 3:
        values += [
            -C3[0] * y * (3 * xx - yy),
            C3[1] * x * y * z,
            -C3[2] * y * (4 * zz - xx - yy),
            C3[3] * z * (2 * zz - 3 * xx - 3 * yy),
            -C3[2] * x * (4 * zz - xx - yy),
            C3[4] * z * (xx - yy),
            -C3[0] * x * (xx - 3 * yy),
        ]
    return torch.stack(values, -1)


def colors_seen_from(
    position: Float[Tensor, "3"], means: Float[Tensor, "N 3"], coefficients: Float[Tensor, "N K 3"], degree: int
) -> Float[Tensor, "N 3"]:
    """Return the colours of Gaussians as an eye at a place sees them, at least 0.

    Args:
        position: World space, metres.
        means: World space, metres.
        coefficients: At least (degree + 1) ** 2 a channel; those beyond the degree are left out.
        degree: 0 to 3.

    Raises:
        ValueError: The degree is not 0 to 3, or there are too few coefficients.
    """
    count = coefficients_of_degree(degree)
    if coefficients.shape[1] < count:
        raise ValueError(
            f"sh_degree {degree} needs {count} coefficients a channel; colors has {coefficients.shape[1]}. "
            "Lower the degree."
        )
    directions = torch.nn.functional.normalize(means - position, dim=-1)
    colors = (basis(directions, degree)[..., None] * coefficients[:, :count]).sum(1)
    return (colors + HALF_GREY).clamp(min=0)
