"""Light on one block of Gaussians: the passes that `posing` runs; the formulas are those of `shading`.

`known` holds the planes of `gaussian_blocks` that never change, `now` those that a frame works out.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

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
    probe_light,
    skin_highlight,
    wrapped,
)
from rsatalker.kernels import njit

SURFACE, STRAND, EYE = 0, 1, 2  # values of `binding.Material`
WRAP_RED, WRAP_GREEN, WRAP_BLUE = F(0.34), F(0.15), F(0.09)  # how far light of a colour travels under skin
STRAND_SOFTNESS = F(0.35)  # strands let some light through


@njit(nogil=True, fastmath=True, error_model="numpy")
def find_surface_light(lanes, known, corners, vertex_light, now):
    """Take the light of the triangle's corners."""
    for i in range(lanes):
        a, b, c = corners[0, i], corners[1, i], corners[2, i]
        open_part = known[OCCLUSION + i]
        share_a, share_b = open_part * known[SHARE_A + i], open_part * known[SHARE_B + i]
        share_c = open_part * known[SHARE_C + i]
        for column in range(VERTEX_LIGHT):
            now[REACH_RED + column * BLOCK + i] = (
                share_a * vertex_light[a, column]
                + share_b * vertex_light[b, column]
                + share_c * vertex_light[c, column]
            )


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
    for i in range(lanes):
        openness = known[OCCLUSION + i]
        now[REACH_RED + i], now[REACH_GREEN + i], now[REACH_BLUE + i] = openness, openness, openness
        p, q, r = known[BEND_X + i], known[BEND_Y + i], known[BEND_Z + i]
        x = now[FRAME_XX + i] * p + now[FRAME_XY + i] * q + now[FRAME_XZ + i] * r
        y = now[FRAME_YX + i] * p + now[FRAME_YY + i] * q + now[FRAME_YZ + i] * r
        z = now[FRAME_ZX + i] * p + now[FRAME_ZY + i] * q + now[FRAME_ZZ + i] * r
        for lamp in range(LAMPS):
            towards = x * lamp_directions[lamp, 0] + y * lamp_directions[lamp, 1] + z * lamp_directions[lamp, 2]
            now[REACH_KEY + lamp * BLOCK + i] = min(F(1.05), max(F(0.03), openness + towards))
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
def shade_diffuse(lanes, material, known, bands, wrapped_bands, key_direction, key_color, now):
    """Write the linear colours that probe and key light give, with fuzz at grazing angles."""
    key_x, key_y, key_z = key_direction[0], key_direction[1], key_direction[2]
    own_softness = ONE if material == SURFACE else ZERO
    softness = STRAND_SOFTNESS if material == STRAND else ZERO
    for channel in range(3):
        wrap = WRAP_RED if channel == 0 else (WRAP_GREEN if channel == 1 else WRAP_BLUE)
        key_reach = REACH_KEY_RED if channel == 0 else REACH_KEY
        plane = channel * BLOCK
        brightness = key_color[channel]
        for i in range(lanes):
            x, y, z = now[NORMAL_X + i], now[NORMAL_Y + i], now[NORMAL_Z + i]
            soft = softness + own_softness * known[SUBSURFACE + i]
            probe = probe_light(bands, channel, x, y, z)
            probe += soft * (probe_light(wrapped_bands, channel, x, y, z) - probe)
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
        for i in range(lanes):
            shine = known[SPECULAR + i] * now[REACH_KEY + lamp * BLOCK + i] * F(math.pi)
            shine *= skin_highlight(
                now[NORMAL_X + i], now[NORMAL_Y + i], now[NORMAL_Z + i], now[VIEW_X + i], now[VIEW_Y + i],
                now[VIEW_Z + i], lx, ly, lz, known[ROUGHNESS + i],
            )  # fmt: skip
            now[RED + i] += shine * red
            now[GREEN + i] += shine * green
            now[BLUE + i] += shine * blue


@njit(nogil=True, fastmath=True, error_model="numpy")
def shine_strands(lanes, known, lamp_directions, lamp_colors, now):
    """Add the white and the tinted highlights of hair."""
    for lamp in range(LAMPS):
        lx, ly, lz = lamp_directions[lamp, 0], lamp_directions[lamp, 1], lamp_directions[lamp, 2]
        red, green, blue = lamp_colors[lamp, 0], lamp_colors[lamp, 1], lamp_colors[lamp, 2]
        for i in range(lanes):
            cosine = now[NORMAL_X + i] * lx + now[NORMAL_Y + i] * ly + now[NORMAL_Z + i] * lz
            lit = min(ONE, max(F(0.25), cosine * F(0.8) + F(0.35)))
            white, tinted = hair_lobes(
                now[ALONG_X + i], now[ALONG_Y + i], now[ALONG_Z + i], now[VIEW_X + i], now[VIEW_Y + i],
                now[VIEW_Z + i], lx, ly, lz, known[ROUGHNESS + i],
            )  # fmt: skip
            strength = known[SPECULAR + i] * now[REACH_KEY + lamp * BLOCK + i] * F(math.pi)
            strength *= lit * now[REACH_RED + i]
            white *= strength * F(0.17)
            tinted *= strength * F(0.65)
            r, g, b = known[ALBEDO_RED + i], known[ALBEDO_GREEN + i], known[ALBEDO_BLUE + i]
            now[RED + i] += red * (white * (F(0.15) + F(0.85) * math.sqrt(r)) + tinted * r)
            now[GREEN + i] += green * (white * (F(0.15) + F(0.85) * math.sqrt(g)) + tinted * g)
            now[BLUE + i] += blue * (white * (F(0.15) + F(0.85) * math.sqrt(b)) + tinted * b)


@njit(nogil=True, fastmath=True, error_model="numpy")
def to_display(lanes, now):
    """Turn linear radiance into display colour."""
    for plane in range(RED, RED + 3 * BLOCK, BLOCK):
        for i in range(lanes):
            now[plane + i] = display(now[plane + i])
