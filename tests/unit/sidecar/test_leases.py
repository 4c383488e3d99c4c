"""Leases end for whoever is not named, and for nobody because the sidecar stood still itself."""

from dataclasses import dataclass

import pytest

from sidecar.leases import LOOK_NS, Leases

pytestmark = pytest.mark.unit

LEASE_NS = 3 * LOOK_NS


@dataclass(eq=False)
class Named:
    touched_ns: int = 0


def test_lease_is_over_once_nothing_has_named_it_for_so_long():
    leases, one = Leases(LEASE_NS, 0), Named()
    assert [leases.over([one], look * LOOK_NS) for look in range(1, 5)] == [[], [], [], [one]]


def test_lease_begins_anew_with_each_call():
    leases, one = Leases(LEASE_NS, 0), Named()
    for look in range(1, 20):
        one.touched_ns = look * LOOK_NS - 1 if look % 3 == 0 else one.touched_ns
        assert leases.over([one], look * LOOK_NS) == []


def test_lease_that_is_renewed_between_two_looks_counts_from_then():
    leases, late, early = Leases(5 * LOOK_NS // 2, 0), Named(9 * LOOK_NS // 10), Named(LOOK_NS // 10)
    over = [leases.over([late, early], look * LOOK_NS) for look in range(1, 5)]
    assert over == [[], [], [early], [late, early]]


def test_no_lease_ends_while_the_sidecar_stands_still():
    leases, before, meanwhile = Leases(LEASE_NS, 0), Named(), Named(LOOK_NS + 1)
    assert leases.over([before], LOOK_NS) == []
    assert leases.over([before, meanwhile], 100 * LOOK_NS) == []
    assert leases.over([before, meanwhile], 101 * LOOK_NS) == []
    assert leases.over([before, meanwhile], 102 * LOOK_NS) == [before]


def test_client_that_is_heard_after_a_standstill_lives_on():
    leases, one = Leases(LEASE_NS, 0), Named()
    leases.over([one], LOOK_NS)
    leases.over([one], 100 * LOOK_NS)  # before the call that renews it could be read
    one.touched_ns = 100 * LOOK_NS + 1
    assert [leases.over([one], look * LOOK_NS) for look in (101, 102, 103)] == [[], [], []]
