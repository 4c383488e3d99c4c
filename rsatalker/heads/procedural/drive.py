"""What raises the 43 shapes of `procedural-1` and their correctives; whoever draws a stored head needs no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rsatalker.heads.head import Drive
from rsatalker.motion.expression_space import EXPRESSION_INDEX, GAZE_PITCH_RAD, JAW_OPEN_RAD, PROCEDURAL_1
from rsatalker.motion.pose import FlamePose

SIDES = ("Left", "Right")
# Correctives follow the 43 expression shapes, in this order.
CORRECTIVES = (
    *(f"{name}{side}" for name in ("blinkHalf", "gazeDown", "gazeUp", "lowerLidUp") for side in SIDES), "jawOpenCheeks",
    "mouthFunnelHeld", *(f"{name}Held{side}" for name in ("mouthLowerDown", "mouthUpperUp") for side in SIDES),
)  # fmt: skip
SHAPE_INDEX = {name: i for i, name in enumerate((*PROCEDURAL_1, *CORRECTIVES))}
LOWER_LID_UP = {"cheekSquint": 0.55, "mouthSmile": 0.28, "noseSneer": 0.15}  # what lifts the lower lid, and how much
PARTING = ("mouthFunnel", "mouthLowerDown", "mouthUpperUp")  # shapes that part the lips with no help of the jaw
FUNNEL_FLARE = 0.45  # of a funnel goes with its opening: closed lips that stay flared look swollen
SMILE_BARES, BARED_JAW = 0.5, 0.14  # of upper lip's raise per smile, once the jaw is so far open: the teeth show
LIPS_STICK_JAW = 0.06  # share of the jaw's opening up to which lips come apart only gradually


@dataclass(frozen=True, slots=True)
class ProceduralDrive:
    """Turns a pose of `procedural-1` into weights of expression shapes and correctives."""

    def __call__(self, pose: FlamePose) -> Drive:
        """Return the weights; lids never move further than shut, and follow the gaze."""
        weights = np.zeros(len(SHAPE_INDEX), np.float32)
        weights[: len(PROCEDURAL_1)] = pose.expression
        jaw_open = float(np.clip(pose.jaw_pose[0] / JAW_OPEN_RAD, 0.0, 1.0))
        close = max(float(pose.expression[EXPRESSION_INDEX["mouthClose"]]), 0.0)
        held = min(close / max(jaw_open, 1e-6), 1.0)
        sticking = 1.0 - min(jaw_open / LIPS_STICK_JAW, 1.0)  # also when the jaw only moves sideways
        held = max(held, sticking * sticking * (3.0 - 2.0 * sticking))
        free = (1 - held) ** 3  # of lips: half held, they are hardly taut
        weights[SHAPE_INDEX["jawOpenCheeks"]] = jaw_open * free
        _bare_teeth(weights, min(jaw_open / BARED_JAW, 1.0) * free)
        _hold_lips(weights, min(close / max(jaw_open, LIPS_STICK_JAW), 1.0))
        for side, pitch in zip(SIDES, (pose.eye_pose[0], pose.eye_pose[3]), strict=True):
            _drive_lids(weights, side, float(pitch))
        return Drive(weights, held)


def _bare_teeth(weights: Float[np.ndarray, " K"], parted: float) -> None:
    """Let a smile with parted lips lift the upper lip off the teeth, in place."""
    for side in SIDES:
        smile = min(max(float(weights[SHAPE_INDEX["mouthSmile" + side]]), 0.0), 1.0)
        raised = float(weights[SHAPE_INDEX["mouthUpperUp" + side]])
        weights[SHAPE_INDEX["mouthUpperUp" + side]] = max(raised, min(raised + SMILE_BARES * smile * parted, 1.0))


def _hold_lips(weights: Float[np.ndarray, " K"], closed: float) -> None:
    """Let lips that mouthClose closes stay together whatever else parts them, in place; small amounts change little."""
    share = closed * closed * (3.0 - 2.0 * closed)
    weights[SHAPE_INDEX["mouthFunnel"]] *= 1.0 - FUNNEL_FLARE * share
    for name in PARTING:
        for side in ("",) if name in SHAPE_INDEX else SIDES:
            weights[SHAPE_INDEX[f"{name}Held{side}"]] = share * weights[SHAPE_INDEX[name + side]]


def _drive_lids(weights: Float[np.ndarray, " K"], side: str, pitch_rad: float) -> None:
    """Set what the lids of one side do, in place: blink first, everything else in what room it leaves."""
    index = SHAPE_INDEX
    blink = min(max(float(weights[index["eyeBlink" + side]]), 0.0), 1.0)
    open_share = 1 - blink
    weights[index["eyeBlink" + side]] = blink
    weights[index["blinkHalf" + side]] = 4 * blink * open_share
    look = pitch_rad / GAZE_PITCH_RAD
    weights[index["gazeDown" + side]] = min(max(look, 0.0), 1.2) * open_share
    weights[index["gazeUp" + side]] = min(max(-look, 0.0), 1.2) * open_share
    lift = sum(float(weights[index[name + side]]) * share for name, share in LOWER_LID_UP.items())
    weights[index["lowerLidUp" + side]] = min(max(lift, 0.0), 1.0) * open_share
    weights[index["eyeSquint" + side]] *= open_share
    weights[index["eyeWide" + side]] *= open_share
