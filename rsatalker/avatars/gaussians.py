"""Gaussians as a renderer takes them: in world space, shaded, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, UInt8

FITTED_EPS2D = 0.3  # gsplat's and the first rasteriser's, which all but a few splats are fitted with
PIXEL_EPS2D = 0.1  # nearly the variance of a pixel's area, 1 / 12: as sharp as a picture gets before it flickers
ARRAYS = ("means", "covariances", "opacities", "colors", "antialiased")


@dataclass(frozen=True, slots=True)
class Gaussians:
    """N Gaussians in world space with display colours.

    Attributes:
        means: Centres, metres.
        covariances: Upper triangle xx, xy, xz, yy, yz, zz, square metres (gsplat's `covars`).
        opacities: In [0, 1].
        colors: Display-referred sRGB in [0, 1], already lit.
        antialiased: 1 where the opacity is multiplied by sqrt(det / (det + eps)) when the Gaussian is smaller than a
            pixel (lashes, hair, decals); 0 for surfels of closed surfaces, which would open holes.
        eps2d: Added to both variances of each in the image, pixels squared: how soft pictures are. Gaussians that were
            fitted to images want what they were fitted with.
    """

    means: Float32[np.ndarray, "N 3"]
    covariances: Float32[np.ndarray, "N 6"]
    opacities: Float32[np.ndarray, " N"]
    colors: Float32[np.ndarray, "N 3"]
    antialiased: UInt8[np.ndarray, " N"]
    eps2d: float = FITTED_EPS2D

    def __len__(self) -> int:
        return len(self.means)

    @staticmethod
    def joined(parts: Sequence[Gaussians], into: Gaussians | None = None) -> Gaussians:
        """Return the Gaussians of several heads as one set, so that they occlude each other; as soft as the softest.

        Args:
            parts: Of the heads.
            into: Memory of an earlier set, which is filled again if it is as large: fresh memory in every frame would
                cost its page faults.
        """
        eps2d = max(part.eps2d for part in parts)
        if into is None or len(into) != sum(map(len, parts)):
            return Gaussians(*(np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS), eps2d=eps2d)
        for name in ARRAYS:
            np.concatenate([getattr(part, name) for part in parts], out=getattr(into, name))
        return replace(into, eps2d=eps2d)
