"""Gaussians as a renderer takes them: in world space, shaded, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8


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
    """

    means: Float32[np.ndarray, "N 3"]
    covariances: Float32[np.ndarray, "N 6"]
    opacities: Float32[np.ndarray, " N"]
    colors: Float32[np.ndarray, "N 3"]
    antialiased: UInt8[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.means)

    @staticmethod
    def joined(parts: Sequence[Gaussians], into: Gaussians | None = None) -> Gaussians:
        """Return the Gaussians of several heads as one set, so that they occlude each other.

        Args:
            parts: Of the heads.
            into: Memory of an earlier set, which is filled again if it is as large: fresh memory in every frame would
                cost its page faults.
        """
        if into is None or len(into) != sum(map(len, parts)):
            return Gaussians(*(np.concatenate([getattr(part, name) for part in parts]) for name in Gaussians.__slots__))
        for name in Gaussians.__slots__:
            np.concatenate([getattr(part, name) for part in parts], out=getattr(into, name))
        return into
