"""Light on one Gaussian: small compiled functions that `posing` calls.

All arguments are single precision; vectors are passed as three scalars, which the compiler keeps in registers.
"""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import math

import numpy as np

from rsatalker.kernels import njit

F = np.float32
ZERO, ONE, HALF = F(0), F(1), F(0.5)
SKIN_FRESNEL = F(0.03)  # reflectance of skin, teeth and wet tissue at normal incidence


@njit(nogil=True, fastmath=True, error_model="numpy")
def display(radiance):
    """Return the display colour of a linear radiance: a filmic curve, then the sRGB exponent 1 / 2.2.

    The filmic curve is of the form of Narkowicz, ACES Filmic Tone Mapping Curve (2015), with a softer shoulder. The
    exponent is a polynomial of the fourth root, 0.1 of a byte from it at most: neither table nor power, so that the
    compiler makes vector instructions of it.
    """
    x = max(radiance, ZERO)
    filmic = min(ONE, x * (F(2.51) * x + F(0.10)) / (x * (F(2.20) * x + F(0.62)) + F(0.14)))
    root = math.sqrt(math.sqrt(filmic))
    return min(ONE, root * (F(0.03344) + root * (F(1.24111) + root * (F(-0.41536) + root * F(0.14123)))))


@njit(nogil=True, fastmath=True, error_model="numpy")
def inverse_length(x, y, z):
    """Return 1 / |(x, y, z)|, finite for the zero vector."""
    return ONE / math.sqrt(x * x + y * y + z * z + F(1e-24))


@njit(nogil=True, fastmath=True, error_model="numpy")
def unit_ramp(low, high, x):
    """Return 0 below low, 1 above high and a smooth step between."""
    t = min(ONE, max(ZERO, (x - low) / (high - low)))
    return t * t * (F(3) - F(2) * t)


@njit(nogil=True, fastmath=True, error_model="numpy")
def probe_light(bands, channel, x, y, z):
    """Return irradiance / pi of one channel at a normal; `bands` (3, 9) is the convolved probe."""
    k = bands[channel]
    return (
        F(0.282095) * k[0]
        + F(0.488603) * (y * k[1] + z * k[2] + x * k[3])
        + F(1.092548) * (x * y * k[4] + y * z * k[5] + x * z * k[7])
        + F(0.315392) * (F(3) * z * z - ONE) * k[6]
        + F(0.546274) * (x * x - y * y) * k[8]
    )


@njit(nogil=True, fastmath=True, error_model="numpy")
def wrapped(cosine, wrap):
    """Return `spherical_harmonics.wrapped_cosine`, with the exponent taken as a blend of first and second power."""
    x = max(ZERO, (cosine + wrap) / (ONE + wrap))
    return x * (ONE - wrap + wrap * x) / (ONE + HALF * wrap)


@njit(nogil=True, fastmath=True, error_model="numpy")
def skin_highlight(nx, ny, nz, vx, vy, vz, lx, ly, lz, roughness):
    """Return GGX reflection towards the viewer, times the cosine of the light."""
    n_l = max(ZERO, nx * lx + ny * ly + nz * lz)
    hx, hy, hz = vx + lx, vy + ly, vz + lz
    inverse = inverse_length(hx, hy, hz)
    n_h = max(ZERO, (nx * hx + ny * hy + nz * hz) * inverse)
    v_h = max(ZERO, (vx * hx + vy * hy + vz * hz) * inverse)
    a2 = roughness * roughness
    a2 = a2 * a2
    spread = n_h * n_h * (a2 - ONE) + ONE
    lobe = a2 / (F(3.14159) * spread * spread)
    grazing = ONE - v_h
    grazing2 = grazing * grazing
    fresnel = SKIN_FRESNEL + (ONE - SKIN_FRESNEL) * grazing2 * grazing2 * grazing
    masking = F(0.25) / max(F(0.28), v_h * v_h)
    return lobe * fresnel * masking * n_l


@njit(nogil=True, fastmath=True, error_model="numpy")
def hair_lobes(tx, ty, tz, vx, vy, vz, lx, ly, lz, shift):
    """Return the white and the tinted highlight of a strand, the latter with light that shines through it.

    Source: Marschner et al., Light Scattering from Human Hair Fibers (SIGGRAPH 2003), in the form of Scheuermann's
    two shifted Kajiya-Kay lobes (GDC 2004).
    """
    hx, hy, hz = vx + lx, vy + ly, vz + lz
    along = (tx * hx + ty * hy + tz * hz) * inverse_length(hx, hy, hz)
    first = along + shift
    second = along - F(1.3) * shift - F(0.05)
    first = max(ZERO, ONE - first * first)
    second = max(ZERO, ONE - second * second)
    first = first * first * first * first * first  # ^5
    first = first * first
    first = first * first
    first = first * first  # ^40
    eighth = second * second
    eighth = eighth * eighth
    eighth = eighth * eighth
    through = max(ZERO, -(vx * lx + vy * ly + vz * lz))
    through = through * through * through
    return first, eighth * second + F(2.2) * through * through
