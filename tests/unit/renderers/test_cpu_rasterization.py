from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rsatalker.renderers import reference
from rsatalker.renderers.cpu_features import composite_features, pack_splats
from rsatalker.renderers.cpu_gradients import differentiate_features, gather_gradients
from rsatalker.renderers.cpu_rasterization import CpuRasterization
from rsatalker.renderers.rasterization import Rasterization

pytestmark = pytest.mark.unit

WIDTH, HEIGHT = 45, 37  # no multiples of a tile
rasterize = CpuRasterization(threads=2)

Tensors = dict[str, torch.Tensor]


def cloud(count: int = 250, seed: int = 0, coefficients: int = 0, most_opacity: float = 0.7) -> Tensors:
    """Return Gaussians on a ball before two cameras, in float64, and a background for each camera."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(shape, generator=random, dtype=torch.float64)

    normals = torch.nn.functional.normalize(uniform(-1, 1, count, 3), dim=-1)
    return {
        "means": 0.1 * normals,
        "quats": uniform(-1, 1, count, 4),
        "scales": uniform(0.004, 0.02, count, 3),
        "opacities": uniform(0.05, most_opacity, count),
        "colors": uniform(-0.5, 0.5, count, coefficients, 3) if coefficients else uniform(0, 1, count, 3),
        "backgrounds": uniform(0, 1, 2, 3),
    }


def cameras(dtype: torch.dtype) -> dict[str, Any]:
    """Return the camera arguments of two eyes 0.8 m before the ball, the second to the right of the first."""
    viewmats = torch.eye(4, dtype=dtype).repeat(2, 1, 1)
    viewmats[:, 2, 3] = 0.8
    viewmats[1, 0, 3] = -0.05
    K = torch.tensor([[130, 0, WIDTH / 2], [0, 130, HEIGHT / 2], [0, 0, 1]], dtype=dtype)
    return {"viewmats": viewmats, "Ks": K.expand(2, 3, 3), "width": WIDTH, "height": HEIGHT}


def drawn_and_differentiated(
    draw: Rasterization, parameters: Tensors, dtype: torch.dtype, **options: Any
) -> tuple[torch.Tensor, torch.Tensor, Tensors]:
    """Return images, alphas and the gradients of a loss that weighs every pixel by another number."""
    leaves = {name: value.to(dtype, copy=True).requires_grad_() for name, value in parameters.items()}
    images, alphas, info = draw(**leaves, **cameras(dtype), **options)
    info["means2d"].retain_grad()
    random = torch.Generator().manual_seed(1)
    weights = torch.rand((*alphas.shape[:3], 5), generator=random, dtype=torch.float64).to(dtype)
    ((images * weights[..., : images.shape[3]]).sum() + (alphas * weights[..., 4:]).sum()).backward()
    gradients = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return images.detach(), alphas.detach(), gradients | {"means2d": info["means2d"].grad}


def relative_difference(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found.double() - expected).norm() / expected.norm())


@pytest.mark.parametrize("rasterize_mode", ["classic", "antialiased"])
@pytest.mark.parametrize(("render_mode", "degree"), [("RGB", None), ("RGB+ED", None), ("RGB+D", 3), ("RGB", 1)])
def test_cpu_rasterization_equals_the_reference_and_so_do_its_gradients(
    rasterize_mode: str, render_mode: str, degree: int | None
):
    options = {"rasterize_mode": rasterize_mode, "render_mode": render_mode, "sh_degree": degree, "far_plane": 5.0}
    parameters = cloud(coefficients=16 if degree is not None else 0)
    expected = drawn_and_differentiated(reference.rasterization, parameters, torch.float64, **options)
    found = drawn_and_differentiated(rasterize, parameters, torch.float32, **options)
    torch.testing.assert_close(found[0].double(), expected[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(found[1].double(), expected[1], atol=1e-4, rtol=0)
    for name, gradient in expected[2].items():
        assert relative_difference(found[2][name], gradient) < 1e-3, name


@pytest.mark.parametrize("render_mode", ["D", "ED"])
def test_cpu_rasterization_differentiates_depth_alone(render_mode: str):
    parameters = {name: value for name, value in cloud().items() if name != "backgrounds"}
    expected = drawn_and_differentiated(reference.rasterization, parameters, torch.float64, render_mode=render_mode)
    found = drawn_and_differentiated(rasterize, parameters, torch.float32, render_mode=render_mode)
    for name in ("means", "quats", "scales", "opacities"):
        assert relative_difference(found[2][name], expected[2][name]) < 1e-3, name


def test_cpu_rasterization_has_the_references_gradients_where_pixels_are_finished():
    parameters = cloud(count=600, most_opacity=0.99)
    parameters["scales"] *= 2
    expected = drawn_and_differentiated(reference.rasterization, parameters, torch.float64)
    found = drawn_and_differentiated(rasterize, parameters, torch.float32)
    assert expected[1].max() > 0.9998
    for name, gradient in expected[2].items():
        assert relative_difference(found[2][name], gradient) < 1e-3, name


def test_cpu_rasterization_rounds_as_the_reference_does_where_rounding_decides_what_is_drawn():
    parameters = cloud(count=3000, most_opacity=0.99, seed=5)  # one pixel of it ends at another Gaussian in float64
    parameters["scales"] *= 3
    in_double = drawn_and_differentiated(reference.rasterization, parameters, torch.float64)
    in_single = drawn_and_differentiated(reference.rasterization, parameters, torch.float32)
    found = drawn_and_differentiated(rasterize, parameters, torch.float32)
    assert relative_difference(in_single[2]["means"], in_double[2]["means"]) > 1e-3
    for name, gradient in in_single[2].items():
        assert relative_difference(found[2][name], gradient.double()) < 1e-4, name


def test_cpu_rasterization_compiles_both_ways_when_it_warms_up():
    other = CpuRasterization(threads=1)
    other.warm_up()
    kernels: list[Any] = [pack_splats, composite_features, differentiate_features, gather_gradients]
    compiled = [len(kernel.signatures) for kernel in kernels]
    drawn_and_differentiated(other, cloud(count=5), torch.float32, render_mode="RGB+ED")
    assert compiled == [len(kernel.signatures) for kernel in kernels] == [1, 1, 1, 1]


def test_cpu_rasterization_takes_covars_as_well_as_quats_and_scales():
    parameters = {name: value.float() for name, value in cloud(seed=3).items()}
    from_quats = rasterize(**parameters, **cameras(torch.float32))
    covars = reference.covariances_from_quats(parameters.pop("quats"), parameters.pop("scales"))
    from_covars = rasterize(**parameters, quats=None, scales=None, covars=covars, **cameras(torch.float32))
    torch.testing.assert_close(from_covars[0], from_quats[0])


def test_cpu_rasterization_gives_the_same_gradient_again_with_any_number_of_threads():
    first = drawn_and_differentiated(rasterize, cloud(), torch.float32)
    again = drawn_and_differentiated(CpuRasterization(threads=1), cloud(), torch.float32)
    for name, gradient in first[2].items():
        assert torch.equal(again[2][name], gradient), name


def test_cpu_rasterization_shows_the_background_when_there_is_no_gaussian():
    parameters = {name: value.float().requires_grad_() for name, value in cloud(count=0).items()}
    images, alphas, info = rasterize(**parameters, **cameras(torch.float32))
    images.sum().backward()
    assert torch.equal(images[1], parameters["backgrounds"][1].expand_as(images[1]))
    assert not alphas.any()
    assert info["means2d"].shape == (2, 0, 2)


def test_cpu_rasterization_gives_no_gradient_to_what_is_behind_the_camera():
    parameters = cloud(count=20)
    parameters["means"][7] = torch.tensor([0, 0, -2.0])
    _, _, gradients = drawn_and_differentiated(rasterize, parameters, torch.float32)
    for name in ("means", "quats", "scales", "opacities", "colors"):
        assert gradients[name].isfinite().all()
        assert not gradients[name][7].any()
    assert gradients["means"][6].any()


def test_cpu_rasterization_fills_the_image_with_one_huge_gaussian():
    parameters = cloud(count=1) | {"scales": torch.full((1, 3), 500.0), "opacities": torch.tensor([0.6])}
    images, alphas, gradients = drawn_and_differentiated(rasterize, parameters, torch.float32)
    torch.testing.assert_close(alphas, torch.full_like(alphas, 0.6), atol=1e-3, rtol=0)
    assert all(gradient.isfinite().all() for gradient in gradients.values())
    assert images.isfinite().all()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), count=st.integers(2, 40))
def test_cpu_rasterization_draws_the_same_in_any_order_of_the_input(seed: int, count: int):
    parameters = cloud(count, seed)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    shuffled = {name: value if name == "backgrounds" else value[order] for name, value in parameters.items()}
    images, _, gradients = drawn_and_differentiated(rasterize, parameters, torch.float32)
    again, _, again_gradients = drawn_and_differentiated(rasterize, shuffled, torch.float32)
    assert torch.equal(again, images)
    torch.testing.assert_close(again_gradients["means"], gradients["means"][order], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", ["means", "quats", "scales", "opacities", "colors"])
def test_cpu_rasterization_refuses_nan(name: str):
    parameters = {key: value.float() for key, value in cloud(count=9).items()}
    parameters[name][4] = float("nan")
    with pytest.raises(ValueError, match=f"Gaussian 4 of 9 has {name} .*; all numbers must be finite"):
        rasterize(**parameters, **cameras(torch.float32))


def test_cpu_rasterization_refuses_double_precision():
    with pytest.raises(ValueError, match=r"means is torch\.float64 on cpu; the cpu rasterization takes torch\.float32"):
        rasterize(**cloud(count=3), **cameras(torch.float64))
