"""One frame of a fitted avatar, compiled: every bound Gaussian to the world, with the colour that the eye sees there.

The kernel releases the GIL and works on a range, so that the caller may split it over threads.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np

from rsatalker.kernels import njit

F = np.float32
ZERO, ONE = F(0), F(1)
# Real spherical harmonics in the order and with the signs of 3D Gaussian Splatting; sqrt of rationals over pi.
C0 = F(0.28209479177387814)
C1 = F(0.4886025119029199)
C2A, C2B, C2C = F(1.0925484305920792), F(0.31539156525252005), F(0.5462742152960396)
C3A, C3B, C3C = F(0.5900435899266435), F(2.890611442640554), F(0.4570457994644658)
C3D, C3E = F(0.3731763325901154), F(1.445305721320277)


@njit(nogil=True, fastmath=True, error_model="numpy")
def fill_harmonics(x, y, z, values):
    """Write the harmonics of a unit direction; `values` has room for 1, 4, 9 or 16."""
    values[0] = C0
    if values.shape[0] < 4:
        return
    values[1], values[2], values[3] = -C1 * y, C1 * z, -C1 * x
    if values.shape[0] < 9:
        return
    xx, yy, zz = x * x, y * y, z * z
    values[4], values[5], values[6] = C2A * x * y, -C2A * y * z, C2B * (F(2) * zz - xx - yy)
    values[7], values[8] = -C2A * x * z, C2C * (xx - yy)
    if values.shape[0] < 16:
        return
    values[9], values[10] = -C3A * y * (F(3) * xx - yy), C3B * x * y * z
    values[11] = -C3C * y * (F(4) * zz - xx - yy)
    values[12] = C3D * z * (F(2) * zz - F(3) * xx - F(3) * yy)
    values[13] = -C3C * x * (F(4) * zz - xx - yy)
    values[14], values[15] = C3E * z * (xx - yy), -C3A * x * (xx - F(3) * yy)


@njit(nogil=True, fastmath=True, error_model="numpy")
def pose_splats(
    start, stop, carrier, centers, factors, sh, axes, origins, rotation, translation, viewer, means, covariances, colors
):  # fmt: skip
    """Write world position, covariance and display colour of Gaussians start to stop.

    Args:
        start: First Gaussian.
        stop: End of the range.
        carrier: (N,) which carrier each follows.
        centers: (N, 3) in the carrier.
        factors: (N, 3, 3) in the carrier; covariance = factor factor^T.
        sh: (N, K, 3) harmonics.
        axes: (T, 3, 3) carriers, space of the head.
        origins: (T, 3) metres.
        rotation: (3, 3) world from head.
        translation: (3,) metres.
        viewer: (3,) position of the eye in the head's space: harmonics are those of the images' space.
        means: (N, 3) out.
        covariances: (N, 6) out.
        colors: (N, 3) out.
    """
    harmonics = np.empty(sh.shape[1], np.float32)
    r = rotation
    for i in range(start, stop):
        frame = carrier[i]
        f = axes[frame]
        cx, cy, cz = centers[i, 0], centers[i, 1], centers[i, 2]
        x = f[0, 0] * cx + f[0, 1] * cy + f[0, 2] * cz + origins[frame, 0]
        y = f[1, 0] * cx + f[1, 1] * cy + f[1, 2] * cz + origins[frame, 1]
        z = f[2, 0] * cx + f[2, 1] * cy + f[2, 2] * cz + origins[frame, 2]
        means[i, 0] = r[0, 0] * x + r[0, 1] * y + r[0, 2] * z + translation[0]
        means[i, 1] = r[1, 0] * x + r[1, 1] * y + r[1, 2] * z + translation[1]
        means[i, 2] = r[2, 0] * x + r[2, 1] * y + r[2, 2] * z + translation[2]
        xx, xy, xz, yy, yz, zz = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
        for k in range(3):
            p, q, s = factors[i, 0, k], factors[i, 1, k], factors[i, 2, k]
            u = f[0, 0] * p + f[0, 1] * q + f[0, 2] * s
            v = f[1, 0] * p + f[1, 1] * q + f[1, 2] * s
            w = f[2, 0] * p + f[2, 1] * q + f[2, 2] * s
            a = r[0, 0] * u + r[0, 1] * v + r[0, 2] * w
            b = r[1, 0] * u + r[1, 1] * v + r[1, 2] * w
            c = r[2, 0] * u + r[2, 1] * v + r[2, 2] * w
            xx += a * a
            xy += a * b
            xz += a * c
            yy += b * b
            yz += b * c
            zz += c * c
        covariances[i, 0], covariances[i, 1], covariances[i, 2] = xx, xy, xz
        covariances[i, 3], covariances[i, 4], covariances[i, 5] = yy, yz, zz
        dx, dy, dz = x - viewer[0], y - viewer[1], z - viewer[2]
        inverse = ONE / math.sqrt(dx * dx + dy * dy + dz * dz + F(1e-24))
        fill_harmonics(dx * inverse, dy * inverse, dz * inverse, harmonics)
        for channel in range(3):
            value = F(0.5)
            for k in range(harmonics.shape[0]):
                value += harmonics[k] * sh[i, k, channel]
            colors[i, channel] = min(ONE, max(ZERO, value))
