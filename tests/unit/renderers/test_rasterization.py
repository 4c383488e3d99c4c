import math
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers.rasterization import Rasterization, choose_rasterization

pytestmark = pytest.mark.unit

NAMES = ("cpu", "reference")


@pytest.fixture(params=NAMES)
def rasterize(request: pytest.FixtureRequest) -> Rasterization:
    return choose_rasterization(request.param, threads=2)


def facing(cameras: int = 1, size: int = 21) -> dict[str, Any]:
    """Return the camera arguments of views along +z from the origin, each a little farther right."""
    K = torch.tensor([[100.0, 0, size / 2], [0, 100, size / 2], [0, 0, 1]])
    viewmats = torch.eye(4).repeat(cameras, 1, 1)
    viewmats[:, 0, 3] = -0.1 * torch.arange(cameras)
    return {"viewmats": viewmats, "Ks": K.expand(cameras, 3, 3), "width": size, "height": size}


def two_gaussians() -> dict[str, torch.Tensor]:
    """Return a red one before a blue one."""
    return {
        "means": torch.tensor([[0.0, 0, 3], [0, 0, 2]]),
        "quats": torch.tensor([[1.0, 0, 0, 0], [1, 0, 0, 0]]),
        "scales": torch.full((2, 3), 0.1),
        "opacities": torch.tensor([0.9, 0.6]),
        "colors": torch.tensor([[0.0, 0, 1], [1, 0, 0]]),
    }


def test_rasterization_puts_backgrounds_behind_what_is_drawn(rasterize: Rasterization):
    backgrounds = torch.tensor([[0.0, 1, 0], [0.5, 0.5, 0.5]])
    images, alphas, _ = rasterize(**two_gaussians(), **facing(cameras=2), backgrounds=backgrounds)
    assert images[0, 10, 10].tolist() == pytest.approx([0.6, 1 - 0.96, 0.36], abs=1e-5)
    assert alphas[0, 10, 10, 0].item() == pytest.approx(0.96, abs=1e-5)
    black, _, _ = rasterize(**two_gaussians(), **facing(cameras=2))
    torch.testing.assert_close(images[1], black[1] + 0.5 * (1 - alphas[1]))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("RGB", [0.6, 0, 0.36]),
        ("D", [0.6 * 2 + 0.36 * 3]),
        ("ED", [(0.6 * 2 + 0.36 * 3) / 0.96]),
        ("RGB+D", [0.6, 0, 0.36, 0.6 * 2 + 0.36 * 3]),
        ("RGB+ED", [0.6, 0, 0.36, (0.6 * 2 + 0.36 * 3) / 0.96]),
    ],
)
def test_rasterization_has_the_channels_of_its_mode(rasterize: Rasterization, mode: Any, expected: list[float]):
    images, _, _ = rasterize(**two_gaussians(), **facing(), render_mode=mode)
    assert images[0, 10, 10].tolist() == pytest.approx(expected, abs=1e-5)


def test_rasterization_leaves_out_what_is_beyond_the_far_plane(rasterize: Rasterization):
    images, _, info = rasterize(**two_gaussians(), **facing(), far_plane=2.5)
    assert images[0, 10, 10].tolist() == pytest.approx([0.6, 0, 0], abs=1e-5)
    assert (info["radii"][0] > 0).all(-1).tolist() == [False, True]


def test_rasterization_colors_by_direction_with_spherical_harmonics(rasterize: Rasterization):
    coefficients = torch.zeros(2, 4, 3)
    coefficients[1, 2] = torch.tensor([0.5, -0.5, 0])  # the harmonic that grows along +z, where the Gaussians are
    gaussians = two_gaussians() | {"colors": coefficients}
    image = rasterize(**gaussians, **facing(), sh_degree=1)[0][0, 10, 10]
    slope = 0.5 * math.sqrt(3 / (4 * math.pi))
    behind = 0.36 * 0.5
    assert image.tolist() == pytest.approx(
        [0.6 * (0.5 + slope) + behind, 0.6 * (0.5 - slope) + behind, 0.6 * 0.5 + behind], abs=1e-5
    )


def test_rasterization_tells_where_gaussians_land(rasterize: Rasterization):
    _, _, info = rasterize(**two_gaussians(), **facing(cameras=2))
    np.testing.assert_allclose(info["means2d"][1, :, 0], [10.5 - 100 * 0.1 / 3, 10.5 - 100 * 0.1 / 2], rtol=1e-5)
    assert info["radii"].shape == (2, 2, 2)
    assert info["radii"].dtype is torch.int32
    assert info["depths"].tolist() == [[3, 2], [3, 2]]


def test_rasterization_gives_centres_whose_gradient_can_be_kept(rasterize: Rasterization):
    gaussians = two_gaussians()
    gaussians["means"].requires_grad_()
    images, _, info = rasterize(**gaussians, **facing(cameras=2))
    info["means2d"].retain_grad()
    images[:, :, 12:].sum().backward()
    assert info["means2d"].grad.shape == (2, 2, 2)
    assert (info["means2d"].grad[0, :, 0] > 0).all()  # to the right, into the part that is summed


def test_choose_rasterization_refuses_a_name_it_does_not_know():
    with pytest.raises(RendererUnavailable, match="no renderer 'vulkan'"):
        choose_rasterization("vulkan")  # type: ignore[arg-type]


def test_choose_rasterization_gives_gsplats_unpacked_where_it_can_run(monkeypatch: pytest.MonkeyPatch):
    def of_package(**arguments: Any) -> dict[str, Any]:
        return arguments

    def stream(device: torch.device, priority: int) -> None:
        assert (device.type, priority) == ("cuda", 0)

    for module in ("gsplat_needs", "gsplat"):
        monkeypatch.setattr(f"rsatalker.renderers.{module}.find_lack", lambda: None)
    monkeypatch.setattr(torch.cuda, "Stream", stream)
    monkeypatch.setitem(sys.modules, "gsplat", SimpleNamespace(rasterization=of_package))
    rasterize: Any = choose_rasterization("gsplat")
    assert rasterize(width=3) == {"packed": False, "width": 3}
