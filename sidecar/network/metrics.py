"""The text of `/metrics`, as Prometheus reads it. Nothing in it tells who speaks or what is said."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.v1 import cutscene_pb2, sidecar_pb2

CUTSCENE_STATES = (
    ("waiting", cutscene_pb2.CUTSCENE_STATE_WAITING),
    ("rendering", cutscene_pb2.CUTSCENE_STATE_RENDERING),
)
QUANTILES = (("0.5", "p50_ms"), ("0.95", "p95_ms"), ("0.99", "p99_ms"))


def metrics_text(status: sidecar_pb2.GetStatusResponse, version: str) -> str:
    """Return the state of a sidecar in Prometheus' text format 0.0.4."""
    return (
        "\n".join([*_sidecar(status, version), *_stages(status), *_conversations(status), *_cutscenes(status)]) + "\n"
    )


def _sidecar(status: sidecar_pb2.GetStatusResponse, version: str) -> Iterable[str]:
    yield from _head("rsatalker_info", "gauge", "Version of the sidecar; always 1.")
    yield f'rsatalker_info{{version="{version}"}} 1'
    yield from _head("rsatalker_uptime_seconds", "gauge", "Since the sidecar began to serve.")
    yield f"rsatalker_uptime_seconds {status.uptime_ms / 1000:.3f}"


def _stages(status: sidecar_pb2.GetStatusResponse) -> Iterable[str]:
    name = "rsatalker_stage_duration_seconds"
    yield from _head(name, "summary", "Time that a run of a stage takes, over the newest runs.")
    for stage in status.stages:
        for quantile, field in QUANTILES:
            yield f'{name}{{stage="{stage.stage}",quantile="{quantile}"}} {getattr(stage, field) / 1000:.6f}'
        yield f'{name}_count{{stage="{stage.stage}"}} {stage.count}'


def _conversations(status: sidecar_pb2.GetStatusResponse) -> Iterable[str]:
    states: dict[str, int] = {}
    for conversation in status.conversations:
        states[conversation.state] = states.get(conversation.state, 0) + 1
    yield from _head("rsatalker_conversations", "gauge", "Conversations that are not closed.")
    yield from (f'rsatalker_conversations{{state="{state}"}} {count}' for state, count in sorted(states.items()))
    yield from _head("rsatalker_engines_attached", "gauge", "Conversations whose engine was heard lately.")
    yield f"rsatalker_engines_attached {sum(one.engine_attached for one in status.conversations)}"
    yield from _head("rsatalker_frames_published", "gauge", "Frames of the conversations that are open.")
    yield f"rsatalker_frames_published {sum(one.frames_published for one in status.conversations)}"
    yield from _head("rsatalker_skew_seconds", "gauge", "How far the newest frames' faces were behind their sound.")
    for number, one in enumerate(status.conversations):
        yield f'rsatalker_skew_seconds{{conversation="{number}"}} {one.skew_us / 1e6:.6f}'
    yield from _head("rsatalker_frame_scale", "gauge", "Width and height of frames as a share of what was asked.")
    for number, one in enumerate(status.conversations):
        yield f'rsatalker_frame_scale{{conversation="{number}"}} {one.frame_scale:.3f}'
    yield from _head("rsatalker_motion_skipped_seconds", "gauge", "Sound without motion in open conversations.")
    yield f"rsatalker_motion_skipped_seconds {sum(one.motion_skipped_us for one in status.conversations) / 1e6:.6f}"
    yield from _head("rsatalker_ticks_missed", "gauge", "Ticks missed in the conversations that are open.")
    yield f"rsatalker_ticks_missed {sum(one.ticks_missed for one in status.conversations)}"
    yield from _head("rsatalker_output_packets_failed", "gauge", "Packets of open conversations that were not taken.")
    yield f"rsatalker_output_packets_failed {sum(one.output_packets_failed for one in status.conversations)}"


def _cutscenes(status: sidecar_pb2.GetStatusResponse) -> Iterable[str]:
    states = [one.state for one in status.cutscenes]
    yield from _head("rsatalker_cutscenes", "gauge", "Cutscenes that wait or are rendered.")
    for name, state in CUTSCENE_STATES:
        yield f'rsatalker_cutscenes{{state="{name}"}} {states.count(state)}'
    yield from _head("rsatalker_cutscene_frames_left", "gauge", "Of the cutscene that is rendered.")
    yield f"rsatalker_cutscene_frames_left {sum(one.frames_total - one.frames_done for one in status.cutscenes)}"


def _head(name: str, kind: str, meaning: str) -> Iterable[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
