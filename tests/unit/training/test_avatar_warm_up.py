from typing import Any

import pytest

from rsatalker.avatars.triangle_carriers import fill_affine_carriers, fill_rigid_carriers
from rsatalker.renderers.cpu_gradients import differentiate_features
from rsatalker.training.avatar_mesh_images import fill_nearest
from rsatalker.training.avatar_warm_up import warm_up_fitting
from rsatalker.training.ssim_window import gather, scatter

pytestmark = pytest.mark.unit


def test_warm_up_fitting_compiles_every_kernel_of_a_step():
    warm_up_fitting()
    kernels: list[Any] = [
        differentiate_features,
        fill_affine_carriers,
        fill_nearest,
        fill_rigid_carriers,
        gather,
        scatter,
    ]
    assert all(kernel.signatures for kernel in kernels)
