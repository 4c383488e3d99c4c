from sidecar.v1 import speech_pb2 as _speech_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WatchMotionRequest(_message.Message):
    __slots__ = ("conversation_id", "arkit_only")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ARKIT_ONLY_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    arkit_only: bool
    def __init__(self, conversation_id: _Optional[str] = ..., arkit_only: _Optional[bool] = ...) -> None: ...

class WatchMotionResponse(_message.Message):
    __slots__ = ("instants", "lost_count")
    INSTANTS_FIELD_NUMBER: _ClassVar[int]
    LOST_COUNT_FIELD_NUMBER: _ClassVar[int]
    instants: _containers.RepeatedCompositeFieldContainer[MotionInstant]
    lost_count: int
    def __init__(self, instants: _Optional[_Iterable[_Union[MotionInstant, _Mapping]]] = ..., lost_count: _Optional[int] = ...) -> None: ...

class MotionInstant(_message.Message):
    __slots__ = ("index", "timeline_us", "heads")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_US_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    index: int
    timeline_us: int
    heads: _containers.RepeatedCompositeFieldContainer[HeadInstant]
    def __init__(self, index: _Optional[int] = ..., timeline_us: _Optional[int] = ..., heads: _Optional[_Iterable[_Union[HeadInstant, _Mapping]]] = ...) -> None: ...

class HeadInstant(_message.Message):
    __slots__ = ("utterance_id", "media_us", "arkit", "expression", "global_orient", "neck_pose", "jaw_pose", "eye_pose", "transl")
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    MEDIA_US_FIELD_NUMBER: _ClassVar[int]
    ARKIT_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_ORIENT_FIELD_NUMBER: _ClassVar[int]
    NECK_POSE_FIELD_NUMBER: _ClassVar[int]
    JAW_POSE_FIELD_NUMBER: _ClassVar[int]
    EYE_POSE_FIELD_NUMBER: _ClassVar[int]
    TRANSL_FIELD_NUMBER: _ClassVar[int]
    utterance_id: int
    media_us: int
    arkit: _containers.RepeatedScalarFieldContainer[float]
    expression: _containers.RepeatedScalarFieldContainer[float]
    global_orient: _containers.RepeatedScalarFieldContainer[float]
    neck_pose: _containers.RepeatedScalarFieldContainer[float]
    jaw_pose: _containers.RepeatedScalarFieldContainer[float]
    eye_pose: _containers.RepeatedScalarFieldContainer[float]
    transl: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, utterance_id: _Optional[int] = ..., media_us: _Optional[int] = ..., arkit: _Optional[_Iterable[float]] = ..., expression: _Optional[_Iterable[float]] = ..., global_orient: _Optional[_Iterable[float]] = ..., neck_pose: _Optional[_Iterable[float]] = ..., jaw_pose: _Optional[_Iterable[float]] = ..., eye_pose: _Optional[_Iterable[float]] = ..., transl: _Optional[_Iterable[float]] = ...) -> None: ...

class PictureFormat(_message.Message):
    __slots__ = ("jpeg_quality", "max_size_px", "alpha_png", "without_alpha")
    JPEG_QUALITY_FIELD_NUMBER: _ClassVar[int]
    MAX_SIZE_PX_FIELD_NUMBER: _ClassVar[int]
    ALPHA_PNG_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_ALPHA_FIELD_NUMBER: _ClassVar[int]
    jpeg_quality: int
    max_size_px: int
    alpha_png: bool
    without_alpha: bool
    def __init__(self, jpeg_quality: _Optional[int] = ..., max_size_px: _Optional[int] = ..., alpha_png: _Optional[bool] = ..., without_alpha: _Optional[bool] = ...) -> None: ...

class WatchFramesRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "max_rate_hz", "format")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    MAX_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: _speech_pb2.Participant
    max_rate_hz: float
    format: PictureFormat
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[_speech_pb2.Participant, str]] = ..., max_rate_hz: _Optional[float] = ..., format: _Optional[_Union[PictureFormat, _Mapping]] = ...) -> None: ...

class WatchFramesResponse(_message.Message):
    __slots__ = ("picture", "dropped_count")
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    DROPPED_COUNT_FIELD_NUMBER: _ClassVar[int]
    picture: FramePicture
    dropped_count: int
    def __init__(self, picture: _Optional[_Union[FramePicture, _Mapping]] = ..., dropped_count: _Optional[int] = ...) -> None: ...

class FramePicture(_message.Message):
    __slots__ = ("participant", "frame_number", "utterance_id", "timeline_us", "media_us", "pose_id", "age_us", "width", "height", "layers", "color", "alpha", "world_from_head", "views")
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    FRAME_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_US_FIELD_NUMBER: _ClassVar[int]
    MEDIA_US_FIELD_NUMBER: _ClassVar[int]
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    AGE_US_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    COLOR_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    WORLD_FROM_HEAD_FIELD_NUMBER: _ClassVar[int]
    VIEWS_FIELD_NUMBER: _ClassVar[int]
    participant: _speech_pb2.Participant
    frame_number: int
    utterance_id: int
    timeline_us: int
    media_us: int
    pose_id: int
    age_us: int
    width: int
    height: int
    layers: int
    color: bytes
    alpha: bytes
    world_from_head: _containers.RepeatedScalarFieldContainer[float]
    views: _containers.RepeatedCompositeFieldContainer[EyeView]
    def __init__(self, participant: _Optional[_Union[_speech_pb2.Participant, str]] = ..., frame_number: _Optional[int] = ..., utterance_id: _Optional[int] = ..., timeline_us: _Optional[int] = ..., media_us: _Optional[int] = ..., pose_id: _Optional[int] = ..., age_us: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., layers: _Optional[int] = ..., color: _Optional[bytes] = ..., alpha: _Optional[bytes] = ..., world_from_head: _Optional[_Iterable[float]] = ..., views: _Optional[_Iterable[_Union[EyeView, _Mapping]]] = ...) -> None: ...

class EyeView(_message.Message):
    __slots__ = ("camera_from_world", "tangents", "near_m", "far_m")
    CAMERA_FROM_WORLD_FIELD_NUMBER: _ClassVar[int]
    TANGENTS_FIELD_NUMBER: _ClassVar[int]
    NEAR_M_FIELD_NUMBER: _ClassVar[int]
    FAR_M_FIELD_NUMBER: _ClassVar[int]
    camera_from_world: _containers.RepeatedScalarFieldContainer[float]
    tangents: _containers.RepeatedScalarFieldContainer[float]
    near_m: float
    far_m: float
    def __init__(self, camera_from_world: _Optional[_Iterable[float]] = ..., tangents: _Optional[_Iterable[float]] = ..., near_m: _Optional[float] = ..., far_m: _Optional[float] = ...) -> None: ...

class GetFrameRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "format")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: _speech_pb2.Participant
    format: PictureFormat
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[_speech_pb2.Participant, str]] = ..., format: _Optional[_Union[PictureFormat, _Mapping]] = ...) -> None: ...

class GetFrameResponse(_message.Message):
    __slots__ = ("picture",)
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    picture: FramePicture
    def __init__(self, picture: _Optional[_Union[FramePicture, _Mapping]] = ...) -> None: ...

class PlaybackPosition(_message.Message):
    __slots__ = ("utterance_id", "position_us", "rate")
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_US_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    utterance_id: int
    position_us: int
    rate: float
    def __init__(self, utterance_id: _Optional[int] = ..., position_us: _Optional[int] = ..., rate: _Optional[float] = ...) -> None: ...

class SceneLight(_message.Message):
    __slots__ = ("probe", "key_direction", "key_color")
    PROBE_FIELD_NUMBER: _ClassVar[int]
    KEY_DIRECTION_FIELD_NUMBER: _ClassVar[int]
    KEY_COLOR_FIELD_NUMBER: _ClassVar[int]
    probe: _containers.RepeatedScalarFieldContainer[float]
    key_direction: _containers.RepeatedScalarFieldContainer[float]
    key_color: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, probe: _Optional[_Iterable[float]] = ..., key_direction: _Optional[_Iterable[float]] = ..., key_color: _Optional[_Iterable[float]] = ...) -> None: ...

class SetEngineStateRequest(_message.Message):
    __slots__ = ("conversation_id", "pose_id", "eyes", "world_from_heads", "playbacks", "light")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    EYES_FIELD_NUMBER: _ClassVar[int]
    WORLD_FROM_HEADS_FIELD_NUMBER: _ClassVar[int]
    PLAYBACKS_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    pose_id: int
    eyes: _containers.RepeatedCompositeFieldContainer[EyeView]
    world_from_heads: _containers.RepeatedScalarFieldContainer[float]
    playbacks: _containers.RepeatedCompositeFieldContainer[PlaybackPosition]
    light: SceneLight
    def __init__(self, conversation_id: _Optional[str] = ..., pose_id: _Optional[int] = ..., eyes: _Optional[_Iterable[_Union[EyeView, _Mapping]]] = ..., world_from_heads: _Optional[_Iterable[float]] = ..., playbacks: _Optional[_Iterable[_Union[PlaybackPosition, _Mapping]]] = ..., light: _Optional[_Union[SceneLight, _Mapping]] = ...) -> None: ...

class SetEngineStateResponse(_message.Message):
    __slots__ = ("pose_id",)
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    pose_id: int
    def __init__(self, pose_id: _Optional[int] = ...) -> None: ...
