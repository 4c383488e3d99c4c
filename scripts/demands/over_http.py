"""Demands on Connect over HTTP/1.1."""

from __future__ import annotations

from demands.subject import Subject, demand

INFO = "/sidecar.v1.SidecarService/GetInfo"
KEEP_ALIVE = "/sidecar.v1.ConversationService/KeepAlive"
VERSION = {"protocolVersion": {"major": 1}}
REFUSED = (401, 403)


def info_comes_as_json(subject: Subject) -> None:
    """GetInfo by POST and JSON tells what gRPC tells."""
    answer = subject.http("POST", INFO, VERSION)
    demand(answer.status == 200, "200", f"{answer.status}: {answer.content}")
    version = subject.info().sidecar_version
    demand(answer.content.get("sidecarVersion") == version, version, answer.content.get("sidecarVersion"))


def http_demands_the_token(subject: Subject) -> None:
    """Without the token, or with another, HTTP says 401."""
    for token in ("", "Bearer x", subject.token):
        answer = subject.http("POST", INFO, VERSION, Authorization=token)
        demand(answer.status == 401, "401", answer.status)


def forged_host_and_origin_are_refused(subject: Subject) -> None:
    """A Host that is not this machine's and a web page's Origin are refused: no DNS rebinding."""
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = subject.http("POST", INFO, VERSION, **headers)
        demand(answer.status in REFUSED, f"a refusal of {headers}", answer.status)


def refusals_are_the_same_as_over_grpc(subject: Subject) -> None:
    """A refusal carries Connect's code and the sentence."""
    answer = subject.http("POST", KEEP_ALIVE, {"conversationId": "nobody"})
    demand(answer.status == 404, "404", answer.status)
    demand(isinstance(answer.content, dict) and answer.content.get("code") == "not_found", "not_found", answer.content)
    demand("nobody" in answer.content.get("message", ""), "a sentence that names nobody", answer.content)
    for body in ([], "x", {"conversationId": 7}, {"conversationId": {}}):
        answer = subject.http("POST", KEEP_ALIVE, body)
        demand(answer.status == 400, f"400 for the body {body!r}", answer.status)


def health_is_told_and_metrics_need_the_token(subject: Subject) -> None:
    """/healthz says ok to anybody who reaches it; /metrics needs the token."""
    demand(subject.http("GET", "/healthz", Authorization="").status == 200, "200 of /healthz", "another status")
    without = subject.http("GET", "/metrics", Authorization="").status
    demand(without == 401, "401 of /metrics without the token", without)
    status = subject.http("GET", "/metrics").status
    demand(status == 200, "200 of /metrics with it", status)


def unknown_call_is_told(subject: Subject) -> None:
    """A call that does not exist is 501, unimplemented."""
    answer = subject.http("POST", "/sidecar.v1.LunchService/GetLunch", {})
    demand(answer.status == 501, "501", answer.status)


def session_runs_over_http_alone(subject: Subject) -> None:
    """A conversation is made, kept and closed over HTTP, and gRPC sees it."""
    participants = [{"avatar": name} for name in subject.avatars()]
    body = {**VERSION, "participants": participants, "frames": {"motionOnly": True}}
    answer = subject.http("POST", "/sidecar.v1.ConversationService/CreateConversation", body)
    demand(answer.status == 200, "200", f"{answer.status}: {answer.content}")
    identity = answer.content["conversationId"]
    try:
        kept = subject.http("POST", KEEP_ALIVE, {"conversationId": identity})
        demand(kept.status == 200, "200", kept.status)
    finally:
        closed = subject.http("POST", "/sidecar.v1.ConversationService/CloseConversation", {"conversationId": identity})
    demand(closed.status == 200, "200", closed.status)
    gone = subject.http("POST", KEEP_ALIVE, {"conversationId": identity})
    demand(gone.status == 404, "404 after closing", gone.status)
