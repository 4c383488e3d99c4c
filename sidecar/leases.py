"""Which conversations nobody has named for so long that their clients count as dead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from weakref import WeakKeyDictionary

LOOK_S = 1.0  # between looks for leases that are over
LOOK_NS = round(LOOK_S * 1e9)


class Leased(Protocol):
    """What has a lease.

    Attributes:
        touched_ns: Host clock: when a call named it last.
    """

    touched_ns: int


AnyLeased = TypeVar("AnyLeased", bound=Leased)


class Leases:
    """Leases run while the sidecar is there to hear who renews them.

    No more time passes from one look to the next than lies between looks: a sidecar that stood still itself, since its
    machine slept or had too much to do, has heard nobody meanwhile, and would otherwise find all its clients dead. One
    thread.

    Args:
        lease_ns: How long a lease lasts.
        now_ns: Host clock.
    """

    def __init__(self, lease_ns: int, now_ns: int) -> None:
        self._lease_ns = lease_ns
        self._looked_ns = now_ns
        self._passed_ns = 0  # time in which somebody could be heard
        self._renewed: WeakKeyDictionary[Leased, tuple[int, int]] = WeakKeyDictionary()

    def over(self, leased: Sequence[AnyLeased], now_ns: int) -> list[AnyLeased]:
        """Look now, and return those whose lease is over."""
        step_ns = min(max(now_ns - self._looked_ns, 0), LOOK_NS)
        self._looked_ns = now_ns
        self._passed_ns += step_ns
        for one in leased:
            touched_ns = one.touched_ns
            if self._renewed.get(one, (None, 0))[0] != touched_ns:
                since_ns = min(max(now_ns - touched_ns, 0), step_ns)
                self._renewed[one] = touched_ns, self._passed_ns - since_ns
        return [one for one in leased if self._passed_ns - self._renewed[one][1] > self._lease_ns]
