"""Compiles what the first step of fitting on a CPU would otherwise wait for."""

from __future__ import annotations

from typing import get_args

import numpy as np
import torch

from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers
from rsatalker.renderers.camera import look_at
from rsatalker.renderers.cpu_rasterization import CpuRasterization
from rsatalker.training.avatar_mesh_images import see_mesh
from rsatalker.training.ssim_window import SIZE, windowed


def warm_up_fitting() -> None:
    """Run every compiled kernel of fitting once, each on next to nothing."""
    CpuRasterization(threads=1).warm_up()
    windowed(torch.ones(1, SIZE, SIZE, requires_grad=True)).sum().backward()
    vertices, faces = np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32)
    for kind in get_args(CarrierKind):
        TriangleCarriers(vertices, faces, kind).follow(vertices)
    camera = look_at(np.full(3, 2, np.float32), np.zeros(3, np.float32), width=2, height=2)
    see_mesh(vertices, faces, camera)
