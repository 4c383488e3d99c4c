"""How far ahead heads are drawn."""

import pytest

from sidecar.display_lead import MOST_NS, DisplayLead

pytestmark = pytest.mark.unit
MS = 1_000_000


def test_lead_reaches_the_middle_of_the_time_a_frame_is_seen():
    lead = DisplayLead()
    for frame in range(100):
        lead.note(frame * 50 * MS, frame * 50 * MS + 30 * MS)
    assert lead.ns == pytest.approx((30 + 25) * MS, rel=0.01)


def test_lead_does_not_follow_one_slow_frame():
    lead = DisplayLead()
    for frame in range(100):
        lead.note(frame * 20 * MS, frame * 20 * MS + 10 * MS)
    before = lead.ns
    lead.note(2_000 * MS, 2_180 * MS)
    assert lead.ns - before < 25 * MS


def test_lead_is_bounded_and_forgets_pauses():
    lead = DisplayLead()
    for frame in range(200):
        lead.note(frame * 2_000 * MS, frame * 2_000 * MS + 900 * MS)
    assert lead.ns == pytest.approx(MOST_NS, rel=0.01)
    lead.rest()
    before = lead.ns
    lead.note(9_000_000 * MS, 9_000_010 * MS)
    assert lead.ns == before  # nothing is known of how long the frame before it was seen


def test_skew_is_what_the_lead_did_not_foresee():
    lead = DisplayLead()
    for frame in range(100):
        lead.note(frame * 20 * MS, frame * 20 * MS + 10 * MS)
    assert lead.skew_ns == pytest.approx(0, abs=0.01 * MS)
    lead.note(2_000 * MS, 2_017 * MS)  # 7 ms later than the others, and the one before it was seen for 7 ms more
    assert lead.skew_ns == pytest.approx((7 + 3.5) * MS, abs=0.01 * MS)
