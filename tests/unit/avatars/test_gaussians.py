from dataclasses import replace

import numpy as np
import pytest

from rsatalker.avatars.gaussians import FITTED_EPS2D, PIXEL_EPS2D, Gaussians

pytestmark = pytest.mark.unit


def three(eps2d: float) -> Gaussians:
    arrays = (np.ones(shape, np.float32) for shape in [(3, 3), (3, 6), (3,), (3, 3)])
    return Gaussians(*arrays, antialiased=np.ones(3, np.uint8), eps2d=eps2d)


@pytest.mark.parametrize("order", [1, -1])
def test_joined_heads_are_as_soft_as_the_softest(order: int):
    heads = [three(FITTED_EPS2D), three(PIXEL_EPS2D)][::order]
    assert Gaussians.joined(heads).eps2d == FITTED_EPS2D


def test_joining_again_fills_the_same_memory_with_what_is_joined_now():
    sharp, soft = three(PIXEL_EPS2D), three(FITTED_EPS2D)
    first = Gaussians.joined([sharp, sharp])
    again = Gaussians.joined([replace(soft, means=2 * soft.means), sharp], first)
    assert again.means is first.means
    assert again.means[:3].min() == 2
    assert again.eps2d == FITTED_EPS2D
