import numpy as np
import pytest

from rsatalker.avatars.shading import F, display

pytestmark = pytest.mark.unit


def test_display_is_the_filmic_curve_with_the_srgb_exponent_within_an_eighth_of_a_byte():
    x = np.linspace(0, 1, 200) ** 2 * 16
    filmic = x * (2.51 * x + 0.18) / (x * (2.20 * x + 0.66) + 0.16)
    shown = np.array([display(F(radiance)) for radiance in x])
    np.testing.assert_allclose(shown, np.minimum(1, filmic) ** (1 / 2.2), atol=0.125 / 255)


def test_display_stays_in_range_when_light_is_extreme():
    assert display(F(-1)) == 0
    assert 0.995 <= display(F(1e6)) <= 1
