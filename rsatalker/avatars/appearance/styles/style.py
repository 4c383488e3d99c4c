"""What a hair style is: where it starts, how it grows, how loosely it hangs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial import KDTree

from rsatalker.avatars.appearance.anatomy import PushOut
from rsatalker.avatars.appearance.look import HairLook
from rsatalker.avatars.appearance.noise import smooth_step
from rsatalker.avatars.appearance.strands import spread_out


@dataclass(frozen=True, slots=True)
class Roots:
    """Where strands start.

    Attributes:
        position: On the scalp.
        normal: Of the scalp there.
        above_hairline: Centimetres.
        center: Inside the cranium, between the ears.
    """

    position: Float[np.ndarray, "S 3"]
    normal: Float[np.ndarray, "S 3"]
    above_hairline: Float[np.ndarray, " S"]
    center: Float[np.ndarray, "3"]

    def __getitem__(self, choice: np.ndarray) -> Roots:
        return Roots(self.position[choice], self.normal[choice], self.above_hairline[choice], self.center)


@dataclass(frozen=True, slots=True)
class Grown:
    """Strands of one style: paths, and how full each is (0 thin .. 1)."""

    paths: Float[np.ndarray, "S K+1 3"]
    fullness: Float[np.ndarray, " S"]


Grow = Callable[[Roots, HairLook, PushOut, np.random.Generator], Grown]


@dataclass(frozen=True, slots=True)
class Style:
    """A way to wear hair.

    Attributes:
        grow: Strands from roots.
        wanted: Which roots it uses.
        density: Factor on how densely roots lie, at positions on the scalp.
        covers_ears: Ears and scalp are hidden below it.
        is_free: It hangs from the head rather than lying on it.
        springiness: How far its ends lag when the head moves, 1 is as far as a long lock.
        edge: How densely roots lie at the hairline, as a part of the density inside; above 1 where the edge is all that
            one sees, of hair that is combed back over itself.
        edge_width: Centimetres from the hairline to the full density.
        scalp_light: Factor on the light of the scalp; above 1 under hair that scatters light down to it, where the
            shadows of strands alone would leave gaps black.
    """

    grow: Grow
    wanted: Callable[[Roots, HairLook], np.ndarray]
    density: Callable[[Float[np.ndarray, "N 3"], HairLook], Float[np.ndarray, " N"]]
    covers_ears: bool = False
    is_free: bool = False
    springiness: float = 0.0
    edge: float = 0.25
    edge_width: float = 1.0
    scalp_light: float = 0.65


def on_surface(vectors: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Return vectors without their part along the normals."""
    return vectors - (vectors * normals).sum(1, keepdims=True) * normals


FAR_SIDE_CM = 8.0  # between the ends of strands that a parting separates


def clumped(
    paths: Float[np.ndarray, "S K 3"], clumps: int, strength: float, random: np.random.Generator, stray: float = 0.12
) -> Float[np.ndarray, "S K 3"]:
    """Return strands that draw together towards a guide as they run down, if it falls on their side of the head."""
    roots = paths[:, 0]
    guides = spread_out(roots, clumps, random)
    nearest = guides[KDTree(roots[guides]).query(roots)[1]]
    count, points = paths.shape[:2]
    pull = (smooth_step(0.25, 0.9, np.linspace(0, 1, points)) * strength)[None, :, None]
    pull = pull * (0.55 + 0.45 * random.uniform(size=(count, 1, 1)))
    apart = np.linalg.norm(paths[:, -1] - paths[nearest, -1], axis=1)
    pull = pull * smooth_step(FAR_SIDE_CM, 0.4 * FAR_SIDE_CM, apart)[:, None, None]  # or it would cut through the skull
    return paths * (1 - pull) + paths[nearest] * pull + stray * random.normal(size=(count, 1, 3)) * pull
