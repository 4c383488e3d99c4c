import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from page_lock_driver import Driver

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.errors import RendererUnavailable
from rsatalker.renderers import gsplat, reference
from rsatalker.renderers.camera import look_at
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.gsplat_needs import Lack
from rsatalker.renderers.gsplat_upload import GaussiansUpload
from rsatalker.renderers.gsplat_views import HeadTensors
from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.projection import project
from rsatalker.renderers.renderer import Drawing

pytestmark = pytest.mark.unit


calls: list[tuple[int, int]] = []  # heads and cameras of each call of the function below


def views_of_reference(
    heads: HeadTensors,
    viewmats: torch.Tensor,
    Ks: torch.Tensor,
    width: int,
    height: int,
    near: float,
    eps2d: float,
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Stand in for gsplat's kernels, drawing with the reference."""
    calls.append(tuple(viewmats.shape[:2]))
    for head, views, intrinsics in zip(range(len(heads.means)), viewmats, Ks, strict=True):
        covars = covariance_matrices(heads.covariances[head])
        for view, K in zip(views[:, None], intrinsics[:, None], strict=True):
            seen = project(heads.means[head], covars, view, K, width, height, near, math.inf, eps2d)
            weights = torch.where(heads.antialiased[head] > 0, seen.compensations[0], 1)
            image, alpha, _ = reference.rasterization(
                means=heads.means[head], quats=None, scales=None, opacities=heads.opacities[head] * weights,
                colors=heads.colors[head], viewmats=view, Ks=K, width=width, height=height, near_plane=near,
                eps2d=eps2d, render_mode="RGB+D", covars=covars,
            )  # fmt: skip
            yield image[0], alpha[0]


def covariance_matrices(covariances: torch.Tensor) -> torch.Tensor:
    return covariances[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].unflatten(1, (3, 3))


@pytest.fixture
def renderer() -> GsplatRenderer:
    return GsplatRenderer(views_of_reference, device="cpu")


def test_gsplat_renderer_draws_two_eyes_like_the_reference(renderer: GsplatRenderer, scene: SimpleNamespace):
    gaussians, eyes = scene.head(500, antialiased=0.5), [scene.view(0.03), scene.view(-0.03)]
    expected, found = scene.images(cameras=2), scene.images(cameras=2)
    reference.ReferenceRenderer().render(gaussians, eyes, *expected)
    renderer.render(gaussians, eyes, *found)
    assert scene.psnr_db(found[0], expected[0], peak=255) >= 60
    np.testing.assert_allclose(found[1], expected[1], atol=1e-3)


def test_gsplat_renderer_draws_the_same_when_it_reads_gaussians_where_they_lie(scene: SimpleNamespace):
    driver, renderer = Driver(), GsplatRenderer(views_of_reference, device="cpu")
    memory = PageLockedMemory(on_cuda=False, lock=driver.lock, unlock=driver.unlock)
    renderer._upload_gaussians = GaussiansUpload(torch.device("cpu"), memory)
    gaussians, camera = scene.head(1500), scene.view(width=20, height=16)
    first, again = scene.images(width=20, height=16), scene.images(width=20, height=16)
    renderer.render(gaussians, [camera], *first)
    renderer.render(gaussians, [camera], *again)
    assert gaussians.means.ctypes.data in driver.locked
    np.testing.assert_array_equal(again[0], first[0])


def test_gsplat_renderer_says_which_gaussians_the_device_reads_where_they_lie(
    renderer: GsplatRenderer, scene: SimpleNamespace
):
    driver = Driver()
    renderer._memory = PageLockedMemory(on_cuda=False, lock=driver.lock, unlock=driver.unlock)
    renderer._upload_gaussians = GaussiansUpload(torch.device("cpu"), renderer._memory)
    head = scene.head(17_000)
    renderer.upload([head])
    assert not renderer.reads_where_they_lie(head)
    renderer.upload([head])
    assert renderer.reads_where_they_lie(head)
    assert not renderer.reads_where_they_lie(scene.head(17_000))


def test_gsplat_renderer_waits_for_what_was_sent_when_an_upload_fails(renderer: GsplatRenderer, scene: SimpleNamespace):
    waits: list[bool] = []

    def broken(heads: Sequence[Gaussians]) -> HeadTensors:
        raise torch.OutOfMemoryError

    renderer._upload_gaussians, renderer._wait = broken, lambda: waits.append(True)
    with pytest.raises(torch.OutOfMemoryError):
        renderer.upload([scene.head(10)])
    assert waits


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
    eyes = [[scene.view(0.03), scene.view(-0.03)], [scene.view(0.1), scene.view()]]
    found = [scene.images(cameras=len(views)) for views in eyes]
    calls.clear()
    renderer.render_many([Drawing(*drawing) for drawing in zip(heads, eyes, *zip(*found, strict=True), strict=True)])
    assert calls == [(2, 2)]
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


def test_gsplat_renderer_draws_each_head_as_soft_as_it_wants(renderer: GsplatRenderer, scene: SimpleNamespace):
    drawings = [
        Drawing(replace(scene.head(200, antialiased=0.5), eps2d=eps2d), [scene.view()], *scene.images())
        for eps2d in (0.1, 0.3)
    ]
    renderer.render_many(drawings)
    for drawing in drawings:
        expected = np.empty_like(drawing.colors), np.empty_like(drawing.depths)
        reference.ReferenceRenderer().render(drawing.gaussians, drawing.cameras, *expected)
        assert scene.psnr_db(drawing.colors, expected[0], peak=255) >= 60


def test_gsplat_renderer_has_depth_exactly_where_it_has_alpha(renderer: GsplatRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    renderer.render(scene.head(200), [scene.view()], colors, depths)
    np.testing.assert_array_equal(depths > 0, colors[..., 3] > 0)


@pytest.mark.parametrize("error", [ImportError, RuntimeError, OSError, AttributeError])
def test_gsplat_renderer_says_so_when_its_kernels_cannot_be_built(error: type[Exception]):
    def broken(*_: Any) -> tuple[torch.Tensor, torch.Tensor]:
        raise error("CUDA 11.8 mismatches 12.8\nand a page of compiler output")

    with pytest.raises(
        RendererUnavailable, match=r"not be built or run \(CUDA 11.8 mismatches 12.8\)\. Install the CUDA"
    ):
        GsplatRenderer(broken, device="cpu").warm_up()


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
    package = SimpleNamespace(rasterization=lambda: None)
    monkeypatch.setitem(sys.modules, "gsplat", package)
    assert gsplat.load_rasterization() is package.rasterization


def test_gsplat_renderer_draws_into_memory_that_was_locked(renderer: GsplatRenderer, scene: SimpleNamespace):
    expected, found = scene.images(), scene.images()
    renderer.render(scene.head(200), [scene.view()], *expected)
    renderer._memory = PageLockedMemory(on_cuda=False, lock=lambda address, size: True, unlock=lambda address: None)
    releases = [renderer.lock_pages(image.reshape(-1).view(np.uint8)) for image in found]
    renderer.render(scene.head(200), [scene.view()], *found)
    assert not {"rgba", "depths"} & set(renderer._memory._buffers)
    for release in releases:
        release()
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
