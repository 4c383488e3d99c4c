"""How many of its Gaussians a head is drawn with: fewer where it is small in the picture, and never by a step.

Each Gaussian has a rank, so that those below any rank are the whole head, only coarser: neighbours take turns. The
share that is drawn goes with the area of the head in pixels, without steps. Those at its end fade, and all grow by what
is missing between them, so that nothing opens and nothing jumps while a head comes nearer or frames change their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8

from rsatalker.avatars.binding import Material

LEAST_SHARE = 0.1875  # about 16,000 Gaussians, with those that fade: a head of a hundred pixels
FADE = 1 / 3  # how many more than the share still show, as a part of it; they fade
EARLY = 1 / 6  # of the share that fades already: the longer each takes to fade, the less a picture jumps meanwhile
SOLID = 0.9  # opacity of what closes a surface
FULL_PIXEL_M = 2.0e-3  # pixels of this size on a head, or smaller, show every Gaussian: the skin's are so far apart


@dataclass(frozen=True, slots=True)
class Selection:
    """The Gaussians that a share leaves, in the order in which they are stored.

    Attributes:
        share: Of the Gaussians.
        gone: Those whose rank is above it are left out.
        steepness: How much opacity each keeps for each unit that its rank is below that, all of it at most.
        growth: Factor on the area that each covers.
        counts: How many of each block are left.
        firsts: Where they begin among all that are left.
        antialiased: `Gaussians.antialiased` of all that are left.
        wrinkles: Which of those belong to a wrinkle.
        wrinkle_groups: To which.
    """

    share: float
    gone: float
    steepness: float
    growth: float
    counts: Int[np.ndarray, " B"]
    firsts: Int[np.ndarray, " B"]
    antialiased: UInt8[np.ndarray, " N"]
    wrinkles: Int[np.ndarray, " W"]
    wrinkle_groups: UInt8[np.ndarray, " W"]

    def __len__(self) -> int:
        return len(self.antialiased)


def select(
    bound: np.ndarray, firsts: Int[np.ndarray, " B"], ranks: Float32[np.ndarray, "B N"], share: float
) -> Selection:
    """Return what a share leaves; it is held to what there is.

    Args:
        bound: Array of `binding.BOUND`, the blocks one behind the other.
        firsts: Where each block begins in it.
        ranks: Of the Gaussians of each block, ascending; what fills a block up has a rank beyond all shares.
        share: Of the Gaussians.
    """
    share = held(share)
    full, gone = fading_ranks(share)
    counts = (ranks < gone).sum(1)
    firsts_left = np.cumsum(counts) - counts
    left = np.arange(counts.sum()) + np.repeat(firsts - firsts_left, counts)
    groups = bound["wrinkle"][left]
    wrinkles = np.flatnonzero(groups)
    return Selection(
        share, gone, 1 / (gone - full), growth_of(share), counts, firsts_left, bound["antialiased"][left], wrinkles,
        groups[wrinkles],
    )  # fmt: skip


def held(share: float) -> float:
    """Return the share nearest to one that can be drawn."""
    return min(max(share, LEAST_SHARE), 1.0)


def fading_ranks(share: float) -> tuple[float, float]:
    """Return the ranks below which Gaussians are drawn in full and above which they are left out."""
    return share - min(EARLY * share, (1.0 - share) / 2), share * (1 + FADE)


def growth_of(share: float) -> float:
    """Return the factor on the area of those that are left, which makes up for those that are not."""
    full, gone = fading_ranks(share)
    last = min(gone, 1.0)
    return 1 / (full + (last - full) * (1 + (gone - last) / (gone - full)) / 2)  # the integral of `weight_of`


def weight_of(ranks: Float[np.ndarray, " N"], share: float) -> Float[np.ndarray, " N"]:
    """Return how much is left of the opacity of Gaussians of these ranks."""
    full, gone = fading_ranks(share)
    return np.clip((gone - ranks) / (gone - full), 0, 1)


def share_for(pixel_m: float) -> float:
    """Return the share of its Gaussians that a head shows in pixels of this size on it, in metres."""
    return held((FULL_PIXEL_M / max(pixel_m, 1e-9)) ** 2)


def pixel_size(
    center: Float32[np.ndarray, "3"], positions: Sequence[Float32[np.ndarray, "3"]], focals_px: Sequence[float]
) -> float:
    """Return the size of the smallest pixel at a place in the world, metres."""
    distances = (float(np.linalg.norm(position - center)) for position in positions)
    return min(distance / focal for distance, focal in zip(distances, focals_px, strict=True))


def ranks_in_turn(bound: np.ndarray, on_helper: Bool[np.ndarray, " N"]) -> Float32[np.ndarray, " N"]:
    """Return the place of each Gaussian in the order, from 0 to 1.

    Neighbours take turns by the digits of their index in reverse: van der Corput, Verteilungsfunktionen (1935). Skin,
    what is painted on it, each wrinkle and hair take turns apart: they cannot stand in for each other. Eyes come first:
    they are few, and they are looked at.

    Args:
        bound: Array of `binding.BOUND`; neighbours in space are near each other.
        on_helper: Whether a helper frame carries it.
    """
    solid = bound["opacity"] > SOLID
    kinds = bound["wrinkle"].astype(np.int64)
    for apart in (bound["antialiased"] > 0, on_helper, solid):
        kinds = 2 * kinds + apart
    kinds = np.unique(len(Material) * kinds + bound["material"], return_inverse=True)[1]
    ranks = np.empty(len(bound), np.float32)
    for kind in range(kinds.max() + 1):
        chosen = np.flatnonzero(kinds == kind)
        index, reverse = np.arange(len(chosen)), np.zeros(len(chosen))
        for digit in range(len(chosen).bit_length()):
            reverse += ((index >> digit) & 1) * 0.5 ** (digit + 1)
        ranks[chosen[np.argsort(reverse)]] = index / len(chosen)
    ranks[bound["material"] == Material.EYE] *= LEAST_SHARE
    return ranks
