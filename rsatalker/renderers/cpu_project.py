"""World to image: where each Gaussian lands, how large it is and which pixels it can reach.

Source: Zwicker et al., EWA volume splatting (VIS 2001), as used by Kerbl et al., 3D Gaussian Splatting (SIGGRAPH 2023);
constants as documented by gsplat 1.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32
from numba import njit

from rsatalker.renderers.camera import Camera
from rsatalker.renderers.worker_threads import take_chunk

FAST = {"contract", "nsz", "arcp", "afn"}  # fast float rules that still let a kernel see NaN and infinity

EPS2D = np.float32(0.3)  # pixels squared added to every projected covariance, gsplat's eps2d
LEAST_ALPHA = np.float32(1 / 255)  # a weaker contribution is skipped, as in gsplat
VIEW_SLACK = np.float32(0.3)  # part of the half view by which gsplat lets the projection's slope leave the image

GAUSSIANS_PER_CHUNK = 2048  # a few dozen microseconds of work

# Columns of a camera as the kernel takes it: rotation row by row, translation, intrinsics, near plane.
CAMERA_COLUMNS = 17
ROTATION, TRANSLATION, FX, FY, CX, CY, NEAR = 0, 9, 12, 13, 14, 15, 16

# Columns of a splat: one Gaussian in the image. 16 floats are one cache line.
SPLAT_COLUMNS = 16
U, V = 0, 1  # centre, pixels
QUADRATIC_XX, QUADRATIC_XY, QUADRATIC_YY, QUADRATIC_1 = 2, 3, 4, 5  # log alpha / EXPONENT_SPLIT as a quadratic form
RED, GREEN, BLUE, DEPTH = 6, 7, 8, 9
FIRST_X, FIRST_Y, LAST_X, LAST_Y = 0, 1, 2, 3  # columns of a splat's pixel box, both ends inside

# The compositor computes exp(x) as a polynomial of x / 8, squared three times: no table and no integer arithmetic, so
# that it runs eight pixels wide.
EXPONENT_SPLIT = np.float32(8)


def camera_rows(cameras: Sequence[Camera]) -> Float32[np.ndarray, "C 17"]:
    """Return the cameras as the kernel takes them."""
    rows = np.empty((len(cameras), CAMERA_COLUMNS), np.float32)
    for row, camera in zip(rows, cameras, strict=True):
        row[ROTATION:TRANSLATION] = camera.camera_from_world[:3, :3].ravel()
        row[TRANSLATION:FX] = camera.camera_from_world[:3, 3]
        row[FX:] = camera.K[0, 0], camera.K[1, 1], camera.K[0, 2], camera.K[1, 2], camera.near
    return rows


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def project_gaussians(
    counter: Any,
    means: Any,
    covariances: Any,
    opacities: Any,
    colors: Any,
    antialiased: Any,
    cameras: Any,
    width: int,
    height: int,
    splats: Any,
    boxes: Any,
    unusable: Any,
) -> None:
    """Fill `splats` (C, N, 16) and `boxes` (C, N, 4); a Gaussian that cannot be seen gets an empty box.

    `unusable` (1,) becomes 1 + the index of a Gaussian with NaN or infinity, if there is one.
    """
    count = means.shape[0]
    chunks_per_camera = (count + GAUSSIANS_PER_CHUNK - 1) // GAUSSIANS_PER_CHUNK
    while True:
        chunk = take_chunk(counter)
        if chunk >= chunks_per_camera * cameras.shape[0]:
            return
        c = chunk // chunks_per_camera
        begin = (chunk - c * chunks_per_camera) * GAUSSIANS_PER_CHUNK
        for i in range(begin, min(begin + GAUSSIANS_PER_CHUNK, count)):
            usable = _project(
                means[i],
                covariances[i],
                opacities[i],
                colors[i],
                antialiased[i],
                cameras[c],
                width,
                height,
                splats[c, i],
                boxes[c, i],
            )
            if not usable:
                unusable[0] = i + 1


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _project(
    mean: Any,
    covariance: Any,
    opacity: Any,
    color: Any,
    antialiased: Any,
    camera: Any,
    width: int,
    height: int,
    splat: Any,
    box: Any,
) -> bool:
    """Project one Gaussian into one camera; false if it holds NaN or infinity."""
    box[FIRST_Y] = 0
    box[LAST_Y] = -1
    xx, xy, xz, yy, yz, zz = covariance[0], covariance[1], covariance[2], covariance[3], covariance[4], covariance[5]
    total = mean[0] + mean[1] + mean[2] + xx + xy + xz + yy + yz + zz + opacity + color[0] + color[1] + color[2]
    if not abs(total) < np.float32(np.inf):
        return False

    r = camera[ROTATION:TRANSLATION]
    x = r[0] * mean[0] + r[1] * mean[1] + r[2] * mean[2] + camera[TRANSLATION]
    y = r[3] * mean[0] + r[4] * mean[1] + r[5] * mean[2] + camera[TRANSLATION + 1]
    z = r[6] * mean[0] + r[7] * mean[1] + r[8] * mean[2] + camera[TRANSLATION + 2]
    if z < camera[NEAR] or opacity < LEAST_ALPHA:
        return True
    fx, fy, cx, cy = camera[FX], camera[FY], camera[CX], camera[CY]
    slope_x, slope_y = x / z, y / z
    u, v = fx * slope_x + cx, fy * slope_y + cy

    # The projection is linearised about the centre, held near the image where the centre is far outside.
    slack_x = VIEW_SLACK * np.float32(0.5) * width / fx
    slack_y = VIEW_SLACK * np.float32(0.5) * height / fy
    slope_x = min(max(slope_x, -cx / fx - slack_x), (width - cx) / fx + slack_x)
    slope_y = min(max(slope_y, -cy / fy - slack_y), (height - cy) / fy + slack_y)
    jx, jy = fx / z, fy / z
    ax, ay, az = jx * (r[0] - slope_x * r[6]), jx * (r[1] - slope_x * r[7]), jx * (r[2] - slope_x * r[8])
    bx, by, bz = jy * (r[3] - slope_y * r[6]), jy * (r[4] - slope_y * r[7]), jy * (r[5] - slope_y * r[8])
    cax, cay, caz = xx * ax + xy * ay + xz * az, xy * ax + yy * ay + yz * az, xz * ax + yz * ay + zz * az
    cbx, cby, cbz = xx * bx + xy * by + xz * bz, xy * bx + yy * by + yz * bz, xz * bx + yz * by + zz * bz
    uu, uv, vv = ax * cax + ay * cay + az * caz, ax * cbx + ay * cby + az * cbz, bx * cbx + by * cby + bz * cbz
    sharp_determinant = uu * vv - uv * uv
    uu += EPS2D
    vv += EPS2D
    determinant = uu * vv - uv * uv
    if not determinant > 0:
        return True
    if antialiased:
        opacity *= math.sqrt(max(sharp_determinant / determinant, np.float32(0)))
        if opacity < LEAST_ALPHA:
            return True

    # Pixels whose centre lies in the ellipse where alpha reaches LEAST_ALPHA.
    log_opacity = math.log(opacity)
    reach = np.float32(2) * (log_opacity - math.log(LEAST_ALPHA))
    reach_x, reach_y = math.sqrt(reach * uu), math.sqrt(reach * vv)
    half = np.float32(0.5)
    first_x, last_x = max(math.ceil(u - reach_x - half), 0), min(math.floor(u + reach_x - half), width - 1)
    first_y, last_y = max(math.ceil(v - reach_y - half), 0), min(math.floor(v + reach_y - half), height - 1)
    if first_x > last_x or first_y > last_y:
        return True
    box[FIRST_X], box[FIRST_Y], box[LAST_X], box[LAST_Y] = first_x, first_y, last_x, last_y
    scale = np.float32(1) / (determinant * EXPONENT_SPLIT)
    splat[U], splat[V] = u, v
    splat[QUADRATIC_XX], splat[QUADRATIC_XY], splat[QUADRATIC_YY] = -half * vv * scale, uv * scale, -half * uu * scale
    splat[QUADRATIC_1] = log_opacity / EXPONENT_SPLIT
    splat[RED], splat[GREEN], splat[BLUE], splat[DEPTH] = color[0], color[1], color[2], z
    return True
