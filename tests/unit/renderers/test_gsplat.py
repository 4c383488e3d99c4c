import math
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rsatalker.errors import RendererUnavailable
from rsatalker.renderers import gsplat, reference
from rsatalker.renderers.camera import look_at
from rsatalker.renderers.gsplat import GsplatRenderer, Kernels
from rsatalker.renderers.gsplat_needs import Lack
from rsatalker.renderers.projection import project
from rsatalker.renderers.renderer import Drawing

pytestmark = pytest.mark.unit


calls: list[int] = []  # views drawn by each call of the function below


def rasterization_of_batches(
    means: torch.Tensor, opacities: torch.Tensor, colors: torch.Tensor, covars: torch.Tensor, **rest: Any
) -> tuple[torch.Tensor, torch.Tensor, dict[str, Any]]:
    """Stand in for gsplat.rasterization with a leading batch dimension, drawing with the reference."""
    assert rest.pop("packed") is False
    calls.append(len(means))
    viewmats, Ks = rest.pop("viewmats"), rest.pop("Ks")
    pictures = [
        reference.rasterization(
            means=means[b],
            opacities=opacities[b],
            colors=colors[b],
            covars=covars[b],
            viewmats=viewmats[b],
            Ks=Ks[b],
            **rest,
        )
        for b in range(len(means))
    ]
    return torch.stack([p[0] for p in pictures]), torch.stack([p[1] for p in pictures]), {}


def weights_by_gsplat(
    means: torch.Tensor,
    covars: torch.Tensor,
    quats: None,
    scales: None,
    viewmats: torch.Tensor,
    Ks: torch.Tensor,
    width: int,
    height: int,
    eps2d: float,
    near_plane: float,
    calc_compensations: bool,
) -> tuple[torch.Tensor | None, ...]:
    """Stand in for gsplat.fully_fused_projection: the weights and nothing else."""
    assert calc_compensations
    assert covars.shape == (*means.shape[:2], 6)
    sizes = (width, height, near_plane, math.inf, eps2d)
    matrices = gsplat.covariance_matrices(covars)
    views = [project(*view, *sizes) for view in zip(means, matrices, viewmats, Ks, strict=True)]
    return None, None, None, None, torch.stack([view.compensations for view in views])


@pytest.fixture
def renderer() -> GsplatRenderer:
    return GsplatRenderer(Kernels(rasterization_of_batches), device="cpu")


def test_gsplat_renderer_draws_two_eyes_like_the_reference(renderer: GsplatRenderer, scene: SimpleNamespace):
    gaussians, eyes = scene.head(500, antialiased=0.5), [scene.view(0.03), scene.view(-0.03)]
    expected, found = scene.images(cameras=2), scene.images(cameras=2)
    reference.ReferenceRenderer().render(gaussians, eyes, *expected)
    renderer.render(gaussians, eyes, *found)
    assert scene.psnr_db(found[0], expected[0], peak=255) >= 60
    np.testing.assert_allclose(found[1], expected[1], atol=1e-3)


def test_gsplat_renderer_takes_the_antialiased_weight_from_gsplat_where_it_can(
    renderer: GsplatRenderer, scene: SimpleNamespace
):
    gaussians, eyes = scene.head(500, antialiased=0.5), [scene.view(0.03), scene.view(-0.03)]
    expected, found = scene.images(cameras=2), scene.images(cameras=2)
    renderer.render(gaussians, eyes, *expected)
    GsplatRenderer(Kernels(rasterization_of_batches, weights_by_gsplat), device="cpu").render(gaussians, eyes, *found)
    np.testing.assert_array_equal(found[0], expected[0])


def test_gsplat_renderer_draws_nothing_when_there_is_no_gaussian(renderer: GsplatRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    renderer.render(scene.head(0), [scene.view()], colors, depths)
    assert not colors.any()
    assert not depths.any()


def test_gsplat_renderer_draws_nothing_when_all_is_behind(renderer: GsplatRenderer, scene: SimpleNamespace):
    away = look_at(np.array([0, 0, 1], np.float32), np.array([0, 0, 2], np.float32), width=90, height=70)
    colors, depths = scene.images()
    renderer.render(scene.head(200, antialiased=1.0), [away], colors, depths)
    assert not colors.any()


def test_gsplat_renderer_refuses_nan(renderer: GsplatRenderer, scene: SimpleNamespace):
    gaussians = scene.head(10)
    gaussians.means[3] = np.nan
    with pytest.raises(ValueError, match="Gaussian 3 of 10 has means"):
        renderer.render(gaussians, [scene.view()], *scene.images())


def test_gsplat_renderer_warms_up_by_drawing(renderer: GsplatRenderer):
    renderer.warm_up()


def test_gsplat_renderer_draws_two_heads_in_one_call_as_it_draws_each(renderer: GsplatRenderer, scene: SimpleNamespace):
    heads = [scene.head(300, seed=1, antialiased=0.5), scene.head(170, seed=2)]
    eyes = [[scene.view(0.03), scene.view(-0.03)], [scene.view(0.1)]]
    found = [scene.images(cameras=len(views)) for views in eyes]
    calls.clear()
    renderer.render_many([Drawing(*drawing) for drawing in zip(heads, eyes, *zip(*found, strict=True), strict=True)])
    assert calls == [3]
    for head, views, (colors, depths) in zip(heads, eyes, found, strict=True):
        expected = scene.images(cameras=len(views))
        renderer.render(head, views, *expected)
        np.testing.assert_array_equal(colors, expected[0])
        np.testing.assert_array_equal(depths, expected[1])


def test_gsplat_renderer_draws_heads_of_different_sizes(renderer: GsplatRenderer, scene: SimpleNamespace):
    small, large = scene.images(width=40, height=30), scene.images()
    views = [scene.view(width=40, height=30)], [scene.view()]
    drawings = [Drawing(scene.head(200), view, *out) for view, out in zip(views, (small, large), strict=True)]
    renderer.render_many([*drawings, Drawing(scene.head(0), views[1], *(empty := scene.images()))])
    for drawing in drawings:
        expected = np.empty_like(drawing.colors), np.empty_like(drawing.depths)
        reference.ReferenceRenderer().render(drawing.gaussians, drawing.cameras, *expected)
        assert scene.psnr_db(drawing.colors, expected[0], peak=255) >= 60
    assert not empty[0].any()
    assert not empty[1].any()


def test_gsplat_renderer_has_depth_exactly_where_it_has_alpha(renderer: GsplatRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    renderer.render(scene.head(200), [scene.view()], colors, depths)
    np.testing.assert_array_equal(depths > 0, colors[..., 3] > 0)


@pytest.mark.parametrize("error", [ImportError, RuntimeError, OSError, AttributeError])
def test_gsplat_renderer_says_so_when_its_kernels_cannot_be_built(error: type[Exception]):
    def broken(**_: Any) -> tuple[torch.Tensor, torch.Tensor, dict[str, Any]]:
        raise error("CUDA 11.8 mismatches 12.8\nand a page of compiler output")

    with pytest.raises(
        RendererUnavailable, match=r"not be built or run \(CUDA 11.8 mismatches 12.8\)\. Install the CUDA"
    ):
        GsplatRenderer(Kernels(broken), device="cpu").warm_up()


def test_gsplat_renderer_says_so_when_there_is_no_cuda(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rsatalker.renderers.gsplat.find_lack", lambda: Lack("there is no card", "Buy one."))
    with pytest.raises(RendererUnavailable, match=r"gsplat cannot run: there is no card\. Buy one\."):
        GsplatRenderer()


def test_gsplat_renderer_says_so_when_the_package_cannot_be_imported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rsatalker.renderers.gsplat.find_lack", lambda: None)
    monkeypatch.setitem(sys.modules, "gsplat", None)
    with pytest.raises(RendererUnavailable, match="gsplat cannot be imported"):
        GsplatRenderer()


def test_gsplat_renderer_takes_the_package_and_not_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rsatalker.renderers.gsplat.find_lack", lambda: None)
    package = SimpleNamespace(rasterization=rasterization_of_batches, fully_fused_projection=weights_by_gsplat)
    monkeypatch.setitem(sys.modules, "gsplat", package)
    assert gsplat.load_kernels() == Kernels(rasterization_of_batches, weights_by_gsplat)
