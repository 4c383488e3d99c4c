"""Gaussians bound to triangles as fitting makes them and files keep them: local to their triangle, before activation.

Source: Qian et al., GaussianAvatars (CVPR 2024), section 3.2. `BOUND` of our own characters is another thing: it is
shaded in every frame, these carry the light of the images that they were fitted to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int32


@dataclass(frozen=True, slots=True)
class BoundSplats:
    """N Gaussians in the frames of their triangles.

    Attributes:
        binding: Index of the triangle.
        centers: In the triangle's frame, in units of its scale.
        quats: Rotation in the frame, wxyz, of any length.
        log_scales: Logarithm of the standard deviations, in units of the triangle's scale.
        opacity_logits: Before the sigmoid.
        sh: Coefficients of K = (degree + 1)^2 spherical harmonics for each channel, in the order of
            Kerbl et al., 3D Gaussian Splatting (2023); the colour is their sum + 0.5.
    """

    binding: Int32[np.ndarray, " N"]
    centers: Float32[np.ndarray, "N 3"]
    quats: Float32[np.ndarray, "N 4"]
    log_scales: Float32[np.ndarray, "N 3"]
    opacity_logits: Float32[np.ndarray, " N"]
    sh: Float32[np.ndarray, "N K 3"]

    def __len__(self) -> int:
        return len(self.binding)

    @property
    def sh_degree(self) -> int:
        """0 to 3."""
        return round(self.sh.shape[1] ** 0.5) - 1

    @property
    def opacities(self) -> Float32[np.ndarray, " N"]:
        """In [0, 1]."""
        return (1 / (1 + np.exp(-self.opacity_logits))).astype(np.float32)

    @property
    def factors(self) -> Float32[np.ndarray, "N 3 3"]:
        """Rotation times standard deviations: the covariance in the triangle's frame is factor factor^T."""
        return (rotations_from_quats(self.quats) * np.exp(self.log_scales)[:, None]).astype(np.float32)


def rotations_from_quats(quats: Float[np.ndarray, "N 4"]) -> Float[np.ndarray, "N 3 3"]:
    """Return rotation matrices of wxyz quaternions of any length but 0."""
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
        ],
        -2,
    )
