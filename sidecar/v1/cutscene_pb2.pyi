from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CutsceneState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUTSCENE_STATE_UNSPECIFIED: _ClassVar[CutsceneState]
    CUTSCENE_STATE_WAITING: _ClassVar[CutsceneState]
    CUTSCENE_STATE_RENDERING: _ClassVar[CutsceneState]
    CUTSCENE_STATE_DONE: _ClassVar[CutsceneState]
    CUTSCENE_STATE_CANCELLED: _ClassVar[CutsceneState]
    CUTSCENE_STATE_FAILED: _ClassVar[CutsceneState]
CUTSCENE_STATE_UNSPECIFIED: CutsceneState
CUTSCENE_STATE_WAITING: CutsceneState
CUTSCENE_STATE_RENDERING: CutsceneState
CUTSCENE_STATE_DONE: CutsceneState
CUTSCENE_STATE_CANCELLED: CutsceneState
CUTSCENE_STATE_FAILED: CutsceneState

class RenderCutsceneRequest(_message.Message):
    __slots__ = ("script_toml", "script_path", "output_path")
    SCRIPT_TOML_FIELD_NUMBER: _ClassVar[int]
    SCRIPT_PATH_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PATH_FIELD_NUMBER: _ClassVar[int]
    script_toml: str
    script_path: str
    output_path: str
    def __init__(self, script_toml: _Optional[str] = ..., script_path: _Optional[str] = ..., output_path: _Optional[str] = ...) -> None: ...

class RenderCutsceneResponse(_message.Message):
    __slots__ = ("progress",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    progress: CutsceneProgress
    def __init__(self, progress: _Optional[_Union[CutsceneProgress, _Mapping]] = ...) -> None: ...

class CutsceneProgress(_message.Message):
    __slots__ = ("cutscene_id", "state", "frames_done", "frames_total", "eta_ms", "still_jpeg", "files", "message", "stage")
    CUTSCENE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_DONE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    ETA_MS_FIELD_NUMBER: _ClassVar[int]
    STILL_JPEG_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    cutscene_id: str
    state: CutsceneState
    frames_done: int
    frames_total: int
    eta_ms: int
    still_jpeg: bytes
    files: _containers.RepeatedScalarFieldContainer[str]
    message: str
    stage: str
    def __init__(self, cutscene_id: _Optional[str] = ..., state: _Optional[_Union[CutsceneState, str]] = ..., frames_done: _Optional[int] = ..., frames_total: _Optional[int] = ..., eta_ms: _Optional[int] = ..., still_jpeg: _Optional[bytes] = ..., files: _Optional[_Iterable[str]] = ..., message: _Optional[str] = ..., stage: _Optional[str] = ...) -> None: ...

class GetCutsceneRequest(_message.Message):
    __slots__ = ("cutscene_id",)
    CUTSCENE_ID_FIELD_NUMBER: _ClassVar[int]
    cutscene_id: str
    def __init__(self, cutscene_id: _Optional[str] = ...) -> None: ...

class GetCutsceneResponse(_message.Message):
    __slots__ = ("progress",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    progress: CutsceneProgress
    def __init__(self, progress: _Optional[_Union[CutsceneProgress, _Mapping]] = ...) -> None: ...

class CancelCutsceneRequest(_message.Message):
    __slots__ = ("cutscene_id",)
    CUTSCENE_ID_FIELD_NUMBER: _ClassVar[int]
    cutscene_id: str
    def __init__(self, cutscene_id: _Optional[str] = ...) -> None: ...

class CancelCutsceneResponse(_message.Message):
    __slots__ = ("progress",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    progress: CutsceneProgress
    def __init__(self, progress: _Optional[_Union[CutsceneProgress, _Mapping]] = ...) -> None: ...
