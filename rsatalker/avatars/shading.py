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
    filmic = min(ONE, x * (F(2.51) * x + F(0.18)) / (x * (F(2.20) * x + F(0.66)) + F(0.16)))
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
def probe_polynomial(k):
    """Return the coefficients of 1, y, z, x, xy, yz, 3 zz - 1, xz and xx - yy in the light at a normal.

    Args:
        k: (9,) one channel of a convolved probe.
    """
    one, two = F(0.488603), F(1.092548)
    return (
        F(0.282095) * k[0], one * k[1], one * k[2], one * k[3], two * k[4], two * k[5], F(0.315392) * k[6], two * k[7],
        F(0.546274) * k[8],
    )  # fmt: skip


@njit(nogil=True, fastmath=True, error_model="numpy")
def probe_light(bands, channel, x, y, z):
    """Return irradiance / pi of one channel at a normal; `bands` (3, 9) is the convolved probe."""
    k0, k1, k2, k3, k4, k5, k6, k7, k8 = probe_polynomial(bands[channel])
    linear = y * k1 + z * k2 + x * k3
    return k0 + linear + x * y * k4 + y * z * k5 + (F(3) * z * z - ONE) * k6 + x * z * k7 + (x * x - y * y) * k8


@njit(nogil=True, fastmath=True, error_model="numpy")
def wrapped(cosine, wrap):
    """Return `spherical_harmonics.wrapped_cosine`, with the exponent taken as a blend of first and second power."""
    x, full = max(ZERO, cosine + wrap), ONE + wrap
    return x * ((ONE - wrap) * full + wrap * x) / (full * full * (ONE + HALF * wrap))


@njit(nogil=True, fastmath=True, error_model="numpy")
def half_way(v_l):
    """Return the cosine between viewer and half-way vector, and 1 / |viewer + lamp|, from the cosine between those.

    For unit vectors |v + l|^2 is 2 + 2 v.l, and both make the same angle with v + l: no vector has to be worked out.
    """
    v_h = math.sqrt(max(F(1e-6), HALF + HALF * v_l))
    return v_h, HALF / v_h


@njit(nogil=True, fastmath=True, error_model="numpy")
def skin_highlight(n_l, n_v, v_l, roughness):
    """Return GGX reflection towards the viewer, times the cosine of the light.

    Args:
        n_l: Cosine between normal and lamp.
        n_v: Between normal and viewer.
        v_l: Between viewer and lamp.
        roughness: 0 is a mirror.
    """
    v_h, inverse = half_way(v_l)
    n_h = max(ZERO, (n_v + n_l) * inverse)
    a2 = roughness * roughness
    a2 = a2 * a2
    spread = n_h * n_h * (a2 - ONE) + ONE
    grazing = ONE - v_h
    grazing2 = grazing * grazing
    fresnel = SKIN_FRESNEL + (ONE - SKIN_FRESNEL) * grazing2 * grazing2 * grazing
    masked = max(F(0.28), v_h * v_h) * F(4 * math.pi)
    return a2 * fresnel * max(ZERO, n_l) / (spread * spread * masked)


@njit(nogil=True, fastmath=True, error_model="numpy")
def hair_lobes(t_l, t_v, v_l, shift):
    """Return the white and the tinted highlight of a strand, the latter with light that shines through it.

    Source: Marschner et al., Light Scattering from Human Hair Fibers (SIGGRAPH 2003), in the form of Scheuermann's
    two shifted Kajiya-Kay lobes (GDC 2004).

    Args:
        t_l: Cosine between strand and lamp.
        t_v: Between strand and viewer.
        v_l: Between viewer and lamp.
        shift: How far the lobes are off the mirror's direction.
    """
    _, inverse = half_way(v_l)
    along = (t_v + t_l) * inverse
    first = along + shift
    second = along - F(1.3) * shift - F(0.05)
    first = max(ZERO, ONE - first * first)
    second = max(ZERO, ONE - second * second)
    first = first * first * first * first * first  # ^5
    first = first * first  # ^10; a Gaussian stands for many hairs, which do not all lie the same way
    eighth = second * second
    eighth = eighth * eighth
    eighth = eighth * eighth
    through = max(ZERO, -v_l)
    through = through * through * through
    return first, eighth * second + F(2.2) * through * through
