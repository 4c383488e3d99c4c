"""Lips and behaviour of both heads -> FLAME motion, in a closed loop: each head sees what the other did last."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.articulation import ARTICULATION_INDEX, arkit_from_articulation, lip_contact
from rsatalker.motion.behaviour.nonverbal import NEVER, Nonverbal, NonverbalInstant
from rsatalker.motion.behaviour.voice_state import STEP_S, VoiceState
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.manner import manners
from rsatalker.motion.mood import Mood, MoodState, Style, styled
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.motion.rig import pose_from_arkit
from rsatalker.motion.social import Relationship

EXPRESSION_SPACE = "procedural-1"
RELAX_STEPS = 3  # an interrupted mouth is at rest after 100 ms
RECOVER_STEPS = 6  # and free again after another 200 ms
_SMILE = [ARKIT_INDEX["mouthSmileLeft"], ARKIT_INDEX["mouthSmileRight"]]
_PUCKER, _FUNNEL = ARKIT_INDEX["mouthPucker"], ARKIT_INDEX["mouthFunnel"]


class MotionGenerator:
    """Motion of two heads from what their voices do; one call of `push` may bring any number of instants.

    The relationship and the directions between the heads may change at any time and hold from the next instant on.

    Attributes:
        relationship: Who the two are to each other.
        toward: Direction of the partner from each head at rest: (yaw, pitch) in rad, rows participant 0 and 1.
    """

    def __init__(self, relationship: Relationship, seed: int) -> None:
        self.relationship = relationship
        self.toward: Float32[np.ndarray, "2 2"] = np.zeros((2, 2), np.float32)
        self._heads = [Nonverbal(np.random.default_rng([seed, participant])) for participant in (0, 1)]
        self._voices = [VoiceState(), VoiceState()]
        self._began: list[tuple[bool, bool]] = [NEVER, NEVER]
        self._moods = [MoodState(), MoodState()]
        self._styles = [Style(), Style()]
        self._since_interrupt = [RELAX_STEPS + RECOVER_STEPS] * 2
        self._next_index = 0

    def interrupt(self, participant: int) -> None:
        """Let one mouth relax within 100 ms from the next instant on, whatever its voice still says."""
        self._since_interrupt[participant] = 0

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Let one head come into a mood, within about a second."""
        self._moods[participant].mood = mood

    def set_style(self, participant: int, style: Style) -> None:
        """Let one mouth speak in a style from the next instant on."""
        self._styles[participant] = style

    def push(
        self,
        articulation: Float32[np.ndarray, "2 T 12"],
        activity: Float32[np.ndarray, "2 T"],
        loudness_db: Float32[np.ndarray, "2 T"],
    ) -> tuple[FlameMotion, FlameMotion]:
        """Return the motion of both heads for T further instants.

        Args:
            articulation: Lip controls of `motion/articulation.py`.
            activity: Voice activity in [0, 1].
            loudness_db: Loudness of each voice, dB against any fixed reference.
        """
        start_us = round(self._next_index * 1e6 / MOTION_RATE_HZ)
        voices = [styled(voice, style) for voice, style in zip(articulation, self._styles, strict=True)]
        lips = [arkit_from_articulation(voice) for voice in voices]
        contact = [lip_contact(voice[:, ARTICULATION_INDEX["closed"]]) for voice in voices]
        poses: tuple[list[FlamePose], list[FlamePose]] = ([], [])
        for t in range(articulation.shape[1]):
            for voice, voice_activity, loudness in zip(self._voices, activity[:, t], loudness_db[:, t], strict=True):
                voice.step(float(voice_activity), float(loudness))
            instants = [self._behave(participant) for participant in (0, 1)]
            for participant, instant in enumerate(instants):
                arkit, tongue = lips[participant]
                gain = self._mouth_gain(participant)
                mood = self._moods[participant]
                mood.step(STEP_S)
                face = mood.face(float(contact[participant][t]))
                poses[participant].append(_pose(instant, arkit[t] * gain, tongue[t] * gain, face, mood))
                self._began[participant] = instant.began
        self._next_index += articulation.shape[1]
        first, second = (_motion(head, start_us) for head in poses)
        return first, second

    def _behave(self, participant: int) -> NonverbalInstant:
        partner = 1 - participant
        return self._heads[participant].step(
            self._voices[participant],
            self._voices[partner],
            self._began[partner],
            manners(self.relationship)[participant],
            self.toward[participant],
        )

    def _mouth_gain(self, participant: int) -> float:
        steps = self._since_interrupt[participant] = self._since_interrupt[participant] + 1
        if steps <= RELAX_STEPS:
            return 1 - steps / RELAX_STEPS
        return min((steps - RELAX_STEPS) / RECOVER_STEPS, 1.0)


def _pose(
    instant: NonverbalInstant,
    lips: Float32[np.ndarray, "52"],
    tongue: Float32[np.ndarray, "2"],
    face: Float32[np.ndarray, "52"],
    mood: MoodState,
) -> FlamePose:
    behaviour = instant.arkit.copy()
    behaviour[_SMILE] *= mood.smiles
    behaviour += face
    behaviour[_SMILE] *= 1 - 0.7 * min(float(lips[_PUCKER] + lips[_FUNNEL]), 1.0)  # rounded lips cannot smile
    neck, eyes = instant.neck_pose + mood.neck_pose, instant.gaze - [0.0, mood.neck_pose[0]]  # eyes stay where they are
    return pose_from_arkit(lips + behaviour, tongue, eyes.astype(np.float32), neck, instant.transl)


def _motion(poses: list[FlamePose], start_us: int) -> FlameMotion:
    if not poses:
        return FlameMotion.empty(start_us, MOTION_RATE_HZ, EXPRESSION_SPACE)
    return FlameMotion.of(poses, start_us, MOTION_RATE_HZ, EXPRESSION_SPACE)
