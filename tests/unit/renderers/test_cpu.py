from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rsatalker.avatars.gaussians import ARRAYS, Gaussians
from rsatalker.renderers.camera import look_at
from rsatalker.renderers.cpu import CpuRenderer
from rsatalker.renderers.cpu_scratch import Scratch
from rsatalker.renderers.reference import ReferenceRenderer, draw

pytestmark = pytest.mark.unit


def reordered(gaussians: Gaussians, order: np.ndarray) -> Gaussians:
    return Gaussians(*(getattr(gaussians, name)[order] for name in ARRAYS))


@pytest.mark.parametrize(("antialiased", "eps2d"), [(0.0, 0.3), (0.5, 0.1), (1.0, 0.3)])
def test_cpu_equals_the_reference_in_bytes(cpu: CpuRenderer, scene: SimpleNamespace, antialiased: float, eps2d: float):
    gaussians, camera = replace(scene.head(antialiased=antialiased), eps2d=eps2d), scene.view()
    expected_colors, expected_depths = scene.images()
    ReferenceRenderer().render(gaussians, [camera], expected_colors, expected_depths)
    colors, depths = scene.images()
    cpu.render(gaussians, [camera], colors, depths)
    assert scene.psnr_db(colors, expected_colors, peak=255) >= 60
    np.testing.assert_allclose(depths, expected_depths, atol=1e-3)
    assert np.mean(np.abs(depths - expected_depths)) < 1e-5


@pytest.mark.parametrize(("antialiased", "eps2d"), [(0.0, 0.1), (0.5, 0.3), (1.0, 0.1)])
def test_cpu_equals_the_reference_in_floats(cpu: CpuRenderer, scene: SimpleNamespace, antialiased: float, eps2d: float):
    gaussians, camera = replace(scene.head(antialiased=antialiased), eps2d=eps2d), scene.view()
    image, alpha = draw(gaussians, camera, torch.float64)
    colors, depths = np.empty((1, 70, 90, 4), np.float32), np.empty((1, 70, 90), np.float32)
    cpu.render_floats(gaussians, [camera], colors, depths)
    assert scene.psnr_db(colors[0], torch.cat([image[..., :3], alpha], -1).numpy(), peak=1) >= 90


def test_cpu_has_depth_exactly_where_it_has_alpha(cpu: CpuRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    cpu.render(scene.head(200), [scene.view()], colors, depths)
    np.testing.assert_array_equal(depths[0] > 0, colors[0, ..., 3] > 0)
    drawn = depths[0][depths[0] > 0]
    assert 0 < drawn.size < depths.size
    assert drawn.min() > 0.65
    assert drawn.max() < 1.0


def test_cpu_draws_the_same_in_any_order_of_the_input(cpu: CpuRenderer, scene: SimpleNamespace):
    gaussians, camera = scene.head(), scene.view()
    expected = scene.images()
    cpu.render(gaussians, [camera], *expected)
    shuffled = reordered(gaussians, np.random.default_rng(1).permutation(len(gaussians)))
    found = scene.images()
    cpu.render(shuffled, [camera], *found)
    np.testing.assert_array_equal(found[0], expected[0])


def test_cpu_draws_several_cameras_as_it_draws_each(cpu: CpuRenderer, scene: SimpleNamespace):
    gaussians, eyes = scene.head(), [scene.view(0.2), scene.view(-0.3)]
    colors, depths = scene.images(cameras=2)
    cpu.render(gaussians, eyes, colors, depths)
    for eye, color, depth in zip(eyes, colors, depths, strict=True):
        expected = scene.images()
        cpu.render(gaussians, [eye], *expected)
        np.testing.assert_array_equal(color, expected[0][0])
        np.testing.assert_array_equal(depth, expected[1][0])


@pytest.mark.parametrize("threads", [1, 4, 7])
@pytest.mark.parametrize("cameras", [1, 2])
def test_cpu_draws_the_same_with_any_number_of_threads(
    cpu: CpuRenderer, scene: SimpleNamespace, threads: int, cameras: int
):
    gaussians, eyes = scene.head(1500), [scene.view(0.2), scene.view(-0.3)][:cameras]
    expected, found = scene.images(cameras), scene.images(cameras)
    cpu.render(gaussians, eyes, *expected)
    CpuRenderer(threads).render(gaussians, eyes, *found)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_cpu_keeps_the_order_of_equal_depths_however_many_parts_are_sorted_apart(scene: SimpleNamespace):
    wall = scene.one_gaussian(sigma_m=0.05, opacity=0.5)
    walls = Gaussians.joined([wall] * 9)
    walls.colors[:, 0] = np.linspace(0, 1, 9)
    front, back = scene.images(), scene.images()
    CpuRenderer(threads=1).render(walls, [scene.view()], *front)
    CpuRenderer(threads=8).render(walls, [scene.view()], *back)
    np.testing.assert_array_equal(back[0], front[0])


def test_cpu_draws_the_same_when_several_threads_call_it(cpu: CpuRenderer, scene: SimpleNamespace):
    heads = [scene.head(800 + 300 * i, seed=i) for i in range(4)]
    camera = scene.view()

    def picture(renderer: CpuRenderer, gaussians: Gaussians) -> np.ndarray:
        colors, depths = scene.images()
        renderer.render(gaussians, [camera], colors, depths)
        return colors

    expected = [picture(cpu, head) for head in heads]
    other = CpuRenderer(threads=2)
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(picture, [cpu, other, cpu, other], heads))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_cpu_draws_nothing_when_there_is_no_gaussian(cpu: CpuRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    cpu.render(scene.head(0), [scene.view()], colors, depths)
    assert not colors.any()
    assert not depths.any()


def test_cpu_draws_nothing_when_all_is_behind_the_camera(cpu: CpuRenderer, scene: SimpleNamespace):
    away = look_at(np.array([0, 0, 1], np.float32), np.array([0, 0, 2], np.float32), width=90, height=70)
    colors, depths = scene.images()
    cpu.render(scene.head(), [away], colors, depths)
    assert not colors.any()
    assert not depths.any()


def test_cpu_leaves_out_what_is_nearer_than_the_near_plane(cpu: CpuRenderer, scene: SimpleNamespace):
    camera = look_at(np.array([0, 0, 0.005], np.float32), np.array([0, 0, -1], np.float32), width=90, height=70)
    colors, depths = scene.images()
    cpu.render(scene.one_gaussian(), [camera], colors, depths)
    assert not colors.any()


@pytest.mark.parametrize("sigma_m", [50.0, 1e4])
def test_cpu_fills_the_image_when_one_gaussian_is_huge(cpu: CpuRenderer, scene: SimpleNamespace, sigma_m: float):
    colors, depths = scene.images()
    cpu.render(scene.one_gaussian(sigma_m=sigma_m), [scene.view()], colors, depths)
    np.testing.assert_allclose(colors[0, ..., 3], 0.9 * 255, atol=1)
    np.testing.assert_allclose(depths, np.linalg.norm([0.2, 0.05, 0.8]), rtol=1e-4)


def test_cpu_draws_a_gaussian_far_smaller_than_a_pixel(cpu: CpuRenderer, scene: SimpleNamespace):
    colors, depths = scene.images()
    cpu.render(scene.one_gaussian(sigma_m=1e-7), [scene.view()], colors, depths)
    assert colors[0, 33:37, 43:47, 3].max() > 50


@pytest.mark.parametrize("field", ["means", "covariances", "opacities", "colors"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_cpu_refuses_numbers_that_are_not_finite(cpu: CpuRenderer, scene: SimpleNamespace, field: str, value: float):
    gaussians = scene.head(100)
    getattr(gaussians, field)[42] = value
    with pytest.raises(ValueError, match=f"Gaussian 42 of 100 has {field} .*must be finite"):
        cpu.render(gaussians, [scene.view()], *scene.images())


def test_cpu_refuses_images_of_another_size(cpu: CpuRenderer, scene: SimpleNamespace):
    with pytest.raises(ValueError, match=r"colors must be \(1, 70, 90, 4\) and depths \(1, 70, 90\); found"):
        cpu.render(scene.head(1), [scene.view()], *scene.images(width=64))


def test_cpu_refuses_cameras_of_different_sizes(cpu: CpuRenderer, scene: SimpleNamespace):
    with pytest.raises(ValueError, match="must have one size"):
        cpu.render(scene.head(1), [scene.view(), scene.view(width=64)], *scene.images(cameras=2))


def test_cpu_refuses_images_of_more_pixels_than_it_counts(cpu: CpuRenderer, scene: SimpleNamespace):
    camera = replace(scene.view(width=9000, height=1), oversampling=4)
    with pytest.raises(ValueError, match="may have 32767 pixels a side, oversampled ones counted; found 9000 x 1 with"):
        cpu.render(scene.head(1), [camera], *scene.images(width=9000, height=1))


def test_cpu_refuses_to_draw_without_a_camera(cpu: CpuRenderer, scene: SimpleNamespace):
    with pytest.raises(ValueError, match="at least one camera"):
        cpu.render(scene.head(1), [], *scene.images())


def test_cpu_refuses_less_than_one_thread():
    with pytest.raises(ValueError, match="threads is 0"):
        CpuRenderer(threads=0)


def test_cpu_memory_stays_flat_when_frames_alike_follow_each_other(cpu: CpuRenderer, scene: SimpleNamespace):
    renderer, camera, frame = CpuRenderer(threads=1), scene.view(), scene.images()
    renderer.render(scene.head(seed=0), [camera], *frame)
    before = renderer.scratch_bytes
    for seed in range(1, 4):
        renderer.render(scene.head(seed=seed), [camera], *frame)
    assert renderer.scratch_bytes == before


def test_cpu_memory_stays_flat_when_heads_of_two_sizes_take_turns(scene: SimpleNamespace):
    renderer, gaussians = CpuRenderer(threads=1), scene.head()
    sizes: list[int] = []
    for _ in range(3):
        for width in (40, 90):
            renderer.render(gaussians, [scene.view(width=width)], *scene.images(width=width))
        sizes.append(renderer.scratch_bytes)
    assert len(set(sizes)) == 1
    renderer.render(gaussians, [scene.view(width=60)], *scene.images(width=60))
    assert renderer.scratch_bytes < 1.2 * sizes[0]  # of what was used longest ago nothing is kept


def test_cpu_gives_each_splat_a_cache_line_of_its_own():
    splats = Scratch(cameras=2, gaussians=3, width=20, height=20).splats
    assert {row.ctypes.data % 64 for row in splats.reshape(6, -1)} == {0}
    assert splats[0, 0].nbytes == 64


def test_cpu_draws_all_of_a_thin_strand_that_crosses_the_image(cpu: CpuRenderer, scene: SimpleNamespace):
    along = np.array([0.05, 0.04, 0], np.float32)
    covariance = np.outer(along, along) + 1e-8 * np.eye(3, dtype=np.float32)
    strand = Gaussians(
        np.zeros((1, 3), np.float32), covariance[np.triu_indices(3)][None].astype(np.float32),
        np.full(1, 0.9, np.float32), np.ones((1, 3), np.float32), np.zeros(1, np.uint8),
    )  # fmt: skip
    expected, found = scene.images(), scene.images()
    ReferenceRenderer().render(strand, [scene.view()], *expected)
    cpu.render(strand, [scene.view()], *found)
    assert np.count_nonzero(expected[0][..., 3]) > 100
    assert np.abs(found[0].astype(int) - expected[0]).max() <= 1


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    sizes=st.tuples(*[st.floats(-20, 38)] * 3),
    turned=st.sampled_from([0.0, 0.2]),
    away=st.floats(-3, 37),
    opacity=st.floats(0.01, 0.99),
)
@example(sizes=(36.0, -6.0, -6.0), turned=0.0, away=-3.0, opacity=0.9)
@example(sizes=(-6.0, 36.0, 30.0), turned=0.0, away=-3.0, opacity=0.9)
def test_cpu_never_draws_with_numbers_that_grew_past_all_bounds(
    scene: SimpleNamespace, sizes: tuple[float, float, float], turned: float, away: float, opacity: float
):
    """Finite Gaussians whose images are not: a row that follows from NaN could lie anywhere in memory."""
    renderer, (colors, depths) = CpuRenderer(threads=1), scene.images(width=37, height=29)
    variances = [10.0**size for size in sizes]
    gaussian = Gaussians(
        np.array([[10.0**away, 0.02, 0]], np.float32),
        np.array([[variances[0], 0, 0, variances[1], 0, variances[2]]], np.float32),
        np.array([opacity], np.float32), np.ones((1, 3), np.float32), np.zeros(1, np.uint8),
    )  # fmt: skip
    camera = look_at(np.array([turned, 0, 0.8], np.float32), np.zeros(3, np.float32), width=37, height=29)
    renderer.render(gaussian, [camera], colors, depths)
    box, splat = renderer._idle[0].boxes[0, 0], renderer._idle[0].splats[0, 0]
    assert box[3] < box[1] or not np.isnan(splat).any()
    assert np.isfinite(depths).all()
    assert colors.max() <= np.ceil(255 * opacity)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 60),
    antialiased=st.sampled_from([0.0, 0.5, 1.0]),
    side=st.floats(-0.5, 0.5),
    size=st.floats(0.01, 30),
)
def test_cpu_equals_the_reference_for_any_cloud_of_any_size(
    cpu: CpuRenderer, scene: SimpleNamespace, seed: int, count: int, antialiased: float, side: float, size: float
):
    gaussians, camera = scene.head(count, seed, antialiased), scene.view(side, width=37, height=29)
    gaussians.covariances[:] *= size * size
    expected, found = scene.images(width=37, height=29), scene.images(width=37, height=29)
    ReferenceRenderer().render(gaussians, [camera], *expected)
    cpu.render(gaussians, [camera], *found)
    assert np.abs(found[0].astype(int) - expected[0]).max() <= 2  # one Gaussian at the least alpha, and rounding
    np.testing.assert_array_equal(found[1] > 0, found[0][..., 3] > 0)
