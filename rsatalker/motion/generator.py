"""Lips and behaviour of both heads -> FLAME motion, in a closed loop: each head sees what the other did last."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.articulation import ARTICULATION_INDEX, arkit_from_articulation, lip_contact
from rsatalker.motion.behaviour.nonverbal import NonverbalInstant
from rsatalker.motion.behaviour.pair import Mind, Pair
from rsatalker.motion.behaviour.voice_state import STEP_S
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.mood import Mood, MoodState, Style, styled
from rsatalker.motion.pose import MOTION_RATE_HZ, FlameMotion, FlamePose
from rsatalker.motion.rig import pose_from_arkit
from rsatalker.motion.together import Making, alone

EXPRESSION_SPACE = "procedural-1"
RELAX_STEPS = 3  # an interrupted mouth is at rest after 100 ms
RECOVER_STEPS = 6  # and free again after another 200 ms
_SMILE = [ARKIT_INDEX["mouthSmileLeft"], ARKIT_INDEX["mouthSmileRight"]]
_PUCKER, _FUNNEL = ARKIT_INDEX["mouthPucker"], ARKIT_INDEX["mouthFunnel"]


class MotionGenerator:
    """Motion of two heads from what their voices do; one call of `push` may bring any number of instants.

    Attributes:
        mind: What inclines the two heads.
        toward: Direction of the partner from each head at rest: (yaw, pitch) in rad, rows participant 0 and 1; it may
            change at any time and holds from the next instant on.
    """

    def __init__(self, mind: Mind, seed: int) -> None:
        self.mind = mind
        self._pair = Pair(seed)
        self.toward = self._pair.toward
        self._faces = (_Face(), _Face())
        self._next_index = 0

    @property
    def apart_m(self) -> float:
        """Distance between the two faces, metres: where both eyes of each meet; it may change at any time."""
        return self._pair.apart_m

    @apart_m.setter
    def apart_m(self, distance_m: float) -> None:
        self._pair.apart_m = distance_m

    def interrupt(self, participant: int) -> None:
        """Let one mouth relax within 100 ms from the next instant on, whatever its voice still says."""
        self._faces[participant].interrupt()

    def set_mood(self, participant: int, mood: Mood) -> None:
        """Let one head come into a mood, within about a second."""
        self._faces[participant].mood.mood = mood

    def set_style(self, participant: int, style: Style) -> None:
        """Let one mouth speak in a style from the next instant on."""
        self._faces[participant].style = style

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
        return alone(self.pushing(articulation, activity, loudness_db))

    def pushing(
        self,
        articulation: Float32[np.ndarray, "2 T 12"],
        activity: Float32[np.ndarray, "2 T"],
        loudness_db: Float32[np.ndarray, "2 T"],
    ) -> Making[tuple[FlameMotion, FlameMotion]]:
        """Do what `push` does, beside other conversations."""
        start_us = round(self._next_index * 1e6 / MOTION_RATE_HZ)
        lips = [_Lips(voice, face.style) for voice, face in zip(articulation, self._faces, strict=True)]
        poses: tuple[list[FlamePose], list[FlamePose]] = ([], [])
        for t in range(articulation.shape[1]):
            self._pair.hear(activity[:, t], loudness_db[:, t])
            behaved = yield from self._behaving()
            for participant, instant in enumerate(behaved):
                poses[participant].append(self._faces[participant].pose(instant, lips[participant], t))
        self._next_index += articulation.shape[1]
        first, second = (_motion(head, start_us) for head in poses)
        return first, second

    def _behaving(self) -> Making[tuple[NonverbalInstant, NonverbalInstant]]:
        first, second = (face.mood for face in self._faces)
        first.step(STEP_S)
        second.step(STEP_S)
        tempo, amplitude = (first.tempo, second.tempo), (first.amplitude, second.amplitude)
        inclination = yield from self.mind.inclining(self._pair)
        return self._pair.act(inclination, tempo, amplitude)


class _Lips:
    """Lips of a stretch of time as one style speaks them."""

    def __init__(self, articulation: Float32[np.ndarray, "T 12"], style: Style) -> None:
        controls = styled(articulation, style)
        self.arkit, self.tongue = arkit_from_articulation(controls)
        self.contact = lip_contact(controls[:, ARTICULATION_INDEX["closed"]])


class _Face:
    """What one face is asked for beside speech and behaviour: mood, style, and silence when it is interrupted."""

    def __init__(self) -> None:
        self.mood = MoodState()
        self.style = Style()
        self._since_interrupt = RELAX_STEPS + RECOVER_STEPS

    def interrupt(self) -> None:
        """Let the mouth relax."""
        self._since_interrupt = 0

    def pose(self, instant: NonverbalInstant, lips: _Lips, t: int) -> FlamePose:
        """Return the pose that shows lips, behaviour and mood of one instant together."""
        gain = self._mouth_gain()
        spoken, mood = lips.arkit[t] * gain, self.mood
        behaviour = instant.arkit.copy()
        behaviour[_SMILE] *= mood.smiles
        behaviour += mood.face(float(lips.contact[t]) * gain)
        spoken[_PUCKER] *= mood.rounding
        spoken[_FUNNEL] *= mood.rounding
        behaviour[_SMILE] *= 1 - 0.7 * min(float(spoken[_PUCKER] + spoken[_FUNNEL]), 1.0)  # rounded lips cannot smile
        bow = mood.neck_pose
        eyes = instant.gaze - np.array([0.0, bow[0]], np.float32)  # the mood bows the head, the eyes keep their target
        return pose_from_arkit(
            spoken + behaviour, lips.tongue[t] * gain, eyes, instant.neck_pose + bow, instant.transl, instant.vergence
        )

    def _mouth_gain(self) -> float:
        self._since_interrupt += 1
        if self._since_interrupt <= RELAX_STEPS:
            return 1 - self._since_interrupt / RELAX_STEPS
        return min((self._since_interrupt - RELAX_STEPS) / RECOVER_STEPS, 1.0)


def _motion(poses: list[FlamePose], start_us: int) -> FlameMotion:
    if not poses:
        return FlameMotion.empty(start_us, MOTION_RATE_HZ, EXPRESSION_SPACE)
    return FlameMotion.of(poses, start_us, MOTION_RATE_HZ, EXPRESSION_SPACE)
