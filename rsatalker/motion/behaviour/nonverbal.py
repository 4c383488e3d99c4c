"""All that one head does besides speaking, at one instant after the other: decisions in, motion out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from rsatalker.motion.behaviour.blinks import Blinks
from rsatalker.motion.behaviour.brows import Brows
from rsatalker.motion.behaviour.carriage import Carriage
from rsatalker.motion.behaviour.decision import CHIN_UNIT_RAD, EVENTS, SEEN, Decision
from rsatalker.motion.behaviour.gaze import EYE_LIMIT_RAD, HEAD_SHARE_PARTNER, Gaze, within
from rsatalker.motion.behaviour.nods import Nods
from rsatalker.motion.behaviour.smiles import Smiles
from rsatalker.motion.behaviour.sway import Sway
from rsatalker.motion.behaviour.voice_state import VoiceState
from rsatalker.motion.expression_space import ARKIT_INDEX

CHIN_FOLLOWS = 0.03  # a step: a change of relationship shows in the posture within a second
_BOTH_SIDES = (
    "eyeBlink",
    "mouthSmile",
    "mouthDimple",
    "cheekSquint",
    "eyeSquint",
    "browOuterUp",
    "browDown",
    "eyeWide",
)
_LEFT = np.array([ARKIT_INDEX[f"{name}Left"] for name in _BOTH_SIDES])
_RIGHT = np.array([ARKIT_INDEX[f"{name}Right"] for name in _BOTH_SIDES])
_BROW_INNER_UP = ARKIT_INDEX["browInnerUp"]


@dataclass(frozen=True, slots=True)
class NonverbalInstant:
    """What one head does besides speaking, and what the partner can see of it.

    Attributes:
        arkit: Weights to be added to those of the lips.
        gaze: Yaw and pitch of the eyes against the head, rad.
        vergence: By how much each eye turns in, rad.
        neck_pose: Axis-angle, rad.
        transl: Metres.
        seen: Values of `SEEN`.
    """

    arkit: Float32[np.ndarray, "52"]
    gaze: Float32[np.ndarray, "2"]
    vergence: float
    neck_pose: Float32[np.ndarray, "3"]
    transl: Float32[np.ndarray, "3"]
    seen: Float32[np.ndarray, "7"]


class Nonverbal:
    """One head's behaviour. The same random generator state gives the same motion for the same decisions."""

    def __init__(self, random: np.random.Generator) -> None:
        self.gaze, self.blinks, self.nods = Gaze(random), Blinks(random), Nods(random)
        self.smiles, self.brows, self.sway = Smiles(random), Brows(random), Sway(random)
        self.carriage = Carriage(random.spawn(1)[0])  # chance of its own: what is decided does not depend on it
        self._chin_rad = 0.0

    def possible(self) -> Bool[np.ndarray, "8"]:
        """Return for each of `EVENTS` whether it can begin at the next step."""
        gaze, smiles = self.gaze, self.smiles
        can = (
            gaze.at_partner and gaze.can_shift,
            not gaze.at_partner and gaze.can_shift,
            self.blinks.can_begin,
            self.nods.can_begin,
            True,
            smiles.can_begin,
            smiles.can_end,
            self.brows.can_raise,
        )
        assert len(can) == len(EVENTS)
        return np.array(can)

    def step(
        self,
        decision: Decision,
        own: VoiceState,
        toward: Float32[np.ndarray, "2"],
        apart_m: float,
        tempo: float = 1.0,
        amplitude: float = 1.0,
    ) -> NonverbalInstant:
        """Go on by one step.

        Args:
            decision: What begins now.
            own: This head's voice at this instant.
            toward: Direction (yaw, pitch) of the partner from this head at rest, rad.
            apart_m: How far the partner is.
            tempo: Factor of the mood on how fast things go.
            amplitude: Factor of the mood on how far they go.
        """
        self.gaze.step(decision, own, toward, apart_m)
        self.blinks.step(decision, self.gaze)
        self.nods.step(decision, tempo, amplitude)
        self.smiles.step(decision)
        self.brows.step(decision, own, self.gaze, nodded=self.nods.began)
        self.sway.step(decision.tendency("liveliness"))
        self.carriage.step(own)
        self._chin_rad += CHIN_FOLLOWS * (CHIN_UNIT_RAD * decision.tendency("chin") - self._chin_rad)
        moved = amplitude * (self.sway.rotation + self.carriage.rotation)  # pitch, yaw, roll
        moved[0] += self.nods.pitch_rad + self._chin_rad
        yaw, pitch = self.gaze.head
        neck = np.array([pitch, yaw, 0.0], np.float32) + moved
        eyes = within(self.gaze.eyes - moved[1::-1], EYE_LIMIT_RAD)  # eyes stay on their target, whatever the head does
        return NonverbalInstant(
            arkit=self._weights(),
            gaze=eyes,
            vergence=self.gaze.vergence,
            neck_pose=neck.astype(np.float32),
            transl=self.sway.transl,
            seen=self._seen(toward),
        )

    def _seen(self, toward: Float32[np.ndarray, "2"]) -> Float32[np.ndarray, "7"]:
        turned = self.gaze.head - HEAD_SHARE_PARTNER * toward
        seen = (
            float(self.gaze.at_partner), self.blinks.closure, 10 * self.nods.meant_rad, self.smiles.amount,
            self.brows.raised, 5 * turned[0], 5 * (turned[1] + self._chin_rad),
        )  # fmt: skip
        assert len(seen) == len(SEEN)
        return np.array(seen, np.float32)

    def _weights(self) -> Float32[np.ndarray, "52"]:
        smile, drawn = self.smiles.amount, self.brows.drawn
        raised = min(self.brows.raised + self.brows.accent, 1.0)
        cheeks = max(smile - 0.15, 0.0)
        values = (
            self.blinks.closure, smile, 0.15 * smile, 0.6 * cheeks, 0.35 * cheeks + 0.25 * drawn, 0.7 * raised, drawn,
            0.2 * raised,
        )  # fmt: skip
        weights = np.zeros(len(ARKIT_INDEX), np.float32)
        weights[_LEFT] = weights[_RIGHT] = values
        weights[_BROW_INNER_UP] = raised
        return weights
