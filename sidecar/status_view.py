"""How a running sidecar is doing, as tables for a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sidecar.v1 import cutscene_pb2, sidecar_pb2

LATE_MS = 1000 / 30  # a tick of the frame loop that takes longer leaves heads below 30 frames per second
# How far a face may be behind its sound, and ahead of it, microseconds.
SEEN_US = (15_000, -45_000)  # ATSC IS-191: beyond that some see it
WRONG_US = (45_000, -125_000)  # ITU-R BT.1359: beyond that everybody does


def status_view(
    info: sidecar_pb2.GetInfoResponse,
    address: str,
    status: sidecar_pb2.GetStatusResponse,
    before: sidecar_pb2.GetStatusResponse | None,
) -> Group:
    """Return everything that GetStatus tells.

    Args:
        info: Of the sidecar.
        address: Where it answers.
        status: Now.
        before: A moment ago: what was done since tells rates. None: rates are not known.
    """
    title = Text(
        f"RSATalker {info.sidecar_version} at {address}, pid {info.process_id}, {info.renderer} renderer, "
        f"up {_clock(status.uptime_ms // 1000)}, {len(status.conversations)} of "
        f"{info.limits.max_conversations} conversations"
    )
    cutscenes = [_cutscenes(status)] if status.cutscenes else []
    conversations = [_conversations(status, before)] if status.conversations else []
    return Group(title, _stages(status), *conversations, *cutscenes, *_warnings(status))


def _stages(status: sidecar_pb2.GetStatusResponse) -> Table:
    table = Table(title="Stages, milliseconds", title_justify="left")
    for column in ("stage", "p50", "p95", "p99", "runs"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage in status.stages:
        style = "red" if stage.stage == "tick" and stage.p95_ms > LATE_MS else ""
        times = (f"{time:.2f}" for time in (stage.p50_ms, stage.p95_ms, stage.p99_ms))
        table.add_row(stage.stage, *times, str(stage.count), style=style)
    return table


def _conversations(status: sidecar_pb2.GetStatusResponse, before: sidecar_pb2.GetStatusResponse | None) -> Table:
    """Return a row for each conversation; units stand in the heads, so that it fits into 80 columns."""
    table = Table(title="Conversations", title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    on_the_left = ("id", "state", "engine")
    for column in (
        *on_the_left, "clock", "ahead\nms", "skew\nms", "skipped\ns", "size", "Gaus-\nsians k", "frames\n/s", "missed"
    ):  # fmt: skip
        table.add_column(column, justify="left" if column in on_the_left else "right")
    for conversation in status.conversations:
        clock_us = max(conversation.clock_us)
        table.add_row(
            conversation.conversation_id[:8],
            conversation.state,
            "attached" if conversation.engine_attached else "-",
            _clock(clock_us // 1_000_000),
            f"{(conversation.motion_end_us - clock_us) / 1e3:.0f}",
            _skew(conversation.skew_us),
            f"{conversation.motion_skipped_us / 1e6:.1f}",
            _size(conversation.frame_scale),
            "+".join(f"{count / 1000:.0f}" for count in conversation.gaussians),
            _frame_rate(conversation, status, before),
            str(conversation.ticks_missed),
            style="red" if conversation.state == "failed" else "",
        )
    return table


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _skew(skew_us: int) -> Text:
    """Return how far a face is behind its sound, in the colour of who would notice."""
    style = "yellow" if not SEEN_US[1] <= skew_us <= SEEN_US[0] else ""
    style = "red" if not WRONG_US[1] <= skew_us <= WRONG_US[0] else style
    return Text(f"{skew_us / 1e3:+.0f}", style)


def _size(frame_scale: float) -> Text:
    """Return the share of width and height that there is time for."""
    return Text(f"{frame_scale:.0%}", "yellow" if frame_scale < 1 else "")


def _cutscenes(status: sidecar_pb2.GetStatusResponse) -> Table:
    table = Table(title="Cutscenes", title_justify="left")
    for column in ("id", "state", "stage", "frames", "left"):
        table.add_column(column, justify="left" if column in ("id", "state", "stage") else "right")
    for cutscene in status.cutscenes:
        minutes, seconds = divmod(round(cutscene.eta_ms / 1000), 60)
        table.add_row(
            cutscene.cutscene_id,
            cutscene_pb2.CutsceneState.Name(cutscene.state).removeprefix("CUTSCENE_STATE_").lower(),
            cutscene.stage or "-",
            f"{cutscene.frames_done} of {cutscene.frames_total}" if cutscene.frames_total else "?",
            f"{minutes}:{seconds:02} min" if cutscene.eta_ms else "?",
        )
    return table


def _frame_rate(
    conversation: sidecar_pb2.ConversationStatus,
    status: sidecar_pb2.GetStatusResponse,
    before: sidecar_pb2.GetStatusResponse | None,
) -> str:
    """Return frames per second of each head since the moment before."""
    if before is None or status.uptime_ms <= before.uptime_ms:
        return "?"
    earlier = {one.conversation_id: one.frames_published for one in before.conversations}
    if conversation.conversation_id not in earlier:
        return "?"
    frames = conversation.frames_published - earlier[conversation.conversation_id]
    return f"{frames / 2 / ((status.uptime_ms - before.uptime_ms) / 1000):.0f}"


def _warnings(status: sidecar_pb2.GetStatusResponse) -> list[Text]:
    found: list[Text] = []
    for conversation in status.conversations:
        for sentence, style in ((conversation.failure, "red"), (conversation.warning, "yellow")):
            if sentence:
                found.append(Text(f"{conversation.conversation_id[:8]}: {sentence}", style=style))
        if conversation.output_packets_failed:
            sent, failed = conversation.output_packets_sent, conversation.output_packets_failed
            sentence = f"the system took {sent} packets for Live Link Face and VMC, and {failed} not."
            found.append(Text(f"{conversation.conversation_id[:8]}: {sentence}", style="yellow"))
    return found
