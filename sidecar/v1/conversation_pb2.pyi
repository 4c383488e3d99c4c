from sidecar.v1 import sidecar_pb2 as _sidecar_pb2
from sidecar.v1 import speech_pb2 as _speech_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kinship(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KINSHIP_UNSPECIFIED: _ClassVar[Kinship]
    KINSHIP_BLOOD: _ClassVar[Kinship]
    KINSHIP_NON_BLOOD: _ClassVar[Kinship]

class SocialStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOCIAL_STATUS_UNSPECIFIED: _ClassVar[SocialStatus]
    SOCIAL_STATUS_EQUAL: _ClassVar[SocialStatus]
    SOCIAL_STATUS_UNEQUAL: _ClassVar[SocialStatus]

class Senior(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENIOR_UNSPECIFIED: _ClassVar[Senior]
    SENIOR_A: _ClassVar[Senior]
    SENIOR_B: _ClassVar[Senior]
KINSHIP_UNSPECIFIED: Kinship
KINSHIP_BLOOD: Kinship
KINSHIP_NON_BLOOD: Kinship
SOCIAL_STATUS_UNSPECIFIED: SocialStatus
SOCIAL_STATUS_EQUAL: SocialStatus
SOCIAL_STATUS_UNEQUAL: SocialStatus
SENIOR_UNSPECIFIED: Senior
SENIOR_A: Senior
SENIOR_B: Senior

class Relationship(_message.Message):
    __slots__ = ("kinship", "status", "senior")
    KINSHIP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SENIOR_FIELD_NUMBER: _ClassVar[int]
    kinship: Kinship
    status: SocialStatus
    senior: Senior
    def __init__(self, kinship: _Optional[_Union[Kinship, str]] = ..., status: _Optional[_Union[SocialStatus, str]] = ..., senior: _Optional[_Union[Senior, str]] = ...) -> None: ...

class Mood(_message.Message):
    __slots__ = ("name", "strength")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    strength: float
    def __init__(self, name: _Optional[str] = ..., strength: _Optional[float] = ...) -> None: ...

class Style(_message.Message):
    __slots__ = ("jaw_strength", "lip_strength")
    JAW_STRENGTH_FIELD_NUMBER: _ClassVar[int]
    LIP_STRENGTH_FIELD_NUMBER: _ClassVar[int]
    jaw_strength: float
    lip_strength: float
    def __init__(self, jaw_strength: _Optional[float] = ..., lip_strength: _Optional[float] = ...) -> None: ...

class ParticipantSetup(_message.Message):
    __slots__ = ("avatar", "world_from_head", "mood", "style")
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    WORLD_FROM_HEAD_FIELD_NUMBER: _ClassVar[int]
    MOOD_FIELD_NUMBER: _ClassVar[int]
    STYLE_FIELD_NUMBER: _ClassVar[int]
    avatar: str
    world_from_head: _containers.RepeatedScalarFieldContainer[float]
    mood: Mood
    style: Style
    def __init__(self, avatar: _Optional[str] = ..., world_from_head: _Optional[_Iterable[float]] = ..., mood: _Optional[_Union[Mood, _Mapping]] = ..., style: _Optional[_Union[Style, _Mapping]] = ...) -> None: ...

class Outputs(_message.Message):
    __slots__ = ("live_link_face", "vmc")
    LIVE_LINK_FACE_FIELD_NUMBER: _ClassVar[int]
    VMC_FIELD_NUMBER: _ClassVar[int]
    live_link_face: LiveLinkFaceOutput
    vmc: VmcOutput
    def __init__(self, live_link_face: _Optional[_Union[LiveLinkFaceOutput, _Mapping]] = ..., vmc: _Optional[_Union[VmcOutput, _Mapping]] = ...) -> None: ...

class LiveLinkFaceOutput(_message.Message):
    __slots__ = ("address", "subjects")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    address: str
    subjects: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, address: _Optional[str] = ..., subjects: _Optional[_Iterable[str]] = ...) -> None: ...

class VmcOutput(_message.Message):
    __slots__ = ("addresses",)
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    addresses: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, addresses: _Optional[_Iterable[str]] = ...) -> None: ...

class FrameSetup(_message.Message):
    __slots__ = ("width", "height", "layers", "motion_only", "pixels_per_degree")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    MOTION_ONLY_FIELD_NUMBER: _ClassVar[int]
    PIXELS_PER_DEGREE_FIELD_NUMBER: _ClassVar[int]
    width: int
    height: int
    layers: int
    motion_only: bool
    pixels_per_degree: float
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ..., layers: _Optional[int] = ..., motion_only: _Optional[bool] = ..., pixels_per_degree: _Optional[float] = ...) -> None: ...

class CreateConversationRequest(_message.Message):
    __slots__ = ("protocol_version", "participants", "relationship", "frames", "seed", "starts_with_speech", "av_offset_ms", "outputs")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    STARTS_WITH_SPEECH_FIELD_NUMBER: _ClassVar[int]
    AV_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    protocol_version: _sidecar_pb2.ProtocolVersion
    participants: _containers.RepeatedCompositeFieldContainer[ParticipantSetup]
    relationship: Relationship
    frames: FrameSetup
    seed: int
    starts_with_speech: bool
    av_offset_ms: int
    outputs: Outputs
    def __init__(self, protocol_version: _Optional[_Union[_sidecar_pb2.ProtocolVersion, _Mapping]] = ..., participants: _Optional[_Iterable[_Union[ParticipantSetup, _Mapping]]] = ..., relationship: _Optional[_Union[Relationship, _Mapping]] = ..., frames: _Optional[_Union[FrameSetup, _Mapping]] = ..., seed: _Optional[int] = ..., starts_with_speech: _Optional[bool] = ..., av_offset_ms: _Optional[int] = ..., outputs: _Optional[_Union[Outputs, _Mapping]] = ...) -> None: ...

class CreateConversationResponse(_message.Message):
    __slots__ = ("conversation_id", "frame_regions", "motion_region", "engine_region", "lease_ms", "world_from_heads")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_REGIONS_FIELD_NUMBER: _ClassVar[int]
    MOTION_REGION_FIELD_NUMBER: _ClassVar[int]
    ENGINE_REGION_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    WORLD_FROM_HEADS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    frame_regions: _containers.RepeatedScalarFieldContainer[str]
    motion_region: str
    engine_region: str
    lease_ms: int
    world_from_heads: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, conversation_id: _Optional[str] = ..., frame_regions: _Optional[_Iterable[str]] = ..., motion_region: _Optional[str] = ..., engine_region: _Optional[str] = ..., lease_ms: _Optional[int] = ..., world_from_heads: _Optional[_Iterable[float]] = ...) -> None: ...

class SetRelationshipRequest(_message.Message):
    __slots__ = ("conversation_id", "relationship", "strength", "other", "share")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    RELATIONSHIP_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    relationship: Relationship
    strength: float
    other: Relationship
    share: float
    def __init__(self, conversation_id: _Optional[str] = ..., relationship: _Optional[_Union[Relationship, _Mapping]] = ..., strength: _Optional[float] = ..., other: _Optional[_Union[Relationship, _Mapping]] = ..., share: _Optional[float] = ...) -> None: ...

class SetRelationshipResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetMoodRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "mood")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    MOOD_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: _speech_pb2.Participant
    mood: Mood
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[_speech_pb2.Participant, str]] = ..., mood: _Optional[_Union[Mood, _Mapping]] = ...) -> None: ...

class SetMoodResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetStyleRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "style")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    STYLE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: _speech_pb2.Participant
    style: Style
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[_speech_pb2.Participant, str]] = ..., style: _Optional[_Union[Style, _Mapping]] = ...) -> None: ...

class SetStyleResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetAvOffsetRequest(_message.Message):
    __slots__ = ("conversation_id", "av_offset_ms")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AV_OFFSET_MS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    av_offset_ms: int
    def __init__(self, conversation_id: _Optional[str] = ..., av_offset_ms: _Optional[int] = ...) -> None: ...

class SetAvOffsetResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetOutputsRequest(_message.Message):
    __slots__ = ("conversation_id", "outputs")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    outputs: Outputs
    def __init__(self, conversation_id: _Optional[str] = ..., outputs: _Optional[_Union[Outputs, _Mapping]] = ...) -> None: ...

class SetOutputsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class KeepAliveRequest(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class KeepAliveResponse(_message.Message):
    __slots__ = ("lease_ms",)
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    lease_ms: int
    def __init__(self, lease_ms: _Optional[int] = ...) -> None: ...

class CloseConversationRequest(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class CloseConversationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
