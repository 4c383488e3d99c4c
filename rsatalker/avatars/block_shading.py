"""Light on one block of Gaussians: the passes that `posing` runs; the formulas are those of `shading`.

`known` holds the planes of `gaussian_blocks` that never change, `now` those that a frame works out.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np

from rsatalker.avatars.gaussian_blocks import (
    ALBEDO_BLUE,
    ALBEDO_GREEN,
    ALBEDO_RED,
    ALONG_X,
    ALONG_Y,
    ALONG_Z,
    BEND_X,
    BEND_Y,
    BEND_Z,
    BLOCK,
    BLUE,
    FACING,
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
    NORMAL_X,
    NORMAL_Y,
    NORMAL_Z,
    OCCLUSION,
    REACH_BLUE,
    REACH_GREEN,
    REACH_KEY,
    REACH_KEY_RED,
    REACH_RED,
    REACH_SECOND,
    REACH_THIRD,
    RED,
    ROUGHNESS,
    SHARE_A,
    SHARE_B,
    SHARE_C,
    SHEEN,
    SPECULAR,
    SUBSURFACE,
    VIEW_X,
    VIEW_Y,
    VIEW_Z,
    X,
    Y,
    Z,
)  # fmt: skip
from rsatalker.avatars.lids import lid_shadow
from rsatalker.avatars.lighting import LAMPS, VERTEX_LIGHT
from rsatalker.avatars.shading import (
    HALF,
    ONE,
    ZERO,
    F,
    display,
    hair_lobes,
    inverse_length,
    probe_polynomial,
    skin_highlight,
    wrapped,
)
from rsatalker.avatars.spherical_harmonics import diffuse_bands
from rsatalker.kernels import njit

SURFACE, STRAND, EYE = 0, 1, 2  # values of `binding.Material`
WRAP = (0.26, 0.14, 0.10)  # how far red, green and blue light travels under skin
WRAP_RED, WRAP_GREEN, WRAP_BLUE = F(WRAP[0]), F(WRAP[1]), F(WRAP[2])
GAINS = np.array(  # of soft skin's light over Lambert's, in red, green and blue and in each band of the probe
    [diffuse_bands(wrap)[[0, 1, 4]] / diffuse_bands(0.0)[[0, 1, 4]] - 1 for wrap in WRAP], np.float32
)
STRAND_SOFTNESS = F(0.35)  # strands let some light through


@njit(nogil=True, fastmath=True, error_model="numpy")
def find_surface_light(lanes, known, corners, vertex_light, now):
    """Take the light of the triangle's corners."""
    for i in range(lanes):
        a, b, c = corners[0, i], corners[1, i], corners[2, i]
        open_part = known[OCCLUSION + i]
        share_a, share_b = open_part * known[SHARE_A + i], open_part * known[SHARE_B + i]
        share_c = open_part * known[SHARE_C + i]
        now[REACH_RED + i] = _mixed(vertex_light, 0, a, b, c, share_a, share_b, share_c)
        now[REACH_GREEN + i] = _mixed(vertex_light, 1, a, b, c, share_a, share_b, share_c)
        now[REACH_BLUE + i] = _mixed(vertex_light, 2, a, b, c, share_a, share_b, share_c)
        now[REACH_KEY_RED + i] = _mixed(vertex_light, 3, a, b, c, share_a, share_b, share_c)
        now[REACH_KEY + i] = _mixed(vertex_light, 4, a, b, c, share_a, share_b, share_c)
        now[REACH_SECOND + i] = _mixed(vertex_light, 5, a, b, c, share_a, share_b, share_c)
        now[REACH_THIRD + i] = _mixed(vertex_light, 6, a, b, c, share_a, share_b, share_c)


@njit(nogil=True, fastmath=True, error_model="numpy")
def _mixed(vertex_light, column, a, b, c, share_a, share_b, share_c):
    return share_a * vertex_light[a, column] + share_b * vertex_light[b, column] + share_c * vertex_light[c, column]


@njit(nogil=True, fastmath=True, error_model="numpy")
def find_eye_light(lanes, known, eyes, eye_light, lids, skull_rotation, skull_translation, now):
    """Shade the light around an eye by its lids."""
    for i in range(lanes):
        x, y, z = (
            now[X + i] - skull_translation[0],
            now[Y + i] - skull_translation[1],
            now[Z + i] - skull_translation[2],
        )
        in_skull_x = skull_rotation[0, 0] * x + skull_rotation[1, 0] * y + skull_rotation[2, 0] * z
        in_skull_y = skull_rotation[0, 1] * x + skull_rotation[1, 1] * y + skull_rotation[2, 1] * z
        open_part = lid_shadow(eyes[i], in_skull_x, in_skull_y, lids) * known[OCCLUSION + i]
        for column in range(VERTEX_LIGHT):
            now[REACH_RED + column * BLOCK + i] = open_part * eye_light[eyes[i], column]
        now[REACH_RED + i] = now[REACH_RED + i] ** F(0.85)


@njit(nogil=True, fastmath=True, error_model="numpy")
def find_strand_light(lanes, known, lamp_directions, now):
    """Find how open strands are to each lamp, and turn their normals to the side that the viewer sees."""
    for i in range(lanes):  # the direction that they are open to goes where their light will be
        p, q, r = known[BEND_X + i], known[BEND_Y + i], known[BEND_Z + i]
        now[REACH_RED + i] = now[FRAME_XX + i] * p + now[FRAME_XY + i] * q + now[FRAME_XZ + i] * r
        now[REACH_GREEN + i] = now[FRAME_YX + i] * p + now[FRAME_YY + i] * q + now[FRAME_YZ + i] * r
        now[REACH_BLUE + i] = now[FRAME_ZX + i] * p + now[FRAME_ZY + i] * q + now[FRAME_ZZ + i] * r
    for lamp in range(LAMPS):
        lx, ly, lz = lamp_directions[lamp, 0], lamp_directions[lamp, 1], lamp_directions[lamp, 2]
        plane = lamp * BLOCK
        for i in range(lanes):
            towards = now[REACH_RED + i] * lx + now[REACH_GREEN + i] * ly + now[REACH_BLUE + i] * lz
            now[REACH_KEY + plane + i] = min(F(1.05), max(F(0.07), known[OCCLUSION + i] + towards))
    for i in range(lanes):
        openness = known[OCCLUSION + i]
        now[REACH_RED + i], now[REACH_GREEN + i], now[REACH_BLUE + i] = openness, openness, openness
        now[REACH_KEY_RED + i] = now[REACH_KEY + i]
    for i in range(lanes):
        tx, ty, tz = now[ALONG_X + i], now[ALONG_Y + i], now[ALONG_Z + i]
        vx, vy, vz = now[VIEW_X + i], now[VIEW_Y + i], now[VIEW_Z + i]
        along = vx * tx + vy * ty + vz * tz
        # the shading normal lies between the surface's and the strand's side that faces the viewer
        x = F(0.7) * now[NORMAL_X + i] + F(0.45) * (vx - along * tx)
        y = F(0.7) * now[NORMAL_Y + i] + F(0.45) * (vy - along * ty)
        z = F(0.7) * now[NORMAL_Z + i] + F(0.45) * (vz - along * tz)
        inverse = inverse_length(x, y, z)
        now[NORMAL_X + i], now[NORMAL_Y + i], now[NORMAL_Z + i] = x * inverse, y * inverse, z * inverse


@njit(nogil=True, fastmath=True, error_model="numpy")
def shade_diffuse(lanes, material, known, bands, key_direction, key_color, now):
    """Write the linear colours that probe and key light give, with fuzz at grazing angles."""
    key_x, key_y, key_z = key_direction[0], key_direction[1], key_direction[2]
    own_softness = ONE if material == SURFACE else ZERO
    softness = STRAND_SOFTNESS if material == STRAND else ZERO
    for channel in range(3):
        wrap = WRAP_RED if channel == 0 else (WRAP_GREEN if channel == 1 else WRAP_BLUE)
        key_reach = REACH_KEY_RED if channel == 0 else REACH_KEY
        plane = channel * BLOCK
        brightness = key_color[channel]
        k0, k1, k2, k3, k4, k5, k6, k7, k8 = probe_polynomial(bands[channel])
        gain_0, gain_1, gain_2 = GAINS[channel, 0], GAINS[channel, 1], GAINS[channel, 2]
        for i in range(lanes):
            x, y, z = now[NORMAL_X + i], now[NORMAL_Y + i], now[NORMAL_Z + i]
            soft = softness + own_softness * known[SUBSURFACE + i]
            linear = y * k1 + z * k2 + x * k3
            quadratic = x * (y * k4 + z * k7) + y * z * k5 + (F(3) * z * z - ONE) * k6 + (x * x - y * y) * k8
            probe = k0 * (ONE + soft * gain_0) + linear * (ONE + soft * gain_1) + quadratic * (ONE + soft * gain_2)
            probe = max(ZERO, probe) * now[REACH_RED + plane + i]
            cosine = x * key_x + y * key_y + z * key_z
            key = brightness * wrapped(cosine, wrap * soft) * now[key_reach + i]
            fuzz = ONE - max(ZERO, now[FACING + i])
            fuzz = known[SHEEN + i] * fuzz * fuzz * fuzz
            now[RED + plane + i] = known[ALBEDO_RED + plane + i] * (probe + key) + fuzz * HALF * (probe + HALF * key)


@njit(nogil=True, fastmath=True, error_model="numpy")
def shine_surfaces(lanes, known, lamp_directions, lamp_colors, now):
    """Add the highlights of skin, teeth, cloth and eyes."""
    for lamp in range(LAMPS):
        lx, ly, lz = lamp_directions[lamp, 0], lamp_directions[lamp, 1], lamp_directions[lamp, 2]
        red, green, blue = lamp_colors[lamp, 0], lamp_colors[lamp, 1], lamp_colors[lamp, 2]
        plane = lamp * BLOCK
        for i in range(lanes):
            n_l = now[NORMAL_X + i] * lx + now[NORMAL_Y + i] * ly + now[NORMAL_Z + i] * lz
            v_l = now[VIEW_X + i] * lx + now[VIEW_Y + i] * ly + now[VIEW_Z + i] * lz
            shine = known[SPECULAR + i] * now[REACH_KEY + plane + i] * F(math.pi)
            shine *= skin_highlight(n_l, now[FACING + i], v_l, known[ROUGHNESS + i])
            now[RED + i] += shine * red
            now[GREEN + i] += shine * green
            now[BLUE + i] += shine * blue


@njit(nogil=True, fastmath=True, error_model="numpy")
def shine_strands(lanes, known, lamp_directions, lamp_colors, now):
    """Add the white and the tinted highlights of hair."""
    for i in range(lanes):  # white light takes on some of the colour; what surfaces keep in these planes is used up
        now[REACH_GREEN + i] = F(0.50) + F(0.50) * math.sqrt(known[ALBEDO_RED + i])
        now[REACH_BLUE + i] = F(0.50) + F(0.50) * math.sqrt(known[ALBEDO_GREEN + i])
        now[REACH_KEY_RED + i] = F(0.50) + F(0.50) * math.sqrt(known[ALBEDO_BLUE + i])
    for lamp in range(LAMPS):
        lx, ly, lz = lamp_directions[lamp, 0], lamp_directions[lamp, 1], lamp_directions[lamp, 2]
        red, green, blue = lamp_colors[lamp, 0], lamp_colors[lamp, 1], lamp_colors[lamp, 2]
        plane = lamp * BLOCK
        for i in range(lanes):
            n_l = now[NORMAL_X + i] * lx + now[NORMAL_Y + i] * ly + now[NORMAL_Z + i] * lz
            vx, vy, vz = now[VIEW_X + i], now[VIEW_Y + i], now[VIEW_Z + i]
            tx, ty, tz = now[ALONG_X + i], now[ALONG_Y + i], now[ALONG_Z + i]
            white, tinted = hair_lobes(
                tx * lx + ty * ly + tz * lz, tx * vx + ty * vy + tz * vz, vx * lx + vy * ly + vz * lz,
                known[ROUGHNESS + i],
            )  # fmt: skip
            strength = known[SPECULAR + i] * now[REACH_KEY + plane + i] * F(math.pi)
            strength *= min(ONE, max(F(0.25), n_l * F(0.8) + F(0.35))) * now[REACH_RED + i]
            white *= strength * F(0.12)
            tinted *= strength * F(0.50)
            now[RED + i] += red * (white * now[REACH_GREEN + i] + tinted * known[ALBEDO_RED + i])
            now[GREEN + i] += green * (white * now[REACH_BLUE + i] + tinted * known[ALBEDO_GREEN + i])
            now[BLUE + i] += blue * (white * now[REACH_KEY_RED + i] + tinted * known[ALBEDO_BLUE + i])


@njit(nogil=True, fastmath=True, error_model="numpy")
def to_display(lanes, now):
    """Turn linear radiance into display colour."""
    for plane in range(RED, RED + 3 * BLOCK, BLOCK):
        for i in range(lanes):
            now[plane + i] = display(now[plane + i])
