"""One frame of one head, compiled: every bound Gaussian to the world, shaded.

The kernel releases the GIL and works on a range, so that the caller may split it over threads.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np
from numba import njit

from rsatalker.avatars.lighting import LAMPS, VERTEX_LIGHT
from rsatalker.avatars.shading import (
    HALF,
    ONE,
    ZERO,
    F,
    display,
    hair_lobes,
    inverse_length,
    probe_light,
    skin_highlight,
    unit_ramp,
    wrapped,
)

WRAP_RED, WRAP_GREEN, WRAP_BLUE = F(0.34), F(0.15), F(0.09)  # how far light of a colour travels under skin


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def lid_shadow(eye, x, y, lids):
    """Return how much light the lids leave on a point of the eyeball; x, y in metres in the skull's frame.

    `lids` holds per eye: centre x, three coefficients of the upper margin, three of the lower, half width.
    """
    dx = x - lids[eye, 0]
    upper = lids[eye, 1] + dx * (lids[eye, 2] + dx * lids[eye, 3])
    lower = lids[eye, 4] + dx * (lids[eye, 5] + dx * lids[eye, 6])
    below_upper = unit_ramp(F(-0.0004), F(0.0042), upper - y)
    above_lower = unit_ramp(F(-0.0005), F(0.0020), y - lower)
    inside = unit_ramp(F(-0.0005), F(0.0042), lids[eye, 7] - abs(dx))
    return (F(0.30) + F(0.70) * below_upper) * (F(0.62) + F(0.38) * above_lower) * (F(0.45) + F(0.55) * inside)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def pose_gaussians(
    start, stop, bound, axes, origins, quads, normals, vertex_light, eye_light, lids, skull_rotation,
    skull_translation, bands, wrapped_bands, lamp_directions, lamp_colors, viewer, curve,
    means, covariances, colors, opacities,
):  # fmt: skip
    """Write world position, covariance, display colour and opacity of bound Gaussians start to stop.

    Args:
        start: First Gaussian.
        stop: End of the range.
        bound: Array of `binding.BOUND`.
        axes: (T, 3, 3) frames of triangles and helpers, world.
        origins: (T, 3) their origins, metres.
        quads: (Q, 4) vertex indices.
        normals: (V, 3) smooth normals, world.
        vertex_light: (V, VERTEX_LIGHT) from `light_vertices`.
        eye_light: (2, VERTEX_LIGHT) what reaches the eyes.
        lids: (2, 8) lid margins, see `lid_shadow`.
        skull_rotation: (3, 3) world from neutral.
        skull_translation: (3,) metres.
        bands: (3, 9) probe convolved with Lambert's cosine, world.
        wrapped_bands: (3, 9) probe convolved with the skin's kernel, world.
        lamp_directions: (LAMPS, 3) towards the lamps; the first is the key light.
        lamp_colors: (LAMPS, 3) irradiance / pi.
        viewer: (3,) position of the eye that looks, world.
        curve: From `shading.display_curve`.
        means: (N, 3) out.
        covariances: (N, 6) out.
        colors: (N, 3) out.
        opacities: (N,) out.
    """
    weight = np.empty(4, np.float32)
    reach = np.empty(VERTEX_LIGHT, np.float32)
    for i in range(start, stop):
        g = bound[i]
        frame = g.frame
        f = axes[frame]
        # --- place
        cx, cy, cz = g.center[0], g.center[1], g.center[2]
        x = f[0, 0] * cx + f[0, 1] * cy + f[0, 2] * cz + origins[frame, 0]
        y = f[1, 0] * cx + f[1, 1] * cy + f[1, 2] * cz + origins[frame, 1]
        z = f[2, 0] * cx + f[2, 1] * cy + f[2, 2] * cz + origins[frame, 2]
        means[i, 0] = x
        means[i, 1] = y
        means[i, 2] = z
        xx, xy, xz, yy, yz, zz = ZERO, ZERO, ZERO, ZERO, ZERO, ZERO
        for k in range(3):
            p, q, r = g.factor[0, k], g.factor[1, k], g.factor[2, k]
            a = f[0, 0] * p + f[0, 1] * q + f[0, 2] * r
            b = f[1, 0] * p + f[1, 1] * q + f[1, 2] * r
            c = f[2, 0] * p + f[2, 1] * q + f[2, 2] * r
            xx += a * a
            xy += a * b
            xz += a * c
            yy += b * b
            yz += b * c
            zz += c * c
        covariances[i, 0] = xx
        covariances[i, 1] = xy
        covariances[i, 2] = xz
        covariances[i, 3] = yy
        covariances[i, 4] = yz
        covariances[i, 5] = zz
        material = g.material
        opacities[i] = g.opacity
        if material == 3 or g.opacity <= ZERO:  # a glint shines by itself
            for channel in range(3):
                colors[i, channel] = min(ONE, max(ZERO, g.albedo[channel]))
            continue
        vx, vy, vz = viewer[0] - x, viewer[1] - y, viewer[2] - z
        inverse = inverse_length(vx, vy, vz)
        vx *= inverse
        vy *= inverse
        vz *= inverse
        # --- directions
        p, q, r = g.direction[0], g.direction[1], g.direction[2]
        tx = f[0, 0] * p + f[0, 1] * q + f[0, 2] * r
        ty = f[1, 0] * p + f[1, 1] * q + f[1, 2] * r
        tz = f[2, 0] * p + f[2, 1] * q + f[2, 2] * r
        inverse = inverse_length(tx, ty, tz)
        tx *= inverse
        ty *= inverse
        tz *= inverse
        nx, ny, nz = tx, ty, tz
        if material != 2:
            u, v = g.u, g.v
            weight[0] = (ONE - u) * (ONE - v)
            weight[1] = u * (ONE - v)
            weight[2] = u * v
            weight[3] = (ONE - u) * v
            nx, ny, nz = ZERO, ZERO, ZERO
            for k in range(4):
                vertex = quads[g.quad, k]
                nx += weight[k] * normals[vertex, 0]
                ny += weight[k] * normals[vertex, 1]
                nz += weight[k] * normals[vertex, 2]
            if material == 0:
                nx += g.bend[0]
                ny += g.bend[1]
                nz += g.bend[2]
            inverse = inverse_length(nx, ny, nz)
            nx *= inverse
            ny *= inverse
            nz *= inverse
        facing = nx * vx + ny * vy + nz * vz
        if g.culled > 0:
            beyond = F(0.60) if material == 1 else F(0.28)  # strands stand off the head: they leave later
            shown = min(ONE, max(ZERO, (facing + beyond) * F(6)))
            opacities[i] = g.opacity * shown
            if shown <= ZERO:
                colors[i, 0] = ZERO
                colors[i, 1] = ZERO
                colors[i, 2] = ZERO
                continue
        # --- what reaches it
        if material == 0:
            for column in range(VERTEX_LIGHT):
                reach[column] = ZERO
            for k in range(4):
                vertex = quads[g.quad, k]
                for column in range(VERTEX_LIGHT):
                    reach[column] += weight[k] * vertex_light[vertex, column]
            for column in range(VERTEX_LIGHT):
                reach[column] *= g.occlusion
        elif material == 2:
            px = x - skull_translation[0]
            py = y - skull_translation[1]
            pz = z - skull_translation[2]
            sx = skull_rotation[0, 0] * px + skull_rotation[1, 0] * py + skull_rotation[2, 0] * pz
            sy = skull_rotation[0, 1] * px + skull_rotation[1, 1] * py + skull_rotation[2, 1] * pz
            open_part = lid_shadow(g.eye, sx, sy, lids) * g.occlusion
            for column in range(VERTEX_LIGHT):
                reach[column] = open_part * eye_light[g.eye, column]
            reach[0] = reach[0] ** F(0.85)
        else:
            for column in range(4):
                reach[column] = g.occlusion
            bx, by, bz = g.bend[0], g.bend[1], g.bend[2]
            p = f[0, 0] * bx + f[0, 1] * by + f[0, 2] * bz
            q = f[1, 0] * bx + f[1, 1] * by + f[1, 2] * bz
            r = f[2, 0] * bx + f[2, 1] * by + f[2, 2] * bz
            for lamp in range(LAMPS):
                towards = p * lamp_directions[lamp, 0] + q * lamp_directions[lamp, 1] + r * lamp_directions[lamp, 2]
                reach[4 + lamp] = min(F(1.05), max(F(0.03), g.occlusion + towards))
            reach[3] = reach[4]
            # the shading normal lies between the surface's and the strand's side that faces the viewer
            along = vx * tx + vy * ty + vz * tz
            nx = F(0.7) * nx + F(0.45) * (vx - along * tx)
            ny = F(0.7) * ny + F(0.45) * (vy - along * ty)
            nz = F(0.7) * nz + F(0.45) * (vz - along * tz)
            inverse = inverse_length(nx, ny, nz)
            nx *= inverse
            ny *= inverse
            nz *= inverse
        # --- diffuse
        key_cosine = nx * lamp_directions[0, 0] + ny * lamp_directions[0, 1] + nz * lamp_directions[0, 2]
        soft = g.subsurface if material == 0 else (F(0.35) if material == 1 else ZERO)
        fuzz = ONE - max(ZERO, facing)
        fuzz = g.sheen * fuzz * fuzz * fuzz
        for channel in range(3):
            sharp_probe = probe_light(bands, channel, nx, ny, nz)
            probe = sharp_probe
            if soft > ZERO:
                probe += soft * (probe_light(wrapped_bands, channel, nx, ny, nz) - sharp_probe)
            wrap = WRAP_RED if channel == 0 else (WRAP_GREEN if channel == 1 else WRAP_BLUE)
            key = wrapped(key_cosine, wrap * soft) * (reach[3] if channel == 0 else reach[4])
            probe = max(ZERO, probe) * reach[channel]
            light = probe + key * lamp_colors[0, channel]
            colors[i, channel] = g.albedo[channel] * light + fuzz * HALF * (
                probe + HALF * key * lamp_colors[0, channel]
            )
        # --- highlights
        if g.specular > ZERO:
            for lamp in range(LAMPS):
                lx, ly, lz = lamp_directions[lamp, 0], lamp_directions[lamp, 1], lamp_directions[lamp, 2]
                strength = g.specular * reach[4 + lamp] * F(math.pi)
                if material == 1:
                    lit = min(ONE, max(F(0.25), (nx * lx + ny * ly + nz * lz) * F(0.8) + F(0.35)))
                    white, tinted = hair_lobes(tx, ty, tz, vx, vy, vz, lx, ly, lz, g.roughness)
                    for channel in range(3):
                        albedo = g.albedo[channel]
                        shine = white * F(0.17) * (F(0.15) + F(0.85) * math.sqrt(albedo)) + tinted * F(0.65) * albedo
                        colors[i, channel] += strength * lit * reach[0] * lamp_colors[lamp, channel] * shine
                else:
                    shine = strength * skin_highlight(nx, ny, nz, vx, vy, vz, lx, ly, lz, g.roughness)
                    for channel in range(3):
                        colors[i, channel] += shine * lamp_colors[lamp, channel]
        for channel in range(3):
            colors[i, channel] = display(colors[i, channel], curve)
