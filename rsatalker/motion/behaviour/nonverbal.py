"""All that one head does besides speaking, at one instant after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.behaviour.blinks import Blinks
from rsatalker.motion.behaviour.brows import Brows
from rsatalker.motion.behaviour.gaze import Gaze
from rsatalker.motion.behaviour.nods import Nods
from rsatalker.motion.behaviour.smiles import Smiles
from rsatalker.motion.behaviour.sway import Sway
from rsatalker.motion.behaviour.voice_state import VoiceState
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.manner import Manner

NEVER: tuple[bool, bool] = (False, False)  # a partner that has not moved yet


@dataclass(frozen=True, slots=True)
class NonverbalInstant:
    """What one head does besides speaking, and what the partner can see of it.

    Attributes:
        arkit: Weights to be added to those of the lips.
        gaze: Yaw and pitch of the eyes against the head, rad.
        neck_pose: Axis-angle, rad.
        transl: Metres.
        began: Whether a blink and a smile began at this instant.
    """

    arkit: Float32[np.ndarray, "52"]
    gaze: Float32[np.ndarray, "2"]
    neck_pose: Float32[np.ndarray, "3"]
    transl: Float32[np.ndarray, "3"]
    began: tuple[bool, bool]


class Nonverbal:
    """One head's behaviour. The same random generator state gives the same behaviour for the same voices."""

    def __init__(self, random: np.random.Generator) -> None:
        self._gaze, self._blinks, self._nods = Gaze(random), Blinks(random), Nods(random)
        self._smiles, self._brows, self._sway = Smiles(random), Brows(random), Sway(random)
        self._chin_rad = 0.0

    def step(
        self,
        own: VoiceState,
        partner: VoiceState,
        partner_began: tuple[bool, bool],
        manner: Manner,
        toward: Float32[np.ndarray, "2"],
    ) -> NonverbalInstant:
        """Go on by one step.

        Args:
            own: This head's voice at this instant.
            partner: The partner's voice at this instant.
            partner_began: What the partner was seen to begin at the last step (blink, smile).
            manner: What this head tends to do in the relationship of this instant.
            toward: Direction (yaw, pitch) of the partner from this head at rest, rad.
        """
        self._gaze.step(own, partner, manner, toward)
        self._blinks.step(own, self._gaze, partner_began[0], partner, manner)
        self._nods.step(own, partner, manner)
        self._smiles.step(own, partner_began[1], manner)
        self._brows.step(own, self._gaze, self._nods.began)
        self._sway.step(own)
        self._chin_rad += 0.03 * (manner.chin_rad - self._chin_rad)  # a change of relationship shows within a second
        yaw, pitch = self._gaze.head
        neck = np.array([pitch + self._nods.pitch_rad + self._chin_rad, yaw, 0.0], np.float32) + self._sway.rotation
        eyes = self._gaze.eyes - np.array([0.0, self._nods.pitch_rad + self._chin_rad], np.float32)  # eyes stay on it
        return NonverbalInstant(
            arkit=self._weights(),
            gaze=eyes,
            neck_pose=neck,
            transl=self._sway.transl,
            began=(self._blinks.began, self._smiles.began),
        )

    def _weights(self) -> Float32[np.ndarray, "52"]:
        smile, raised, drawn = self._smiles.amount, self._brows.raised, self._brows.drawn
        values = {
            "eyeBlink": self._blinks.closure,
            "mouthSmile": smile,
            "mouthDimple": 0.15 * smile,
            "cheekSquint": 0.6 * max(smile - 0.15, 0.0),
            "eyeSquint": 0.35 * max(smile - 0.15, 0.0) + 0.25 * drawn,
            "browOuterUp": 0.7 * raised,
            "browDown": drawn,
            "eyeWide": 0.2 * raised,
        }
        weights = np.zeros(len(ARKIT_INDEX), np.float32)
        for name, value in values.items():
            weights[ARKIT_INDEX[name + "Left"]] = weights[ARKIT_INDEX[name + "Right"]] = value
        weights[ARKIT_INDEX["browInnerUp"]] = raised
        return weights
