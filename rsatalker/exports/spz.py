"""SPZ, Niantic's compressed file of Gaussians, version 3: a tenth of the PLY.

One gzip stream, little-endian, attribute after attribute (README of nianticlabs/spz, MIT):

    header        u32 magic "NGSP", version, count; u8 SH degree, fractional bits, flags (1: antialiased), 0
    positions     3 x 24-bit fixed point
    alphas        u8, opacity x 255
    colours       3 x u8, the first harmonic x .15 x 255 + 127.5
    scales        3 x u8, (logarithm + 10) x 16
    rotations     u32: which of x y z w is the largest (2 bits), then the others, each a sign and 9 bits of |q| sqrt 2
    harmonics     u8 around 128, per Gaussian coefficient after coefficient, its channels together

Axes are x right, y up, z back: those of our heads, which look along +z to who faces them.
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from rsatalker.exports.splat_cloud import SplatCloud
from rsatalker.whole_files import whole_file

MAGIC, VERSION = 0x5053474E, 3
FRACTIONAL_BITS = 16  # a position is good to .015 mm and may lie 128 m away
FARTHEST = 2**23 - 1  # of 24 bits with a sign
COLOR_SCALE = 0.15
SH_BITS = (5, 4, 4)  # that are kept of the harmonics of degree 1, 2 and 3
ANTIALIASED = 1


def write_spz(path: Path, cloud: SplatCloud) -> None:
    """Write Gaussians; the file replaces an older one in one step, and the same cloud gives the same bytes."""
    degree = round(cloud.sh.shape[1] ** 0.5) - 1
    flags = ANTIALIASED if cloud.antialiased else 0
    parts = [struct.pack("<IIIBBBB", MAGIC, VERSION, len(cloud), degree, FRACTIONAL_BITS, flags, 0)]
    steps = np.clip(np.round(cloud.centers.astype(np.float64) * 2**FRACTIONAL_BITS), -FARTHEST, FARTHEST)
    parts.append(steps.astype("<i4").reshape(-1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    parts.append(_bytes(255 / (1 + np.exp(-cloud.opacity_logits.astype(np.float64)))))
    parts.append(_bytes(cloud.sh[:, 0] * COLOR_SCALE * 255 + 127.5))
    parts.append(_bytes((cloud.log_scales + 10) * 16))
    parts.append(_smallest_three(cloud.quats[:, [1, 2, 3, 0]].astype(np.float64)))
    parts.append(_harmonics(cloud.sh[:, 1:]).tobytes())
    with whole_file(path) as draft:
        draft.write_bytes(gzip.compress(b"".join(parts), mtime=0))


def _bytes(values: Float[np.ndarray, "*shape"]) -> bytes:
    return np.clip(np.round(values), 0, 255).astype(np.uint8).tobytes()


def _smallest_three(xyzw: Float[np.ndarray, "N 4"]) -> bytes:
    """Return rotations without their largest component, which follows from the others."""
    unit = xyzw / np.linalg.norm(xyzw, axis=1, keepdims=True)
    largest = np.abs(unit).argmax(1)
    unit *= np.where(np.take_along_axis(unit, largest[:, None], 1) < 0, -1, 1)
    packed = largest.astype(np.uint32)
    for component in range(4):
        bits = np.minimum(np.round(np.abs(unit[:, component]) * np.sqrt(2) * 511), 511).astype(np.uint32)
        bits |= (unit[:, component] < 0).astype(np.uint32) << 9
        packed = np.where(largest == component, packed, (packed << 10) | bits)
    return packed.astype("<u4").tobytes()


def _harmonics(sh: Float[np.ndarray, "N K 3"]) -> UInt8[np.ndarray, "N K 3"]:
    """Return the coefficients beyond the first with the bits that are kept of each degree."""
    quantised = np.clip(np.round(sh * 128 + 128), 0, 255).astype(np.int64)
    for degree, bits in enumerate(SH_BITS, start=1):
        part = slice(degree**2 - 1, (degree + 1) ** 2 - 1)
        step = 2 ** (8 - bits)
        quantised[:, part] = np.clip((quantised[:, part] + step // 2) // step * step, 0, 255)
    return quantised.astype(np.uint8)
