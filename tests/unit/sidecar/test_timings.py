import pytest

from sidecar.timings import KEPT, Timings

pytestmark = pytest.mark.unit


def test_percentiles_are_of_the_newest_durations():
    timings = Timings()
    for duration in [*[1000.0] * 10, *range(1, KEPT + 1)]:
        timings.add("frame", duration)
    (frame,) = timings.percentiles()
    assert frame.count == KEPT + 10
    assert frame.p50_ms == pytest.approx(500.5)
    assert frame.p95_ms == pytest.approx(950.05)


def test_percentiles_follow_the_path_and_leave_out_what_never_ran():
    timings = Timings()
    for stage in ("publish", "mesh", "audio"):
        timings.add(stage, 1.0)
    assert [stage.stage for stage in timings.percentiles()] == ["audio", "mesh", "publish"]
