"""When the heads of one conversation are drawn next, and what that has cost: what fair shares go by."""

from __future__ import annotations

FOLLOWS = 0.2  # share of a new cost that is taken over


class FramePace:
    """The turns of one conversation. The frame loop alone uses it.

    Attributes:
        due_ns: Host clock: the next tick.
        spent_ns: Time that its heads have taken so far, as fair shares count it.
        cost_ns: Time that both heads take in one tick, a running mean; 0: not drawn yet.
        missed: Ticks that came while another one took too long, so far.
    """

    def __init__(self, now_ns: int) -> None:
        self.due_ns = now_ns
        self.spent_ns = 0
        self.cost_ns = 0
        self.missed = 0
        self._keeps_time = True

    def begin(self, now_ns: int, period_ns: int) -> None:
        """Leave out ticks that have passed before this one could be taken, and count them."""
        if not self._keeps_time:
            self.due_ns = max(now_ns, self.due_ns)
        missed = max((now_ns - self.due_ns) // period_ns, 0)
        self.due_ns += missed * period_ns
        self.missed += missed

    def draw_took(self, cost_ns: int) -> None:
        """Count what one tick took."""
        self.spent_ns += cost_ns
        self.cost_ns += round(FOLLOWS * (cost_ns - self.cost_ns)) if self.cost_ns else cost_ns

    def go_on(self, now_ns: int, period_ns: int, longest_ns: int) -> None:
        """Put the next tick on the first of the periods to come; those that have passed meanwhile are counted.

        A drawing that takes longer than the rate allows that is to be kept is followed at once: to wait for the next
        period would make 20 frames a second of 29.

        Args:
            now_ns: Host clock.
            period_ns: Between ticks.
            longest_ns: From one tick to the next at the rate that is to be kept.
        """
        self._keeps_time = True
        next_period_ns = self.due_ns + (max(now_ns - self.due_ns, 0) // period_ns + 1) * period_ns
        next_ns = min(next_period_ns, max(now_ns, self.due_ns + longest_ns))
        self.missed += max((next_ns - self.due_ns) // period_ns - 1, 0)
        self.due_ns = next_ns

    def look_again(self, at_ns: int) -> None:
        """Put the next tick anywhere: no time is to be kept, and none can be missed."""
        self.due_ns, self._keeps_time = at_ns, False
