"""Recorded dialogues as the dyadic model meets them, and the faces that a model makes for them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.articulation import ARTICULATION_NAMES
from rsatalker.motion.behaviour.voice_state import CUES, VoiceState
from rsatalker.motion.dyadic_model import DyadicModel, DyadicModelConfig
from rsatalker.motion.dyadic_step import DyadicStep
from rsatalker.motion.model import MotionModel
from rsatalker.motion.pose import MOTION_RATE_HZ
from rsatalker.motion.social import SocialInput
from rsatalker.speech.features import log_mel
from rsatalker.speech.loudness import loudness_db
from rsatalker.training.dialogue_corpus import Conversation
from rsatalker.training.dualtalk import FACE_SIZE, Dyad

# A model of tracked faces makes lips too, so it hears the lip controls beside the state of the voice.
TRACKED_FACES = DyadicModelConfig(
    voice_size=len(CUES) + len(ARTICULATION_NAMES),
    motion_size=FACE_SIZE,
    events=0,
    values=FACE_SIZE,
    expression_space="flame2020",
)
Loop = Literal["open", "closed"]


def voice_inputs(lips: MotionModel, voices: Float32[np.ndarray, "2 S"]) -> Float32[np.ndarray, "2 T 23"]:
    """Return what the model hears of two voices: cues and lip controls."""
    features = log_mel(voices)
    spoken, loudness = lips.lips(features), loudness_db(features)
    states = (VoiceState(), VoiceState())
    instants = spoken.activity.shape[1]
    cues = np.zeros((2, instants, len(CUES)), np.float32)
    for t in range(instants):
        for participant, state in enumerate(states):
            state.step(float(spoken.activity[participant, t]), float(loudness[participant, t]))
            cues[participant, t] = state.cues()
    return np.concatenate([cues, spoken.articulation], axis=2)


def at_rate(
    faces: Float32[np.ndarray, "2 T D"], from_hz: float, to_hz: float, instants: int
) -> Float32[np.ndarray, "2 N D"]:
    """Return this many instants at another rate, interpolated and held at the end."""
    position = np.clip(np.arange(instants) * from_hz / to_hz, 0, faces.shape[-2] - 1)
    before = np.minimum(position.astype(int), max(faces.shape[-2] - 2, 0))
    after = np.minimum(before + 1, faces.shape[-2] - 1)
    share = (position - before).astype(np.float32)[None, :, None]
    return faces[:, before] * (1 - share) + faces[:, after] * share


def conversation_of(dyad: Dyad, lips: MotionModel) -> Conversation:
    """Return a recorded dialogue as training meets it; an unknown relationship is zeros."""
    voices = voice_inputs(lips, dyad.voices)
    instants = min(voices.shape[1], int((dyad.faces.shape[1] - 1) * MOTION_RATE_HZ / dyad.rate_hz) + 1)
    faces = at_rate(dyad.faces, dyad.rate_hz, MOTION_RATE_HZ, instants)
    before = np.concatenate([faces[:, :1], faces[:, :-1]], axis=1)
    nothing = np.zeros((2, instants, 0), np.float32)
    return Conversation(
        voices=np.ascontiguousarray(voices[:, :instants]),
        motion=before,
        chances=nothing,
        possible=nothing > 0,
        values=faces,
        known=dyad.known,
        present=social_of(dyad).present(),
    )


def social_of(dyad: Dyad) -> SocialInput:
    """Return what is known of the relationship; nothing is strength 0."""
    return SocialInput(dyad.relationship) if dyad.relationship else SocialInput(strength=0.0)


def make_faces(
    model: DyadicModel, conversation: Conversation, social: SocialInput, loop: Loop
) -> Float32[np.ndarray, "2 T 56"]:
    """Return the faces that a model makes for two voices.

    Args:
        model: In the space of tracked faces.
        conversation: Voices, and what both faces showed.
        social: Who the two are to each other.
        loop: `open` shows each head what the partner truly did up to the last instant; `closed` what was made for it.
            A partner who was not tracked shows what was made in both.
    """
    step, feature = DyadicStep(model), model.social_feature(social).numpy()
    shown = conversation.motion[:, 0].copy()
    made = np.zeros_like(conversation.values)
    for t in range(len(conversation)):
        if loop == "open":
            shown[conversation.known] = conversation.motion[conversation.known, t]
        _, faces = step.push(conversation.voices[None, :, t], shown[None].copy(), feature)
        made[:, t] = shown = faces[0]
    return made
