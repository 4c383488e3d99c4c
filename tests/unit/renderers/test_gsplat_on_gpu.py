"""What the tests of gsplat.py show with a stand-in, shown with gsplat's own kernels; the first run compiles them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers import reference
from rsatalker.renderers.gsplat import GsplatRenderer
from rsatalker.renderers.gsplat_frames import to_frames, to_frames_plainly
from rsatalker.renderers.gsplat_needs import find_lack
from rsatalker.renderers.page_locked import lock_pages, unlock_pages
from rsatalker.renderers.rasterization import choose_rasterization
from rsatalker.renderers.renderer import Drawing

lack = find_lack()
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(lack is not None, reason=f"gsplat cannot run here: {lack.reason if lack else ''}"),
]


@pytest.fixture(scope="module")
def gsplat() -> GsplatRenderer:
    renderer = GsplatRenderer()
    renderer.warm_up()
    return renderer


@pytest.mark.parametrize("antialiased", [0.0, 0.5])
def test_gsplat_draws_two_eyes_like_the_reference(gsplat: GsplatRenderer, scene: SimpleNamespace, antialiased: float):
    gaussians, eyes = scene.head(antialiased=antialiased), [scene.view(0.03), scene.view(-0.03)]
    expected, found = scene.images(cameras=2), scene.images(cameras=2)
    reference.ReferenceRenderer().render(gaussians, eyes, *expected)
    gsplat.render(gaussians, eyes, *found)
    assert scene.psnr_db(found[0], expected[0], peak=255) >= 45
    assert np.median(np.abs(found[1] - expected[1])) < 1e-3
    np.testing.assert_array_equal(found[1] > 0, found[0][..., 3] > 0)


def test_gsplat_draws_two_heads_in_one_call(gsplat: GsplatRenderer, scene: SimpleNamespace):
    heads, eyes = [scene.head(900, seed=1), scene.head(400, seed=2)], [scene.view(0.03), scene.view(-0.03)]
    found = [scene.images(cameras=2), scene.images(cameras=2)]
    gsplat.render_many([Drawing(head, eyes, *images) for head, images in zip(heads, found, strict=True)])
    for head, (colors, _) in zip(heads, found, strict=True):
        expected = scene.images(cameras=2)
        gsplat.render(head, eyes, *expected)
        assert scene.psnr_db(colors, expected[0], peak=255) >= 60


def test_gsplat_draws_the_same_when_the_device_reads_gaussians_where_they_lie(
    gsplat: GsplatRenderer, scene: SimpleNamespace
):
    head, eyes = scene.head(20_000), [scene.view(0.03), scene.view(-0.03)]
    for seed in range(4):  # locked from the second time on; every frame shows what the arrays hold then
        head.means[:], head.colors[:] = scene.head(20_000, seed).means, scene.head(20_000, seed).colors
        found, expected = scene.images(cameras=2), scene.images(cameras=2)
        gsplat.render(head, eyes, *found)
        gsplat.render(Gaussians.joined([head]), eyes, *expected)  # a copy, which comes once
        np.testing.assert_array_equal(found[0], expected[0])
    assert gsplat.reads_where_they_lie(head)


def test_arrays_on_one_page_are_locked_each_by_itself():
    memory = np.arange(30_000, dtype=np.int16)
    parts = memory[:10_001], memory[10_001:]  # the border lies within a page
    locked = [part for part in parts if lock_pages(part.ctypes.data, part.nbytes)]
    for part in locked[:1]:
        unlock_pages(part.ctypes.data)
    found = torch.empty(parts[1].size, dtype=torch.int16, device="cuda")
    found.copy_(torch.from_numpy(parts[1]), non_blocking=True)
    torch.cuda.synchronize()
    for part in locked[1:]:
        unlock_pages(part.ctypes.data)
    assert len(locked) == 2
    np.testing.assert_array_equal(found.cpu().numpy(), parts[1])


def test_a_refused_lock_is_not_blamed_on_the_next_kernel():
    memory = np.zeros(1 << 20, np.uint8)
    assert lock_pages(memory.ctypes.data, memory.nbytes)
    try:
        assert not lock_pages(memory.ctypes.data, memory.nbytes)
        assert float(torch.ones(3, device="cuda").sum()) == 3
    finally:
        unlock_pages(memory.ctypes.data)


def test_gsplat_makes_frames_in_one_kernel_as_pass_by_pass():
    random = torch.Generator("cuda").manual_seed(0)
    images, alphas = (torch.rand(2, 33, 40, width, generator=random, device="cuda") for width in (4, 1))
    alphas[:, ::2] *= 0.004  # about the least alpha that has a byte
    rgba, depths = to_frames(images, alphas)
    expected_rgba, expected_depths = to_frames_plainly(images, alphas)
    assert (rgba.int() - expected_rgba.int()).abs().max() <= 1  # one rounding instead of two
    where = (rgba[..., 3] > 0) == (expected_rgba[..., 3] > 0)
    torch.testing.assert_close(depths[where], expected_depths[where])


def test_gsplat_has_the_references_gradients(scene: SimpleNamespace):
    camera = scene.view()
    viewmats, Ks = (torch.from_numpy(matrix)[None] for matrix in (camera.camera_from_world, camera.K))
    random = torch.Generator().manual_seed(0)
    values = {
        "means": 0.08 * torch.randn(200, 3, generator=random),
        "quats": torch.randn(200, 4, generator=random),
        "scales": 0.004 + 0.01 * torch.rand(200, 3, generator=random),
        "opacities": 0.1 + 0.6 * torch.rand(200, generator=random),
        "colors": torch.rand(200, 3, generator=random),
    }
    gradients: list[dict[str, torch.Tensor]] = []
    for name, device in (("reference", "cpu"), ("gsplat", "cuda")):
        leaves = {key: value.to(device, copy=True).requires_grad_() for key, value in values.items()}
        images, _, _ = choose_rasterization(name)(
            **leaves, viewmats=viewmats.to(device), Ks=Ks.to(device), width=camera.width, height=camera.height
        )
        images.square().sum().backward()
        gradients.append({key: leaf.grad.cpu() for key, leaf in leaves.items() if leaf.grad is not None})
    for key, expected in gradients[0].items():
        assert (gradients[1][key] - expected).norm() < 1e-2 * expected.norm(), key
