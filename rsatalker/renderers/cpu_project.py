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

from rsatalker.kernels import njit
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.worker_threads import take_chunk

FAST = {"contract", "nsz", "arcp", "afn"}  # fast float rules that still let a kernel see NaN and infinity

LEAST_ALPHA = np.float32(1 / 255)  # a weaker contribution is skipped, as in gsplat
LOG_LEAST_ALPHA = np.float32(math.log(1 / 255))
VIEW_SLACK = np.float32(0.3)  # part of the half view by which gsplat lets the projection's slope leave the image

GAUSSIANS_PER_CHUNK = 2048  # a few dozen microseconds of work

# Columns of a camera as the kernel takes it: rotation row by row, translation, intrinsics, near plane.
CAMERA_COLUMNS = 17
ROTATION, TRANSLATION, FX, FY, CX, CY, NEAR = 0, 9, 12, 13, 14, 15, 16

CACHE_LINE = 64  # bytes

# Columns of a splat: one Gaussian in the image. 16 floats are one cache line.
SPLAT_COLUMNS = 16
U, V = 0, 1  # centre, pixels
QUADRATIC_XX, QUADRATIC_XY, QUADRATIC_YY, QUADRATIC_1 = 2, 3, 4, 5  # log alpha / EXPONENT_SPLIT as a quadratic form
RED, GREEN, BLUE, DEPTH = 6, 7, 8, 9
# Of the ellipse where alpha reaches LEAST_ALPHA: how its middle moves down from column to column, half its height there
# at most, and the pixel box again, beside what the compositor needs anyway.
SLOPE, HALF_HEIGHT = 10, 11
BOX = 12  # and three more
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


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def project_gaussians(
    counter: Any,
    means: Any,
    covariances: Any,
    opacities: Any,
    colors: Any,
    antialiased: Any,
    eps2d: Any,
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
        end = min(begin + GAUSSIANS_PER_CHUNK, count)
        first_unusable = _project_range(
            c,
            begin,
            end,
            means,
            covariances,
            opacities,
            colors,
            antialiased,
            eps2d,
            cameras,
            np.float32(width),
            np.float32(height),
            splats,
            boxes,
        )
        if first_unusable < end:
            unusable[0] = first_unusable + 1


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _project_range(
    c: int,
    begin: int,
    end: int,
    means: Any,
    covariances: Any,
    opacities: Any,
    colors: Any,
    antialiased: Any,
    eps2d: Any,
    cameras: Any,
    width: Any,
    height: Any,
    splats: Any,
    boxes: Any,
) -> int:
    """Project Gaussians `begin` to `end` into camera `c`; return the first that holds NaN or infinity, or `end`.

    One long loop over whole arrays, because Numba counts references on every slice and every call. `eps2d`,
    `width` and `height` are float32: an integer beside a float32 would make all that follows float64.
    """
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    r00, r01, r02 = cameras[c, ROTATION], cameras[c, ROTATION + 1], cameras[c, ROTATION + 2]
    r10, r11, r12 = cameras[c, ROTATION + 3], cameras[c, ROTATION + 4], cameras[c, ROTATION + 5]
    r20, r21, r22 = cameras[c, ROTATION + 6], cameras[c, ROTATION + 7], cameras[c, ROTATION + 8]
    tx, ty, tz = cameras[c, TRANSLATION], cameras[c, TRANSLATION + 1], cameras[c, TRANSLATION + 2]
    fx, fy, cx, cy, near = cameras[c, FX], cameras[c, FY], cameras[c, CX], cameras[c, CY], cameras[c, NEAR]
    slack_x, slack_y = VIEW_SLACK * half * width / fx, VIEW_SLACK * half * height / fy
    least_x, most_x = -cx / fx - slack_x, (width - cx) / fx + slack_x
    least_y, most_y = -cy / fy - slack_y, (height - cy) / fy + slack_y
    for i in range(begin, end):
        boxes[c, i, FIRST_Y] = 0
        boxes[c, i, LAST_Y] = -1
        world_x, world_y, world_z, opacity = means[i, 0], means[i, 1], means[i, 2], opacities[i]
        xx, xy, xz = covariances[i, 0], covariances[i, 1], covariances[i, 2]
        yy, yz, zz = covariances[i, 3], covariances[i, 4], covariances[i, 5]
        red, green, blue = colors[i, 0], colors[i, 1], colors[i, 2]
        total = world_x + world_y + world_z + xx + xy + xz + yy + yz + zz + opacity + red + green + blue
        if not abs(total) < np.float32(np.inf):
            return i

        x = r00 * world_x + r01 * world_y + r02 * world_z + tx
        y = r10 * world_x + r11 * world_y + r12 * world_z + ty
        z = r20 * world_x + r21 * world_y + r22 * world_z + tz
        if z < near or opacity < LEAST_ALPHA:
            continue
        inverse_z = one / z
        slope_x, slope_y = x * inverse_z, y * inverse_z
        u, v = fx * slope_x + cx, fy * slope_y + cy

        # The projection is linearised about the centre, held near the image where the centre is far outside.
        slope_x, slope_y = min(max(slope_x, least_x), most_x), min(max(slope_y, least_y), most_y)
        jx, jy = fx * inverse_z, fy * inverse_z
        ax, ay, az = jx * (r00 - slope_x * r20), jx * (r01 - slope_x * r21), jx * (r02 - slope_x * r22)
        bx, by, bz = jy * (r10 - slope_y * r20), jy * (r11 - slope_y * r21), jy * (r12 - slope_y * r22)
        cax, cay, caz = xx * ax + xy * ay + xz * az, xy * ax + yy * ay + yz * az, xz * ax + yz * ay + zz * az
        cbx, cby, cbz = xx * bx + xy * by + xz * bz, xy * bx + yy * by + yz * bz, xz * bx + yz * by + zz * bz
        uu, uv, vv = ax * cax + ay * cay + az * caz, ax * cbx + ay * cby + az * cbz, bx * cbx + by * cby + bz * cbz
        sharp_determinant = uu * vv - uv * uv
        uu += eps2d
        vv += eps2d
        determinant = uu * vv - uv * uv
        if not determinant > 0 or not uu + vv < np.float32(np.inf):  # or larger than numbers go, or NaN by that
            continue
        if antialiased[i]:
            opacity *= math.sqrt(max(sharp_determinant / determinant, zero))
            if opacity < LEAST_ALPHA:
                continue

        # Pixels whose centre lies in the ellipse where alpha reaches LEAST_ALPHA.
        log_opacity = math.log(opacity)
        reach = max(np.float32(2) * (log_opacity - LOG_LEAST_ALPHA), zero)
        reach_x, reach_y = math.sqrt(reach * uu), math.sqrt(reach * vv)
        # Clamped before the conversion: a float beyond the integers would become any number.
        first_x = int(min(max(u - reach_x + half, zero), width))
        first_y = int(min(max(v - reach_y + half, zero), height))
        last_x = int(min(max(u + reach_x + half, zero), width)) - 1
        last_y = int(min(max(v + reach_y + half, zero), height)) - 1
        if first_x > last_x or first_y > last_y:
            continue
        boxes[c, i, FIRST_X], boxes[c, i, FIRST_Y] = first_x, first_y
        boxes[c, i, LAST_X], boxes[c, i, LAST_Y] = last_x, last_y
        scale = one / (determinant * EXPONENT_SPLIT)
        splats[c, i, U], splats[c, i, V], splats[c, i, DEPTH] = u, v, z
        splats[c, i, QUADRATIC_XX] = -half * vv * scale
        splats[c, i, QUADRATIC_XY] = uv * scale
        splats[c, i, QUADRATIC_YY] = -half * uu * scale
        splats[c, i, QUADRATIC_1] = log_opacity / EXPONENT_SPLIT
        splats[c, i, RED], splats[c, i, GREEN], splats[c, i, BLUE] = red, green, blue
        splats[c, i, SLOPE], splats[c, i, HALF_HEIGHT] = uv / uu, math.sqrt(reach * determinant / uu)
        splats[c, i, BOX + FIRST_X], splats[c, i, BOX + FIRST_Y] = first_x, first_y
        splats[c, i, BOX + LAST_X], splats[c, i, BOX + LAST_Y] = last_x, last_y
    return end
