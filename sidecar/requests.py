"""Records to requests: what a client sends, and the tables that both directions read. Imports nothing of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32

from rsatalker.avatars.light import Light
from rsatalker.motion.mood import Mood, Style
from rsatalker.motion.social import Kinship, Relationship, SocialInput, Status
from sidecar.errors import InvalidRequestError
from sidecar.regions.blocks import View
from sidecar.regions.layout import MAJOR, MINOR
from sidecar.v1 import conversation_pb2, sidecar_pb2, speech_pb2, watch_pb2

PROTOCOL_VERSION = sidecar_pb2.ProtocolVersion(major=MAJOR, minor=MINOR)
KINSHIPS: dict[int, Kinship] = {
    conversation_pb2.KINSHIP_UNSPECIFIED: "non-blood",
    conversation_pb2.KINSHIP_BLOOD: "blood",
    conversation_pb2.KINSHIP_NON_BLOOD: "non-blood",
}
STATUSES: dict[int, Status] = {
    conversation_pb2.SOCIAL_STATUS_UNSPECIFIED: "equal",
    conversation_pb2.SOCIAL_STATUS_EQUAL: "equal",
    conversation_pb2.SOCIAL_STATUS_UNEQUAL: "unequal",
}
SENIORS: dict[int, int | None] = {
    conversation_pb2.SENIOR_UNSPECIFIED: None,
    conversation_pb2.SENIOR_A: 0,
    conversation_pb2.SENIOR_B: 1,
}
SMALLEST_STRENGTH = 1e-3  # of a style or a relationship: nobody sees that it is not 0


def creation(
    avatars: tuple[str, str],
    relationship: Relationship | None = None,
    frames: conversation_pb2.FrameSetup | None = None,
    world_from_heads: Float32[np.ndarray, "2 4 4"] | None = None,
    seed: int = 0,
    *,
    starts_with_speech: bool = False,
) -> conversation_pb2.CreateConversationRequest:
    """Return the request for a conversation; arguments as in `SidecarClient.create_conversation`."""
    places: Sequence[Sequence[float]] = ((), ())
    if world_from_heads is not None:
        places = [matrix.ravel().tolist() for matrix in world_from_heads]
    return conversation_pb2.CreateConversationRequest(
        protocol_version=PROTOCOL_VERSION,
        participants=[
            conversation_pb2.ParticipantSetup(avatar=avatar, world_from_head=place)
            for avatar, place in zip(avatars, places, strict=True)
        ],
        relationship=relationship_message(relationship or Relationship()),
        frames=frames,
        seed=seed,
        starts_with_speech=starts_with_speech,
    )


def relationship_message(relationship: Relationship) -> conversation_pb2.Relationship:
    """Return the message of a relationship."""
    return conversation_pb2.Relationship(
        kinship=_key_of(KINSHIPS, relationship.kinship),
        status=_key_of(STATUSES, relationship.status),
        senior=_key_of(SENIORS, relationship.senior),
    )


def social_request(conversation_id: str, social: SocialInput) -> conversation_pb2.SetRelationshipRequest:
    """Return the request for a relationship; strength 0 is sent as the smallest that is not "not set"."""
    return conversation_pb2.SetRelationshipRequest(
        conversation_id=conversation_id,
        relationship=relationship_message(social.relationship),
        strength=social.strength or SMALLEST_STRENGTH,
        other=relationship_message(social.other) if social.other else None,
        share=social.share,
    )


def participant_message(name: str) -> speech_pb2.Participant:
    """Return the message of "a", "b" or "both"."""
    names = {"a": speech_pb2.PARTICIPANT_A, "b": speech_pb2.PARTICIPANT_B, "both": speech_pb2.PARTICIPANT_BOTH}
    if name not in names:
        raise InvalidRequestError(f'participant is {name!r}; expected "a", "b" or "both".')
    return names[name]


def mood_message(mood: Mood) -> conversation_pb2.Mood:
    """Return the message of a mood."""
    return conversation_pb2.Mood(name=mood.name if mood.strength else "neutral", strength=mood.strength)


def style_message(style: Style) -> conversation_pb2.Style:
    """Return the message of a style; strength 0 is sent as the smallest that is not "not set"."""
    return conversation_pb2.Style(
        jaw_strength=style.jaw_strength or SMALLEST_STRENGTH, lip_strength=style.lip_strength or SMALLEST_STRENGTH
    )


def view_message(view: View) -> watch_pb2.EyeView:
    """Return one eye."""
    return watch_pb2.EyeView(
        camera_from_world=view.camera_from_world.ravel().tolist(),
        tangents=view.tangents.tolist(),
        near_m=view.near_m,
        far_m=view.far_m,
    )


def light_message(light: Light) -> watch_pb2.SceneLight:
    """Return the light of a scene."""
    return watch_pb2.SceneLight(
        probe=light.probe.ravel().tolist(),
        key_direction=light.key_direction.tolist(),
        key_color=light.key_color.tolist(),
    )


def _key_of(table: Mapping[int, object], value: object) -> Any:
    return max(key for key, known in table.items() if known == value)
