from sidecar.v1 import cutscene_pb2 as _cutscene_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProtocolVersion(_message.Message):
    __slots__ = ("major", "minor")
    MAJOR_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    major: int
    minor: int
    def __init__(self, major: _Optional[int] = ..., minor: _Optional[int] = ...) -> None: ...

class GetInfoRequest(_message.Message):
    __slots__ = ("protocol_version", "client_name")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    protocol_version: ProtocolVersion
    client_name: str
    def __init__(self, protocol_version: _Optional[_Union[ProtocolVersion, _Mapping]] = ..., client_name: _Optional[str] = ...) -> None: ...

class GetInfoResponse(_message.Message):
    __slots__ = ("protocol_version", "sidecar_version", "capabilities", "renderer", "limits", "arkit_names", "process_id")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SIDECAR_VERSION_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    RENDERER_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    ARKIT_NAMES_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    protocol_version: ProtocolVersion
    sidecar_version: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    renderer: str
    limits: Limits
    arkit_names: _containers.RepeatedScalarFieldContainer[str]
    process_id: int
    def __init__(self, protocol_version: _Optional[_Union[ProtocolVersion, _Mapping]] = ..., sidecar_version: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., renderer: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., arkit_names: _Optional[_Iterable[str]] = ..., process_id: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_conversations", "min_sample_rate_hz", "max_sample_rate_hz", "max_chunk_ms", "max_utterance_ms", "max_frame_size_px", "lease_ms")
    MAX_CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    MIN_SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    MAX_SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    MAX_CHUNK_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_UTTERANCE_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_FRAME_SIZE_PX_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    max_conversations: int
    min_sample_rate_hz: int
    max_sample_rate_hz: int
    max_chunk_ms: int
    max_utterance_ms: int
    max_frame_size_px: int
    lease_ms: int
    def __init__(self, max_conversations: _Optional[int] = ..., min_sample_rate_hz: _Optional[int] = ..., max_sample_rate_hz: _Optional[int] = ..., max_chunk_ms: _Optional[int] = ..., max_utterance_ms: _Optional[int] = ..., max_frame_size_px: _Optional[int] = ..., lease_ms: _Optional[int] = ...) -> None: ...

class ListAvatarsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAvatarsResponse(_message.Message):
    __slots__ = ("avatars",)
    AVATARS_FIELD_NUMBER: _ClassVar[int]
    avatars: _containers.RepeatedCompositeFieldContainer[Avatar]
    def __init__(self, avatars: _Optional[_Iterable[_Union[Avatar, _Mapping]]] = ...) -> None: ...

class Avatar(_message.Message):
    __slots__ = ("name", "description", "expression_space")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_SPACE_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    expression_space: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., expression_space: _Optional[str] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("uptime_ms", "stages", "conversations", "cutscenes")
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    CUTSCENES_FIELD_NUMBER: _ClassVar[int]
    uptime_ms: int
    stages: _containers.RepeatedCompositeFieldContainer[StageTiming]
    conversations: _containers.RepeatedCompositeFieldContainer[ConversationStatus]
    cutscenes: _containers.RepeatedCompositeFieldContainer[_cutscene_pb2.CutsceneProgress]
    def __init__(self, uptime_ms: _Optional[int] = ..., stages: _Optional[_Iterable[_Union[StageTiming, _Mapping]]] = ..., conversations: _Optional[_Iterable[_Union[ConversationStatus, _Mapping]]] = ..., cutscenes: _Optional[_Iterable[_Union[_cutscene_pb2.CutsceneProgress, _Mapping]]] = ...) -> None: ...

class StageTiming(_message.Message):
    __slots__ = ("stage", "count", "p50_ms", "p95_ms", "p99_ms")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    P50_MS_FIELD_NUMBER: _ClassVar[int]
    P95_MS_FIELD_NUMBER: _ClassVar[int]
    P99_MS_FIELD_NUMBER: _ClassVar[int]
    stage: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    def __init__(self, stage: _Optional[str] = ..., count: _Optional[int] = ..., p50_ms: _Optional[float] = ..., p95_ms: _Optional[float] = ..., p99_ms: _Optional[float] = ...) -> None: ...

class ConversationStatus(_message.Message):
    __slots__ = ("conversation_id", "state", "failure", "clock_us", "motion_end_us", "frames_published", "ticks_missed", "engine_attached", "warning", "output_packets_sent", "output_packets_failed", "skew_us", "motion_skipped_us", "frame_scale", "gaussians")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_US_FIELD_NUMBER: _ClassVar[int]
    MOTION_END_US_FIELD_NUMBER: _ClassVar[int]
    FRAMES_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    TICKS_MISSED_FIELD_NUMBER: _ClassVar[int]
    ENGINE_ATTACHED_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PACKETS_SENT_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PACKETS_FAILED_FIELD_NUMBER: _ClassVar[int]
    SKEW_US_FIELD_NUMBER: _ClassVar[int]
    MOTION_SKIPPED_US_FIELD_NUMBER: _ClassVar[int]
    FRAME_SCALE_FIELD_NUMBER: _ClassVar[int]
    GAUSSIANS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    state: str
    failure: str
    clock_us: _containers.RepeatedScalarFieldContainer[int]
    motion_end_us: int
    frames_published: int
    ticks_missed: int
    engine_attached: bool
    warning: str
    output_packets_sent: int
    output_packets_failed: int
    skew_us: int
    motion_skipped_us: int
    frame_scale: float
    gaussians: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, conversation_id: _Optional[str] = ..., state: _Optional[str] = ..., failure: _Optional[str] = ..., clock_us: _Optional[_Iterable[int]] = ..., motion_end_us: _Optional[int] = ..., frames_published: _Optional[int] = ..., ticks_missed: _Optional[int] = ..., engine_attached: _Optional[bool] = ..., warning: _Optional[str] = ..., output_packets_sent: _Optional[int] = ..., output_packets_failed: _Optional[int] = ..., skew_us: _Optional[int] = ..., motion_skipped_us: _Optional[int] = ..., frame_scale: _Optional[float] = ..., gaussians: _Optional[_Iterable[int]] = ...) -> None: ...
