"""Scenes that the renderers' tests share."""

from types import SimpleNamespace

import numpy as np
import pytest

from rsatalker.avatars.gaussians import Gaussians
from rsatalker.renderers.camera import Camera, look_at
from rsatalker.renderers.cpu import CpuRenderer


def head_of_gaussians(count: int = 2000, seed: int = 0, antialiased: float = 0.0) -> Gaussians:
    """Return surfels and strands on a head-sized ellipsoid about the origin, of 1 to 12 mm."""
    random = np.random.default_rng(seed)
    normals = random.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    axes = np.linalg.qr(np.concatenate([normals[:, None], random.normal(size=(count, 2, 3))], 1).mT)[0]
    sizes = np.stack([np.full(count, 2e-4), random.uniform(1e-3, 4e-3, count), random.uniform(1e-3, 1.2e-2, count)], 1)
    halves = axes * sizes[:, None]
    covariances = halves @ halves.mT
    rows, columns = np.triu_indices(3)
    return Gaussians(
        (normals * [0.075, 0.11, 0.095]).astype(np.float32),
        np.ascontiguousarray(covariances[:, rows, columns], np.float32),
        random.uniform(0.05, 1.0, count).astype(np.float32),
        random.uniform(0, 1, (count, 3)).astype(np.float32),
        (random.uniform(size=count) < antialiased).astype(np.uint8),
    )


def one_gaussian(
    mean: tuple[float, float, float] = (0, 0, 0), sigma_m: float = 0.01, opacity: float = 0.9
) -> Gaussians:
    """Return one round, orange Gaussian."""
    variance = sigma_m**2
    return Gaussians(
        np.array([mean], np.float32),
        np.array([[variance, 0, 0, variance, 0, variance]], np.float32),
        np.array([opacity], np.float32),
        np.array([[1.0, 0.5, 0.0]], np.float32),
        np.zeros(1, np.uint8),
    )


def view(side: float = 0.2, width: int = 90, height: int = 70) -> Camera:
    """Return a camera before the head; the size is no multiple of a tile."""
    return look_at(np.array([side, 0.05, 0.8], np.float32), np.zeros(3, np.float32), width=width, height=height)


def images(cameras: int = 1, width: int = 90, height: int = 70) -> tuple[np.ndarray, np.ndarray]:
    """Return images filled with rubbish, as a slot of shared memory may be."""
    return np.full((cameras, height, width, 4), 77, np.uint8), np.full((cameras, height, width), 7.7, np.float32)


def psnr_db(a: np.ndarray, b: np.ndarray, peak: float) -> float:
    """Return the peak signal-to-noise ratio; infinite if both are equal."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(peak**2 / error))


@pytest.fixture(scope="session")
def scene() -> SimpleNamespace:
    """Give the functions above: test modules cannot import each other."""
    return SimpleNamespace(head=head_of_gaussians, one_gaussian=one_gaussian, view=view, images=images, psnr_db=psnr_db)


@pytest.fixture(scope="session")
def cpu() -> CpuRenderer:
    """Give a renderer whose kernels are compiled once."""
    return CpuRenderer(threads=2)
