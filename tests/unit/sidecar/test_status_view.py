import io

import pytest
from rich.console import Console

from sidecar.status_view import _skew, status_view
from sidecar.v1 import cutscene_pb2, sidecar_pb2

pytestmark = pytest.mark.unit

INFO = sidecar_pb2.GetInfoResponse(
    sidecar_version="0.1.0", renderer="cpu", process_id=4711, limits=sidecar_pb2.Limits(max_conversations=4)
)


def seen(
    status: sidecar_pb2.GetStatusResponse, before: sidecar_pb2.GetStatusResponse | None = None, width: int = 160
) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(status_view(INFO, "127.0.0.1:50551", status, before))
    return console.file.getvalue()  # type: ignore[attr-defined]


def status_of(uptime_ms: int, frames: int, **entries) -> sidecar_pb2.GetStatusResponse:
    conversation = sidecar_pb2.ConversationStatus(
        conversation_id="0123456789",
        state="live",
        clock_us=(1_500_000, 1_500_000),
        motion_end_us=1_900_000,
        frames_published=frames,
        skew_us=-1500,
        motion_skipped_us=300_000,
        frame_scale=0.84,
        gaussians=(65_383, 18_319),
        **entries,
    )
    return sidecar_pb2.GetStatusResponse(
        uptime_ms=uptime_ms,
        stages=[sidecar_pb2.StageTiming(stage="frame", count=7, p50_ms=1.25, p95_ms=2.5, p99_ms=3.75)],
        conversations=[conversation],
    )


def test_view_names_the_sidecar_and_its_stages():
    text = seen(status_of(3_661_000, 0))
    assert "RSATalker 0.1.0 at 127.0.0.1:50551, pid 4711, cpu renderer, up 1:01:01, 1 of 4 conversations" in text
    assert all(number in text for number in ("1.25", "2.50", "3.75"))


def test_view_without_conversations_has_no_table_of_them():
    assert "Conversations" not in seen(sidecar_pb2.GetStatusResponse(uptime_ms=1000))


def row_of(status: sidecar_pb2.GetStatusResponse, before: sidecar_pb2.GetStatusResponse, width: int = 160) -> list[str]:
    return next(line for line in seen(status, before, width).splitlines() if "01234567" in line).split()


def test_view_tells_how_each_conversation_is_doing():
    row = row_of(status_of(2000, 180), status_of(1000, 60))
    assert row == ["01234567", "live", "-", "0:00:01", "400", "-2", "0.3", "84%", "65+18", "60", "0"]


def test_view_of_ten_hours_fits_into_80_columns():
    status = status_of(36_001_000, 999_999, engine_attached=True, ticks_missed=123_456)
    status.conversations[0].clock_us[:] = 36_000_000_000, 35_999_000_000
    status.conversations[0].motion_end_us = 36_004_000_000
    row = row_of(status, status_of(36_000_000, 999_855), width=80)
    assert row == ["01234567", "live", "attached", "10:00:00", "4000", "-2", "0.3", "84%", "65+18", "72", "123456"]


def test_view_guesses_no_rate_at_the_first_look():
    assert " ? " in seen(status_of(1000, 60))


def test_view_shows_what_is_wrong():
    assert "01234567: light [in] the engine region" in seen(status_of(1, 1, warning="light [in] the engine region"))


def test_view_tells_packets_that_the_system_did_not_take():
    assert "packets" not in seen(status_of(1, 1, output_packets_sent=5))
    assert "01234567: the system took 5 packets for Live Link Face and VMC, and 2 not." in seen(
        status_of(1, 1, output_packets_sent=5, output_packets_failed=2)
    )


@pytest.mark.parametrize(
    ("skew_us", "style"),
    [(15_000, ""), (-45_000, ""), (16_000, "yellow"), (-46_000, "yellow"), (46_000, "red"), (-126_000, "red")],
)
def test_view_marks_a_face_that_is_seen_to_be_out_of_sync(skew_us: int, style: str):
    assert _skew(skew_us).style == style


def test_view_lists_cutscenes_only_while_there_are_some():
    status = status_of(1000, 0)
    assert "Cutscenes" not in seen(status)
    for state, done, total, eta_ms in (
        (cutscene_pb2.CUTSCENE_STATE_RENDERING, 48, 240, 83_000),
        (cutscene_pb2.CUTSCENE_STATE_WAITING, 0, 0, 0),
    ):
        status.cutscenes.add(cutscene_id="5ad0", state=state, frames_done=done, frames_total=total, eta_ms=eta_ms)
    rows = [line for line in seen(status).splitlines() if "5ad0" in line]
    cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert cells == [["5ad0", "rendering", "-", "48 of 240", "1:23 min"], ["5ad0", "waiting", "-", "?", "?"]]
