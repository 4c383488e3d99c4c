import io

import numpy as np
import pytest
from PIL import Image

from sidecar.watching.pictures import PictureFormat, picture_of, size_within

pytestmark = pytest.mark.unit


def frame(layers: int, height: int, width: int) -> np.ndarray:
    """Each layer red on the left half, and as opaque as its number says."""
    colors = np.zeros((layers, height, width, 4), np.uint8)
    colors[:, :, : width // 2, 0] = 200
    colors[..., 3] = (np.arange(layers) * 100 + 100)[:, None, None]
    return colors


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_layers_lie_side_by_side():
    picture = picture_of(frame(2, 32, 64), PictureFormat(alpha="png"))
    assert (picture.width, picture.height) == (64, 32)
    color, alpha = opened(picture.color), opened(picture.alpha)
    assert color.shape == (32, 128, 3)
    np.testing.assert_allclose(color[16, [8, 56, 72, 120], 0], [200, 0, 200, 0], atol=8)
    np.testing.assert_array_equal(alpha[:, :64], 100)
    np.testing.assert_array_equal(alpha[:, 64:], 200)


def test_alpha_comes_as_asked():
    assert picture_of(frame(1, 16, 16), PictureFormat(alpha="none")).alpha == b""
    assert opened(picture_of(frame(1, 16, 16), PictureFormat()).alpha).shape == (16, 16)


def test_quality_costs_bytes():
    noise = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 4), np.uint8)
    sizes = [len(picture_of(noise, PictureFormat(quality=quality)).color) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("size", "longest", "scaled"),
    [((64, 32), None, (64, 32)), ((64, 32), 100, (64, 32)), ((64, 32), 16, (16, 8)), ((4096, 16), 16, (16, 1))],
)
def test_size_keeps_its_shape(size: tuple[int, int], longest: int | None, scaled: tuple[int, int]):
    assert size_within(*size, longest) == scaled


def test_scaled_colour_stays_premultiplied():
    """Colour at an edge of alpha is scaled as it is: divided by alpha, it would shine."""
    colors = np.zeros((1, 32, 32, 4), np.uint8)
    colors[:, :, :17] = (100, 100, 100, 128)
    picture = picture_of(colors, PictureFormat(quality=95, max_size_px=16, alpha="png"))
    assert opened(picture.color)[8, :, 0].max() <= 108
