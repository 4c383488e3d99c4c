"""Requests of the protocol to records, and records to answers: parsed and checked once, then trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Relationship, SocialInput
from rsatalker.speech.audio import HIGHEST_RATE_HZ, LONGEST_S, LOWEST_RATE_HZ
from sidecar import placement
from sidecar.config import LARGEST_FRAME_PX, ServeOptions
from sidecar.conversation import Conversation
from sidecar.conversation_regions import FrameSize
from sidecar.conversations import ConversationSetup
from sidecar.cutscenes.film import Film
from sidecar.cutscenes.film_messages import progress_message
from sidecar.errors import InvalidRequestError, ProtocolVersionError
from sidecar.intake import LONGEST_CHUNK_S, AudioFormat, SampleFormat
from sidecar.regions.layout import MAJOR, MAX_LAYERS, MINOR
from sidecar.requests import KINSHIPS, SENIORS, STATUSES
from sidecar.timings import StagePercentiles
from sidecar.v1 import conversation_pb2, sidecar_pb2, speech_pb2

PARTICIPANTS: dict[int, tuple[int, ...]] = {
    speech_pb2.PARTICIPANT_A: (0,),
    speech_pb2.PARTICIPANT_B: (1,),
    speech_pb2.PARTICIPANT_BOTH: (0, 1),
}
SAMPLE_FORMATS: dict[int, SampleFormat] = {
    speech_pb2.SAMPLE_FORMAT_S16: "s16",
    speech_pb2.SAMPLE_FORMAT_F32: "f32",
}
SMALLEST_FRAME_PX = 16
LARGEST_PIXELS_PER_DEGREE = 200  # three times what eyes tell apart
LARGEST_AV_OFFSET_MS = 500  # a longer delay is no delay of display or loudspeaker
LARGEST_SEED = (1 << 63) - 1


def check_version(version: sidecar_pb2.ProtocolVersion) -> None:
    """Raise ProtocolVersionError unless a client's major version is ours; any minor will do."""
    if version.major != MAJOR:
        raise ProtocolVersionError(
            f"The client speaks protocol {version.major}.{version.minor}; this sidecar speaks {MAJOR}.{MINOR}. "
            "Use a plugin and a sidecar of the same major version."
        )


def setup_from(request: conversation_pb2.CreateConversationRequest, options: ServeOptions) -> ConversationSetup:
    """Return what a client asks for.

    Raises:
        ProtocolVersionError: The client speaks another major version.
        InvalidRequestError: Participants, places or frames cannot be had.
        RelationshipError: The relationship contradicts itself.
    """
    check_version(request.protocol_version)
    if len(request.participants) != 2:
        raise InvalidRequestError(f"{len(request.participants)} participants; a conversation has 2, a and b.")
    first, second = request.participants
    if request.seed > LARGEST_SEED:
        raise InvalidRequestError(f"seed is {request.seed}; at most {LARGEST_SEED} is taken.")
    return ConversationSetup(
        avatars=(first.avatar, second.avatar),
        world_from_heads=_places_from([first.world_from_head, second.world_from_head]),
        relationship=relationship_from(request.relationship),
        frame_size=_frame_size_from(request.frames, options),
        seed=request.seed,
        starts_with_speech=request.starts_with_speech,
    )


def relationship_from(message: conversation_pb2.Relationship) -> Relationship:
    """Return a relationship; fields that are not set mean non-blood and equal."""
    for name, value, known in (
        ("kinship", message.kinship, KINSHIPS),
        ("status", message.status, STATUSES),
        ("senior", message.senior, SENIORS),
    ):
        if value not in known:
            raise InvalidRequestError(f"{name} is {value}; expected one of {', '.join(map(str, sorted(known)))}.")
    return Relationship(KINSHIPS[message.kinship], STATUSES[message.status], SENIORS[message.senior])


def social_from(request: conversation_pb2.SetRelationshipRequest) -> SocialInput:
    """Return a relationship with its strength, or a blend of two; without a strength 1.

    Raises:
        InvalidRequestError: A field of a relationship is unknown.
        RelationshipError: One contradicts itself, a share or strength is out of range, or there is a share of nothing.
    """
    other = relationship_from(request.other) if request.HasField("other") else None
    return SocialInput(relationship_from(request.relationship), other, request.share, request.strength or 1.0)


def mood_from(message: conversation_pb2.Mood) -> Mood:
    """Return a mood; without a name neutral, without a strength 1.

    Raises:
        MoodError: There is no such mood, or not so much of it.
    """
    return Mood(message.name or "neutral", message.strength or 1.0)


def style_from(message: conversation_pb2.Style) -> Style:
    """Return a style; what is not set is 1.

    Raises:
        MoodError: A strength is out of range.
    """
    return Style(message.jaw_strength or 1.0, message.lip_strength or 1.0)


def av_offset_from(av_offset_ms: int) -> int:
    """Return by how much faces are to be shown later than their sound, microseconds."""
    if abs(av_offset_ms) > LARGEST_AV_OFFSET_MS:
        raise InvalidRequestError(
            f"av_offset_ms is {av_offset_ms}; expected -{LARGEST_AV_OFFSET_MS} to {LARGEST_AV_OFFSET_MS}."
        )
    return av_offset_ms * 1000


def participants_from(participant: int) -> tuple[int, ...]:
    """Return whose voice an utterance is, as indices."""
    if participant not in PARTICIPANTS:
        raise InvalidRequestError(f"participant is {participant}; expected 1 (a), 2 (b) or 3 (both).")
    return PARTICIPANTS[participant]


def audio_format_from(message: speech_pb2.AudioFormat) -> AudioFormat:
    """Return how bytes of audio are to be read; rate and channels are checked where they are used."""
    if message.sample_format not in SAMPLE_FORMATS:
        raise InvalidRequestError(f"sample_format is {message.sample_format}; expected 1 (s16) or 2 (f32).")
    if not 1 <= message.channels <= 2:
        raise InvalidRequestError(f'audio has {message.channels} channels; a voice takes 1, participant "both" 2.')
    return AudioFormat(message.sample_rate_hz, message.channels, SAMPLE_FORMATS[message.sample_format])


def limits_message(options: ServeOptions) -> sidecar_pb2.Limits:
    """Return what a client may ask for."""
    return sidecar_pb2.Limits(
        max_conversations=options.max_conversations,
        min_sample_rate_hz=LOWEST_RATE_HZ,
        max_sample_rate_hz=HIGHEST_RATE_HZ,
        max_chunk_ms=round(LONGEST_CHUNK_S * 1000),
        max_utterance_ms=round(LONGEST_S * 1000),
        max_frame_size_px=LARGEST_FRAME_PX,
        lease_ms=round(options.lease_s * 1000),
    )


def status_message(
    uptime_ms: int,
    stages: Sequence[StagePercentiles],
    conversations: Sequence[Conversation],
    films: Sequence[Film],
) -> sidecar_pb2.GetStatusResponse:
    """Return how the sidecar is doing."""
    return sidecar_pb2.GetStatusResponse(
        uptime_ms=uptime_ms,
        stages=[
            sidecar_pb2.StageTiming(
                stage=stage.stage, count=stage.count, p50_ms=stage.p50_ms, p95_ms=stage.p95_ms, p99_ms=stage.p99_ms
            )
            for stage in stages
        ],
        conversations=[
            sidecar_pb2.ConversationStatus(
                conversation_id=conversation.conversation_id,
                state=conversation.state.value,
                failure=conversation.failure,
                warning=conversation.warning,
                clock_us=conversation.clock_us,
                motion_end_us=conversation.motion.end_us,
                frames_published=sum(participant.frames_published for participant in conversation.participants),
                ticks_missed=conversation.ticks_missed,
                engine_attached=conversation.engine_attached,
                output_packets_sent=conversation.outputs.sent,
                output_packets_failed=conversation.outputs.failed,
                skew_us=conversation.display_lead.skew_ns // 1000,
                motion_skipped_us=conversation.motion.skipped_us,
                frame_scale=conversation.detail.scale,
                gaussians=[participant.gaussians for participant in conversation.participants],
            )
            for conversation in conversations
        ],
        cutscenes=[progress_message(film.film_id, film.progress, still=b"") for film in films],
    )


def _places_from(places: Sequence[Sequence[float]]) -> Float32[np.ndarray, "2 4 4"]:
    world_from_heads = placement.world_from_heads()
    for name, index in (("a", 0), ("b", 1)):
        values = places[index]
        if len(values) not in (0, 16):
            raise InvalidRequestError(f"world_from_head of {name} has {len(values)} values; expected 16, or none.")
        if len(values) == 16:
            matrix = np.array(values, np.float32).reshape(4, 4)
            if not placement.is_rigid(matrix):
                raise InvalidRequestError(
                    f"world_from_head of {name} is not a rotation and a shift; send a row-major rigid 4 x 4 matrix "
                    "without scale, in metres."
                )
            world_from_heads[index] = matrix
    return world_from_heads


def _frame_size_from(message: conversation_pb2.FrameSetup, options: ServeOptions) -> FrameSize | None:
    if message.motion_only:
        return None
    size = FrameSize(
        message.width or options.frame_size_px,
        message.height or options.frame_size_px,
        message.layers or 1,
        message.pixels_per_degree,
    )
    for name, pixels in (("width", size.width), ("height", size.height)):
        if not SMALLEST_FRAME_PX <= pixels <= LARGEST_FRAME_PX:
            raise InvalidRequestError(
                f"{name} of the frames is {pixels} pixels; expected {SMALLEST_FRAME_PX} to {LARGEST_FRAME_PX}."
            )
    if size.layers > MAX_LAYERS:
        raise InvalidRequestError(f"frames have {size.layers} layers; expected 1, or 2 for both eyes.")
    if not 0 <= size.pixels_per_degree <= LARGEST_PIXELS_PER_DEGREE:  # NaN, too, is refused
        raise InvalidRequestError(
            f"pixels_per_degree of the frames is {size.pixels_per_degree:g}; expected above 0 to "
            f"{LARGEST_PIXELS_PER_DEGREE}, or 0 if the display is not known."
        )
    return size
