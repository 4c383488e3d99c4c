"""How large the frames of one conversation are drawn: smaller before fewer, when the machine cannot keep up."""

from __future__ import annotations

STEP = 0.84  # of width and height from one level to the next: 70 % of the pixels
SIZE_GRID_PX = 8  # sizes are multiples of this
SETTLED = 10  # ticks at a level before a smaller one is tried: costs scatter ...
HURRIED = 3  # ... but fewer if they are FAR_OFF the budget
FAR_OFF = 1.5  # budgets
CALM = 90  # ticks at a level before a larger one is tried: readers make new textures for each size
ROOM = 0.8  # a larger level must be expected to take no more than this share of the budget: see `note`
FOLLOWS = 0.2  # share of a new cost that is taken over
SIZE_COSTS = 0.32  # of a frame of full size; posing and sorting its Gaussians cost the rest whatever the size


class FrameDetail:
    """Chooses among sizes from what each tick took. The frame loop alone uses it.

    Args:
        least_scale: Width and height are never less than this share of what the client asked for.
    """

    def __init__(self, least_scale: float) -> None:
        self._scales = [1.0]
        while self._scales[-1] * STEP > least_scale:
            self._scales.append(self._scales[-1] * STEP)
        if least_scale < 1.0:
            self._scales.append(least_scale)
        self._level = 0
        self._ticks = 0  # at this level
        self._cost_ns = 0.0

    @property
    def scale(self) -> float:
        """Of width and height now."""
        return self._scales[self._level]

    @property
    def is_least(self) -> bool:
        """Whether frames cannot get any smaller."""
        return self._level == len(self._scales) - 1

    @property
    def least_cost(self) -> float:
        """Share of what a tick costs now that it would cost with the smallest frames."""
        return _cost(self._scales[-1]) / _cost(self.scale)

    def size(self, width: int, height: int, seen_scale: float = 1.0) -> tuple[int, int]:
        """Return how large a frame is drawn for which the client asked so many pixels.

        Args:
            width: As the client asked.
            height: As the client asked.
            seen_scale: Share of both that the display can show.
        """
        scale = min(self.scale, seen_scale)
        if scale == 1:
            return width, height
        wanted = (max(round(side * scale / SIZE_GRID_PX), 1) * SIZE_GRID_PX for side in (width, height))
        smaller_width, smaller_height = wanted
        return min(smaller_width, width), min(smaller_height, height)

    def oversampling(self, deserved: int, seen_scale: float = 1.0) -> int:
        """Return how many times as wide as a frame it is drawn, to be averaged, where it deserves so much by its size.

        The smaller a frame, the more it deserves. If lack of time made it smaller, that would cost more than it saves:
        so it gets what it would have had without, and one whose size is that of a head far away gets less than that.

        Args:
            deserved: `Camera.oversampling` of the size that is drawn.
            seen_scale: As given to `size`.
        """
        if self.scale == 1:
            return deserved
        held = self.scale / seen_scale if self.scale < seen_scale else self.scale
        return max(int(deserved * held), 1)

    def note(self, cost_ns: int, budget_ns: float) -> None:
        """Take over what one tick took and what it may take, and change the size if that helps."""
        self._cost_ns += FOLLOWS * (cost_ns - self._cost_ns) if self._ticks else cost_ns - self._cost_ns
        self._ticks += 1
        settled = HURRIED if self._cost_ns > FAR_OFF * budget_ns else SETTLED
        if self._cost_ns > budget_ns and self._ticks >= settled and not self.is_least:
            self._go_to(self._level + 1)
        elif self._level > 0 and self._ticks >= CALM:
            # Between nothing, where posing costs most, and as the area, where larger heads get more Gaussians, too. If
            # it is the latter, the room beyond what is expected holds it: sizes do not go to and fro.
            growth = self._scales[self._level - 1] / self.scale
            if self._cost_ns * growth < ROOM * budget_ns:
                self._go_to(self._level - 1)

    def _go_to(self, level: int) -> None:
        self._level, self._ticks = level, 0


def _cost(scale: float) -> float:
    """Return what a frame costs beside one of full size."""
    return 1 - SIZE_COSTS + SIZE_COSTS * scale * scale
