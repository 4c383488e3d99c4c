from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Participant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PARTICIPANT_UNSPECIFIED: _ClassVar[Participant]
    PARTICIPANT_A: _ClassVar[Participant]
    PARTICIPANT_B: _ClassVar[Participant]
    PARTICIPANT_BOTH: _ClassVar[Participant]

class SampleFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAMPLE_FORMAT_UNSPECIFIED: _ClassVar[SampleFormat]
    SAMPLE_FORMAT_S16: _ClassVar[SampleFormat]
    SAMPLE_FORMAT_F32: _ClassVar[SampleFormat]
PARTICIPANT_UNSPECIFIED: Participant
PARTICIPANT_A: Participant
PARTICIPANT_B: Participant
PARTICIPANT_BOTH: Participant
SAMPLE_FORMAT_UNSPECIFIED: SampleFormat
SAMPLE_FORMAT_S16: SampleFormat
SAMPLE_FORMAT_F32: SampleFormat

class AudioFormat(_message.Message):
    __slots__ = ("sample_rate_hz", "channels", "sample_format")
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    sample_rate_hz: int
    channels: int
    sample_format: SampleFormat
    def __init__(self, sample_rate_hz: _Optional[int] = ..., channels: _Optional[int] = ..., sample_format: _Optional[_Union[SampleFormat, str]] = ...) -> None: ...

class SpeakRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "utterance_id", "format", "audio", "interrupts")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: Participant
    utterance_id: int
    format: AudioFormat
    audio: bytes
    interrupts: bool
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[Participant, str]] = ..., utterance_id: _Optional[int] = ..., format: _Optional[_Union[AudioFormat, _Mapping]] = ..., audio: _Optional[bytes] = ..., interrupts: _Optional[bool] = ...) -> None: ...

class SpeakResponse(_message.Message):
    __slots__ = ("utterance_id", "start_us", "duration_us")
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    START_US_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    utterance_id: int
    start_us: int
    duration_us: int
    def __init__(self, utterance_id: _Optional[int] = ..., start_us: _Optional[int] = ..., duration_us: _Optional[int] = ...) -> None: ...

class PushAudioRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "utterance_id", "sequence", "format", "audio", "last", "interrupts")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: Participant
    utterance_id: int
    sequence: int
    format: AudioFormat
    audio: bytes
    last: bool
    interrupts: bool
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[Participant, str]] = ..., utterance_id: _Optional[int] = ..., sequence: _Optional[int] = ..., format: _Optional[_Union[AudioFormat, _Mapping]] = ..., audio: _Optional[bytes] = ..., last: _Optional[bool] = ..., interrupts: _Optional[bool] = ...) -> None: ...

class PushAudioResponse(_message.Message):
    __slots__ = ("utterance_id", "start_us", "duration_us", "next_sequence")
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    START_US_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    utterance_id: int
    start_us: int
    duration_us: int
    next_sequence: int
    def __init__(self, utterance_id: _Optional[int] = ..., start_us: _Optional[int] = ..., duration_us: _Optional[int] = ..., next_sequence: _Optional[int] = ...) -> None: ...

class StreamAudioRequest(_message.Message):
    __slots__ = ("conversation_id", "participant", "utterance_id", "format", "sequence", "audio", "interrupts")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    participant: Participant
    utterance_id: int
    format: AudioFormat
    sequence: int
    audio: bytes
    interrupts: bool
    def __init__(self, conversation_id: _Optional[str] = ..., participant: _Optional[_Union[Participant, str]] = ..., utterance_id: _Optional[int] = ..., format: _Optional[_Union[AudioFormat, _Mapping]] = ..., sequence: _Optional[int] = ..., audio: _Optional[bytes] = ..., interrupts: _Optional[bool] = ...) -> None: ...

class StreamAudioResponse(_message.Message):
    __slots__ = ("utterance_id", "start_us", "duration_us")
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    START_US_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    utterance_id: int
    start_us: int
    duration_us: int
    def __init__(self, utterance_id: _Optional[int] = ..., start_us: _Optional[int] = ..., duration_us: _Optional[int] = ...) -> None: ...

class CancelSpeechRequest(_message.Message):
    __slots__ = ("conversation_id", "utterance_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    UTTERANCE_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    utterance_id: int
    def __init__(self, conversation_id: _Optional[str] = ..., utterance_id: _Optional[int] = ...) -> None: ...

class CancelSpeechResponse(_message.Message):
    __slots__ = ("cut_at_media_us",)
    CUT_AT_MEDIA_US_FIELD_NUMBER: _ClassVar[int]
    cut_at_media_us: int
    def __init__(self, cut_at_media_us: _Optional[int] = ...) -> None: ...
