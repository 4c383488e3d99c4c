"""Gaussians as files of 3D Gaussian Splatting hold them: before activation, with spherical harmonics as colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial.transform import Rotation

C0 = 0.28209479177387814  # the first spherical harmonic, a constant
FAINTEST = 1e-4  # of opacities, whose logarithm is stored
THINNEST_M = 1e-7  # of standard deviations


@dataclass(frozen=True, slots=True)
class SplatCloud:
    """N Gaussians in space; metres, right-handed.

    Attributes:
        centers: Of the Gaussians.
        quats: Rotation, wxyz, of any length but 0.
        log_scales: Logarithm of the standard deviations.
        opacity_logits: Before the sigmoid.
        sh: Coefficients of K = (degree + 1)^2 spherical harmonics for each channel; the colour is their sum + 0.5.
        antialiased: Whether all are meant to be drawn with the antialiased weight.
    """

    centers: Float32[np.ndarray, "N 3"]
    quats: Float32[np.ndarray, "N 4"]
    log_scales: Float32[np.ndarray, "N 3"]
    opacity_logits: Float32[np.ndarray, " N"]
    sh: Float32[np.ndarray, "N K 3"]
    antialiased: bool = False

    def __len__(self) -> int:
        return len(self.centers)

    @staticmethod
    def of(
        means: Float[np.ndarray, "N 3"],
        covariances: Float[np.ndarray, "N 6"],
        opacities: Float[np.ndarray, " N"],
        colors: Float[np.ndarray, "N 3"],
        *,
        antialiased: bool = False,
    ) -> SplatCloud:
        """Return Gaussians as a renderer takes them in the form of files.

        Args:
            means: Centres.
            covariances: Upper triangle xx, xy, xz, yy, yz, zz.
            opacities: In [0, 1].
            colors: Display colours in [0, 1], the same from all sides.
            antialiased: Whether all are meant to be drawn with the antialiased weight.
        """
        xx, xy, xz, yy, yz, zz = covariances.T.astype(np.float64)
        matrices = np.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], 1).reshape(-1, 3, 3)
        values, axes = np.linalg.eigh(matrices)
        axes[np.linalg.det(axes) < 0, :, 0] *= -1
        xyzw = Rotation.from_matrix(axes).as_quat()
        opacities = np.clip(opacities, FAINTEST, 1 - FAINTEST)
        return SplatCloud(
            centers=means.astype(np.float32),
            quats=xyzw[:, [3, 0, 1, 2]].astype(np.float32),
            log_scales=np.log(np.sqrt(np.maximum(values, THINNEST_M**2))).astype(np.float32),
            opacity_logits=np.log(opacities / (1 - opacities)).astype(np.float32),
            sh=((colors - 0.5) / C0).astype(np.float32)[:, None],
            antialiased=antialiased,
        )
