"""One frame of one head, compiled: every bound Gaussian to the world, shaded.

The kernel works on blocks of `gaussian_blocks`, each in a few passes over planes that stay in the fastest cache. It
releases the GIL and works on a range of blocks, so that the caller may split it over threads.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np

from rsatalker.avatars.block_shading import (
    EYE,
    STRAND,
    SURFACE,
    find_eye_light,
    find_strand_light,
    find_surface_light,
    shade_diffuse,
    shine_strands,
    shine_surfaces,
    to_display,
)
from rsatalker.avatars.gaussian_blocks import (
    ALONG_X,
    ALONG_Y,
    ALONG_Z,
    BEND_X,
    BEND_Y,
    BEND_Z,
    BLOCK,
    BLUE,
    CENTER_X,
    CENTER_Y,
    CENTER_Z,
    COVARIANCE_XX,
    COVARIANCE_XY,
    COVARIANCE_XZ,
    COVARIANCE_YY,
    COVARIANCE_YZ,
    COVARIANCE_ZZ,
    CULLED,
    DIRECTION_X,
    DIRECTION_Y,
    DIRECTION_Z,
    FACING,
    FACTOR_XX,
    FACTOR_YX,
    FACTOR_YY,
    FACTOR_ZX,
    FACTOR_ZY,
    FACTOR_ZZ,
    FRAME_XX,
    FRAME_XY,
    FRAME_XZ,
    FRAME_YX,
    FRAME_YY,
    FRAME_YZ,
    FRAME_ZX,
    FRAME_ZY,
    FRAME_ZZ,
    GREEN,
    KNOWN_END,
    LANES,
    NORMAL_X,
    NORMAL_Y,
    NORMAL_Z,
    OPACITY,
    PROUD,
    RED,
    SHARE_A,
    SHARE_B,
    SHARE_C,
    SHOWN,
    VIEW_X,
    VIEW_Y,
    VIEW_Z,
    WORKED_OUT_END,
    X,
    Y,
    Z,
    unpack,
)  # fmt: skip
from rsatalker.avatars.shading import ONE, ZERO, F, inverse_length
from rsatalker.kernels import njit

SMALLEST_VARIANCE = F(1e-20)  # square metres
SMALLEST_DOUBLE_AREA = F(1e-13)  # square metres, as in `face_frames`: smaller triangles carry nothing


@njit(nogil=True, fastmath=True, error_model="numpy")
def pose_blocks(
    start, stop, firsts, counts, materials, steps, begins, lows, sizes, on_triangles, helpers, corners, eyes, ranks,
    vertices, normals, vertex_light, axes, origins, eye_light, lids, skull_rotation, skull_translation, bands,
    lamp_directions, lamp_colors, viewer, gone, steepness, growth, means, covariances, colors, opacities,
):  # fmt: skip
    """Write world position, covariance, display colour and opacity of the Gaussians of blocks start to stop.

    Args:
        start: First block.
        stop: End of the range.
        firsts: (B,) where what is written of each block begins.
        counts: (B,) how many of each are written, those of the least ranks.
        materials: `GaussianBlocks.materials`; so are the next nine.
        steps: (S,)
        begins: (B,)
        lows: (B, KNOWN)
        sizes: (B, KNOWN)
        on_triangles: (B,)
        helpers: (B, BLOCK)
        corners: (B, 3, BLOCK)
        eyes: (B, BLOCK)
        ranks: (B, BLOCK)
        vertices: (V, 3) of the mesh, world, metres.
        normals: (V, 3) smooth normals, world.
        vertex_light: (V, VERTEX_LIGHT) from `light_vertices`.
        axes: (H, 3, 3) helper frames, world.
        origins: (H, 3) their origins, metres.
        eye_light: (2, VERTEX_LIGHT) what reaches the eyes.
        lids: (2, 8) from `lids.lid_margins`.
        skull_rotation: (3, 3) world from neutral.
        skull_translation: (3,) metres.
        bands: (3, 9) probe convolved with Lambert's cosine, world.
        lamp_directions: (LAMPS, 3) towards the lamps; the first is the key light.
        lamp_colors: (LAMPS, 3) irradiance / pi.
        viewer: (3,) position of the eye that looks, world.
        gone: `Selection.gone`.
        steepness: `Selection.steepness`.
        growth: Factor on the area that each covers; see `_grow`.
        means: (N, 3) out.
        covariances: (N, 6) out.
        colors: (N, 3) out.
        opacities: (N,) out.
    """
    known, now = np.empty(KNOWN_END, np.float32), np.zeros(WORKED_OUT_END, np.float32)
    for block in range(start, stop):
        material, first, count = materials[block], firsts[block], counts[block]
        lanes = (count + LANES - 1) // LANES * LANES
        unpack(lanes, steps, begins[block], lows[block], sizes[block], known)
        if on_triangles[block]:
            _find_triangle_frames(lanes, corners[block], vertices, now)
        else:
            _fetch_helper_frames(lanes, helpers[block], axes, origins, now)
        _find_centers(lanes, known, now)
        _find_covariances(lanes, known, now)
        _find_directions(lanes, material, known, corners[block], normals, viewer, now)
        shown = _find_shown(lanes, material, known, now)
        if growth > ONE:
            _grow(lanes, material, growth, now)
        _write_places(first, count, known, now, ranks[block], gone, steepness, means, covariances, opacities)
        if shown <= ZERO:  # all of the block faces away
            colors[first : first + count] = ZERO
            continue
        if material == SURFACE:
            find_surface_light(lanes, known, corners[block], vertex_light, now)
        elif material == EYE:
            find_eye_light(lanes, known, eyes[block], eye_light, lids, skull_rotation, skull_translation, now)
        else:
            find_strand_light(lanes, known, lamp_directions, now)
        shade_diffuse(lanes, material, known, bands, lamp_directions[0], lamp_colors[0], now)
        if material == STRAND:
            shine_strands(lanes, known, lamp_directions, lamp_colors, now)
        else:
            shine_surfaces(lanes, known, lamp_directions, lamp_colors, now)
        to_display(lanes, now)
        for i in range(count):
            colors[first + i, 0] = now[RED + i]
            colors[first + i, 1] = now[GREEN + i]
            colors[first + i, 2] = now[BLUE + i]


@njit(nogil=True, fastmath=True, error_model="numpy")
def _find_triangle_frames(lanes, corners, vertices, now):
    """Find the frames of `face_frames.affine_frames`; the first corner goes where the centre will be."""
    for i in range(lanes):
        a, b, c = corners[0, i], corners[1, i], corners[2, i]
        for axis in range(3):
            at_a = vertices[a, axis]
            now[FRAME_XX + 3 * axis * BLOCK + i] = vertices[b, axis] - at_a
            now[FRAME_XY + 3 * axis * BLOCK + i] = vertices[c, axis] - at_a
            now[X + axis * BLOCK + i] = at_a
    for i in range(lanes):
        bx, by, bz = now[FRAME_XX + i], now[FRAME_YX + i], now[FRAME_ZX + i]
        cx, cy, cz = now[FRAME_XY + i], now[FRAME_YY + i], now[FRAME_ZY + i]
        nx, ny, nz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        double_area = math.sqrt(nx * nx + ny * ny + nz * nz)
        stretch = ONE / math.sqrt(max(double_area, SMALLEST_DOUBLE_AREA))
        now[FRAME_XZ + i], now[FRAME_YZ + i], now[FRAME_ZZ + i] = nx * stretch, ny * stretch, nz * stretch


@njit(nogil=True, fastmath=True, error_model="numpy")
def _fetch_helper_frames(lanes, helpers, axes, origins, now):
    for i in range(lanes):
        helper = helpers[i]
        for row in range(3):
            for column in range(3):
                now[FRAME_XX + (3 * row + column) * BLOCK + i] = axes[helper, row, column]
            now[X + row * BLOCK + i] = origins[helper, row]


@njit(nogil=True, fastmath=True, error_model="numpy")
def _find_centers(lanes, known, now):
    for i in range(lanes):
        x, y, z = known[CENTER_X + i], known[CENTER_Y + i], known[CENTER_Z + i]
        now[X + i] += now[FRAME_XX + i] * x + now[FRAME_XY + i] * y + now[FRAME_XZ + i] * z
        now[Y + i] += now[FRAME_YX + i] * x + now[FRAME_YY + i] * y + now[FRAME_YZ + i] * z
        now[Z + i] += now[FRAME_ZX + i] * x + now[FRAME_ZY + i] * y + now[FRAME_ZZ + i] * z


@njit(nogil=True, fastmath=True, error_model="numpy")
def _find_covariances(lanes, known, now):
    """Covariance = (axes factor) (axes factor)^T, from the columns of the product."""
    for i in range(lanes):
        p, q, r = known[FACTOR_XX + i], known[FACTOR_YX + i], known[FACTOR_ZX + i]
        s, t, u = known[FACTOR_YY + i], known[FACTOR_ZY + i], known[FACTOR_ZZ + i]
        x, y, z = now[FRAME_XX + i], now[FRAME_XY + i], now[FRAME_XZ + i]
        ax, ay, az = x * p + y * q + z * r, y * s + z * t, z * u
        x, y, z = now[FRAME_YX + i], now[FRAME_YY + i], now[FRAME_YZ + i]
        bx, by, bz = x * p + y * q + z * r, y * s + z * t, z * u
        x, y, z = now[FRAME_ZX + i], now[FRAME_ZY + i], now[FRAME_ZZ + i]
        cx, cy, cz = x * p + y * q + z * r, y * s + z * t, z * u
        xx, xy, xz = ax * ax + ay * ay + az * az, ax * bx + ay * by + az * bz, ax * cx + ay * cy + az * cz
        yy, yz, zz = bx * bx + by * by + bz * bz, bx * cx + by * cy + bz * cz, cx * cx + cy * cy + cz * cz
        now[COVARIANCE_XX + i], now[COVARIANCE_XY + i], now[COVARIANCE_XZ + i] = xx, xy, xz
        now[COVARIANCE_YY + i], now[COVARIANCE_YZ + i], now[COVARIANCE_ZZ + i] = yy, yz, zz


@njit(nogil=True, fastmath=True, error_model="numpy")
def _find_directions(lanes, material, known, corners, normals, viewer, now):
    """Find the directions towards the viewer and along strands, and the unit normals; move marks to the viewer."""
    for i in range(lanes):
        x, y, z = viewer[0] - now[X + i], viewer[1] - now[Y + i], viewer[2] - now[Z + i]
        inverse = inverse_length(x, y, z)
        now[VIEW_X + i], now[VIEW_Y + i], now[VIEW_Z + i] = x * inverse, y * inverse, z * inverse
    for i in range(lanes):  # marks would drown in the skin that they lie on, which is as soft as it is wide
        proud = known[PROUD + i]
        now[X + i] += proud * now[VIEW_X + i]
        now[Y + i] += proud * now[VIEW_Y + i]
        now[Z + i] += proud * now[VIEW_Z + i]
    if material != SURFACE:
        for i in range(lanes):
            p, q, r = known[DIRECTION_X + i], known[DIRECTION_Y + i], known[DIRECTION_Z + i]
            x = now[FRAME_XX + i] * p + now[FRAME_XY + i] * q + now[FRAME_XZ + i] * r
            y = now[FRAME_YX + i] * p + now[FRAME_YY + i] * q + now[FRAME_YZ + i] * r
            z = now[FRAME_ZX + i] * p + now[FRAME_ZY + i] * q + now[FRAME_ZZ + i] * r
            inverse = inverse_length(x, y, z)
            now[ALONG_X + i], now[ALONG_Y + i], now[ALONG_Z + i] = x * inverse, y * inverse, z * inverse
    if material == EYE:
        now[NORMAL_X : NORMAL_X + 3 * BLOCK] = now[ALONG_X : ALONG_X + 3 * BLOCK]
        return
    bent = ONE if material == SURFACE else ZERO
    for i in range(lanes):
        a, b, c = corners[0, i], corners[1, i], corners[2, i]
        share_a, share_b, share_c = known[SHARE_A + i], known[SHARE_B + i], known[SHARE_C + i]
        for axis in range(3):
            now[NORMAL_X + axis * BLOCK + i] = (
                share_a * normals[a, axis] + share_b * normals[b, axis] + share_c * normals[c, axis]
            )
    for i in range(lanes):
        x = now[NORMAL_X + i] + bent * known[BEND_X + i]
        y = now[NORMAL_Y + i] + bent * known[BEND_Y + i]
        z = now[NORMAL_Z + i] + bent * known[BEND_Z + i]
        inverse = inverse_length(x, y, z)
        now[NORMAL_X + i], now[NORMAL_Y + i], now[NORMAL_Z + i] = x * inverse, y * inverse, z * inverse


@njit(nogil=True, fastmath=True, error_model="numpy")
def _find_shown(lanes, material, known, now):
    """Find which face the viewer and how much is shown of them; return the sum."""
    beyond = F(0.60) if material == STRAND else F(0.28)  # strands stand off the head: they leave later
    total = ZERO
    for i in range(lanes):
        facing = (
            now[NORMAL_X + i] * now[VIEW_X + i]
            + now[NORMAL_Y + i] * now[VIEW_Y + i]
            + now[NORMAL_Z + i] * now[VIEW_Z + i]
        )
        culled = known[CULLED + i]
        shown = ONE - culled + culled * min(ONE, max(ZERO, (facing + beyond) * F(6)))
        now[FACING + i], now[SHOWN + i] = facing, shown
        total += shown
    return total


@njit(nogil=True, fastmath=True, error_model="numpy")
def _grow(lanes, material, growth, now):
    """Let Gaussians stand for more of their like: surfaces in all directions, strands across only.

    Longer strands would stand off the head like a fringe. Across means given the place along the strand: the Schur
    complement, which stays a covariance whatever the direction.
    """
    if material != STRAND:
        for plane in range(COVARIANCE_XX, COVARIANCE_XX + 6 * BLOCK, BLOCK):
            for i in range(lanes):
                now[plane + i] *= growth
        return
    across, along = growth * growth, ONE - growth * growth
    for i in range(lanes):
        xx, xy, xz = now[COVARIANCE_XX + i], now[COVARIANCE_XY + i], now[COVARIANCE_XZ + i]
        yy, yz, zz = now[COVARIANCE_YY + i], now[COVARIANCE_YZ + i], now[COVARIANCE_ZZ + i]
        p, q, r = now[ALONG_X + i], now[ALONG_Y + i], now[ALONG_Z + i]
        x, y, z = xx * p + xy * q + xz * r, xy * p + yy * q + yz * r, xz * p + yz * q + zz * r
        kept = along / max(x * p + y * q + z * r, SMALLEST_VARIANCE)
        now[COVARIANCE_XX + i], now[COVARIANCE_XY + i] = across * xx + kept * x * x, across * xy + kept * x * y
        now[COVARIANCE_XZ + i], now[COVARIANCE_YY + i] = across * xz + kept * x * z, across * yy + kept * y * y
        now[COVARIANCE_YZ + i], now[COVARIANCE_ZZ + i] = across * yz + kept * y * z, across * zz + kept * z * z


@njit(nogil=True, fastmath=True, error_model="numpy")
def _write_places(first, count, known, now, ranks, gone, steepness, means, covariances, opacities):
    for i in range(count):
        for axis in range(3):
            means[first + i, axis] = now[X + axis * BLOCK + i]
        for entry in range(6):
            covariances[first + i, entry] = now[COVARIANCE_XX + entry * BLOCK + i]
        weight = min(ONE, max(ZERO, (gone - ranks[i]) * steepness))
        opacities[first + i] = weight * known[OPACITY + i] * now[SHOWN + i]


@njit(nogil=True, error_model="numpy")
def fade_wrinkles(at_rest, drivers, expression, wrinkles, groups, opacities):
    """Multiply the opacities of wrinkles by how deep the expression folds their group.

    Args:
        at_rest: (G,) depths without an expression.
        drivers: (G, E) their change with each coefficient.
        expression: (E,)
        wrinkles: (W,) which Gaussians.
        groups: (W,) the group of each.
        opacities: (N,) in and out.
    """
    depths = at_rest.copy()
    for group in range(len(depths)):
        for coefficient in range(len(expression)):
            depths[group] += drivers[group, coefficient] * expression[coefficient]
        depths[group] = min(ONE, max(ZERO, depths[group]))
    for wrinkle in range(len(wrinkles)):
        opacities[wrinkles[wrinkle]] *= depths[groups[wrinkle]]
