"""Demands on discovery of versions, tokens, conversations and limits."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from demands.subject import Subject, Unmet, demand
from sidecar.v1 import conversation_pb2, sidecar_pb2, speech_pb2

Code = grpc.StatusCode


def info_tells_version_capabilities_and_limits(subject: Subject) -> None:
    """GetInfo tells version 1, capabilities, limits and the 52 ARKit names."""
    info = subject.info()
    demand(info.protocol_version.major == 1, "protocol version 1", info.protocol_version.major)
    wanted = {"frames", "motion", "speak", "push_audio", "cancel", "relationship"}
    demand(wanted <= set(info.capabilities), f"the capabilities {sorted(wanted)}", list(info.capabilities))
    demand(len(info.arkit_names) == 52, "52 ARKit names", len(info.arkit_names))
    empty = [field.name for field in info.limits.DESCRIPTOR.fields if not getattr(info.limits, field.name)]
    demand(not empty, "a number for every limit", f"none for {', '.join(empty)}")


def token_is_demanded_of_every_call(subject: Subject) -> None:
    """Every call, health and reflection included, needs the token."""
    for path in (
        "/sidecar.v1.SidecarService/GetInfo",
        "/sidecar.v1.SidecarService/GetStatus",
        "/sidecar.v1.ConversationService/CreateConversation",
        "/sidecar.v1.SpeechService/Speak",
        "/sidecar.v1.WatchService/GetFrame",
        "/grpc.health.v1.Health/Check",
    ):
        for token in ("", f"Bearer {subject.token}x", subject.token):
            metadata = (("authorization", token),) if token else ()
            subject.refused(subject.channel.unary_unary(path), b"", Code.UNAUTHENTICATED, metadata=metadata)


def health_says_serving(subject: Subject) -> None:
    """The health service says SERVING."""
    answer = subject.call(health_pb2_grpc.HealthStub(subject.channel).Check, health_pb2.HealthCheckRequest())
    demand(answer.status == health_pb2.HealthCheckResponse.SERVING, "SERVING", answer.status)


def reflection_lists_the_services(subject: Subject) -> None:
    """Reflection lists the protocol's services."""
    stub = reflection_pb2_grpc.ServerReflectionStub(subject.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    try:
        (answer,) = stub.ServerReflectionInfo(iter([request]), timeout=60, metadata=subject.metadata)
    except grpc.RpcError as error:
        raise Unmet(f"expected a list of services; found {error.code().name}") from error  # type: ignore[attr-defined]
    found = {service.name for service in answer.list_services_response.service}
    wanted = {f"sidecar.v1.{name}Service" for name in ("Sidecar", "Conversation", "Speech")}
    demand(wanted <= found, f"{sorted(wanted)}", sorted(found))


def other_major_version_is_refused(subject: Subject) -> None:
    """A client of another major version is refused, with both versions in the sentence."""
    version = sidecar_pb2.ProtocolVersion(major=2, minor=7)
    request = sidecar_pb2.GetInfoRequest(protocol_version=version)
    subject.refused(subject.sidecar.GetInfo, request, Code.FAILED_PRECONDITION, "2.7", "1.")
    created = subject.create_request()
    created.protocol_version.CopyFrom(version)
    subject.refused(subject.conversations.CreateConversation, created, Code.FAILED_PRECONDITION, "2.7", "1.")


def other_minor_version_is_welcome(subject: Subject) -> None:
    """A client of another minor version is welcome."""
    version = sidecar_pb2.ProtocolVersion(major=1, minor=99)
    subject.call(subject.sidecar.GetInfo, sidecar_pb2.GetInfoRequest(protocol_version=version))


def unreadable_request_is_refused(subject: Subject) -> None:
    """Bytes that are no message are refused as the client's mistake."""
    call = subject.channel.unary_unary("/sidecar.v1.ConversationService/CreateConversation")
    subject.refused(call, b"\xff\xff\xff\xff\x01", Code.INVALID_ARGUMENT)


def unknown_names_are_told(subject: Subject) -> None:
    """Unknown conversations and avatars are NOT_FOUND, by name."""
    keep = conversation_pb2.KeepAliveRequest(conversation_id="nobody")
    subject.refused(subject.conversations.KeepAlive, keep, Code.NOT_FOUND, "nobody")
    request = subject.create_request()
    request.participants[0].avatar = "../nobody"
    subject.refused(subject.conversations.CreateConversation, request, Code.NOT_FOUND, "../nobody")


def conversation_that_cannot_be_had_is_refused(subject: Subject) -> None:
    """One participant, frames beyond the limit, places that are none and a lonely senior are refused."""
    create = subject.conversations.CreateConversation
    alone = subject.create_request()
    del alone.participants[1]
    subject.refused(create, alone, Code.INVALID_ARGUMENT, "1 participants")
    large = subject.info().limits.max_frame_size_px + 1
    frames = conversation_pb2.FrameSetup(width=large)
    subject.refused(create, subject.create_request(frames=frames), Code.INVALID_ARGUMENT, "width", str(large))
    placed = subject.create_request()
    placed.participants[0].world_from_head.extend([2.0] * 16)
    subject.refused(create, placed, Code.INVALID_ARGUMENT, "world_from_head")
    unequal = conversation_pb2.Relationship(status=conversation_pb2.SOCIAL_STATUS_UNEQUAL)
    subject.refused(create, subject.create_request(relationship=unequal), Code.INVALID_ARGUMENT, "senior")


def closed_conversation_is_unknown(subject: Subject) -> None:
    """A conversation keeps its lease while it is named, and is unknown once closed."""
    with subject.conversation() as created:
        demand(created.lease_ms > 0, "a lease", created.lease_ms)
        request = conversation_pb2.KeepAliveRequest(conversation_id=created.conversation_id)
        demand(subject.call(subject.conversations.KeepAlive, request).lease_ms > 0, "a lease", "none")
    subject.refused(subject.conversations.KeepAlive, request, Code.NOT_FOUND, created.conversation_id)


def relationship_can_change(subject: Subject) -> None:
    """A relationship changes while a conversation lives, and a wrong one is refused."""
    with subject.conversation() as created:
        sound = conversation_pb2.Relationship(
            kinship=conversation_pb2.KINSHIP_BLOOD,
            status=conversation_pb2.SOCIAL_STATUS_UNEQUAL,
            senior=conversation_pb2.SENIOR_B,
        )
        identity = created.conversation_id
        request = conversation_pb2.SetRelationshipRequest(conversation_id=identity, relationship=sound)
        subject.call(subject.conversations.SetRelationship, request)
        request.relationship.ClearField("senior")
        subject.refused(subject.conversations.SetRelationship, request, Code.INVALID_ARGUMENT, "senior")


def relationship_can_be_blended(subject: Subject) -> None:
    """A relationship has a strength and may lie between two; what is out of range is refused."""
    with subject.conversation() as created:
        request = conversation_pb2.SetRelationshipRequest(
            conversation_id=created.conversation_id,
            strength=1.5,
            other=conversation_pb2.Relationship(kinship=conversation_pb2.KINSHIP_BLOOD),
            share=0.5,
        )
        subject.call(subject.conversations.SetRelationship, request)
        for field, value in (("strength", 9.0), ("share", 2.0)):
            wrong = conversation_pb2.SetRelationshipRequest()
            wrong.CopyFrom(request)
            setattr(wrong, field, value)
            subject.refused(subject.conversations.SetRelationship, wrong, Code.INVALID_ARGUMENT, field)


def mood_style_and_offset_can_change(subject: Subject) -> None:
    """SetMood, SetStyle and SetAvOffset take what is within their ranges and nothing else."""
    with subject.conversation() as created:
        identity, both = created.conversation_id, speech_pb2.PARTICIPANT_BOTH
        mood = conversation_pb2.SetMoodRequest(conversation_id=identity, participant=both)
        for mood.mood.name in ("happy", ""):
            subject.call(subject.conversations.SetMood, mood)
        mood.mood.name = "hungry"
        subject.refused(subject.conversations.SetMood, mood, Code.INVALID_ARGUMENT, "hungry", "happy")
        style = conversation_pb2.SetStyleRequest(conversation_id=identity, participant=both)
        style.style.jaw_strength = 1.5
        subject.call(subject.conversations.SetStyle, style)
        style.style.jaw_strength = -1
        subject.refused(subject.conversations.SetStyle, style, Code.INVALID_ARGUMENT, "jaw")
        offset = conversation_pb2.SetAvOffsetRequest(conversation_id=identity, av_offset_ms=-500)
        subject.call(subject.conversations.SetAvOffset, offset)
        offset.av_offset_ms = 501
        subject.refused(subject.conversations.SetAvOffset, offset, Code.INVALID_ARGUMENT, "501")


def motion_can_be_sent_to_other_programs(subject: Subject) -> None:
    """SetOutputs takes an address of this machine, none to end it, and no name that would have to be looked up."""
    with subject.conversation() as created:
        request = conversation_pb2.SetOutputsRequest(conversation_id=created.conversation_id)
        for request.outputs.live_link_face.address in ("127.0.0.1:9", ""):
            subject.call(subject.conversations.SetOutputs, request)
        request.outputs.live_link_face.address = "somewhere.example:11111"
        subject.refused(subject.conversations.SetOutputs, request, Code.INVALID_ARGUMENT, "somewhere.example")


def conversations_are_limited(subject: Subject) -> None:
    """One conversation too many is refused, and those that are open live on."""
    limit = subject.info().limits.max_conversations
    small = subject.create_request(frames=conversation_pb2.FrameSetup(motion_only=True))
    opened: list[str] = []
    try:
        for _ in range(limit + 1):
            try:
                created = subject.conversations.CreateConversation(small, timeout=60, metadata=subject.metadata)
            except grpc.RpcError as error:
                code = error.code()  # type: ignore[attr-defined]
                demand(code == Code.RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", code.name)
                break
            opened.append(created.conversation_id)
        demand(len(opened) <= limit, f"at most {limit} conversations, as GetInfo says", len(opened))
        for identity in opened:
            subject.call(subject.conversations.KeepAlive, conversation_pb2.KeepAliveRequest(conversation_id=identity))
    finally:
        for identity in opened:
            subject.close(identity)
