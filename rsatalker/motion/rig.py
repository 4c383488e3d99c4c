"""ARKit weights and gaze -> FLAME parameters of the expression space `procedural-1`."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.expression_space import (
    ARKIT_INDEX,
    GAZE_PITCH_RAD,
    GAZE_YAW_RAD,
    JAW_OPEN_RAD,
    JAW_SIDE_RAD,
    PROCEDURAL_1,
    TONGUE_NAMES,
)
from rsatalker.motion.pose import FlamePose

_EXPRESSION_FROM_ARKIT = np.array([ARKIT_INDEX[name] for name in PROCEDURAL_1 if name in ARKIT_INDEX])
_JAW_OPEN, _JAW_LEFT, _JAW_RIGHT = (ARKIT_INDEX[name] for name in ("jawOpen", "jawLeft", "jawRight"))


def pose_from_arkit(
    arkit: Float32[np.ndarray, "52"],
    tongue: Float32[np.ndarray, "2"],
    gaze: Float32[np.ndarray, "2"],
    neck_pose: Float32[np.ndarray, "3"],
    transl: Float32[np.ndarray, "3"],
    vergence: float = 0.0,
) -> FlamePose:
    """Return the pose that shows these weights.

    Args:
        arkit: ARKit-52 weights; the gaze weights are replaced by what `gaze` says, and all are clipped to [0, 1].
        tongue: Weights of `TONGUE_NAMES`.
        gaze: Yaw (to the head's left) and pitch (down) of both eyes against the head, rad.
        neck_pose: Axis-angle about the neck joint, rad.
        transl: Metres.
        vergence: By how much each eye turns in towards the nose, rad.
    """
    yaw, pitch = float(gaze[0]), float(gaze[1])
    left_yaw, right_yaw = yaw - vergence, yaw + vergence
    weights = np.clip(arkit, 0.0, 1.0).astype(np.float32)
    _set_gaze_weights(weights, (left_yaw, right_yaw), (pitch, pitch))
    expression = np.concatenate([weights[_EXPRESSION_FROM_ARKIT], np.clip(tongue, 0.0, 1.0)]).astype(np.float32)
    side = weights[_JAW_LEFT] - weights[_JAW_RIGHT]
    return FlamePose(
        expression=expression,
        global_orient=np.zeros(3, np.float32),
        neck_pose=neck_pose.astype(np.float32),
        jaw_pose=np.array([weights[_JAW_OPEN] * JAW_OPEN_RAD, side * JAW_SIDE_RAD, 0.0], np.float32),
        eye_pose=np.array([pitch, left_yaw, 0.0, pitch, right_yaw, 0.0], np.float32),
        transl=transl.astype(np.float32),
        arkit=weights,
    )


def joint_weights(pose: FlamePose) -> Float32[np.ndarray, "52"]:
    """Return the ARKit weights that say what jaw and eyes do as joints: `CARRIED_BY_JOINTS`; all others are 0."""
    weights = np.zeros(len(ARKIT_INDEX), np.float32)
    (left_pitch, left_yaw), (right_pitch, right_yaw) = pose.eye_pose[:2].tolist(), pose.eye_pose[3:5].tolist()
    _set_gaze_weights(weights, (left_yaw, right_yaw), (left_pitch, right_pitch))
    opening, side = float(pose.jaw_pose[0]) / JAW_OPEN_RAD, float(pose.jaw_pose[1]) / JAW_SIDE_RAD
    weights[[_JAW_OPEN, _JAW_LEFT, _JAW_RIGHT]] = np.clip((opening, side, -side), 0, 1)
    return weights


def _set_gaze_weights(
    weights: Float32[np.ndarray, "52"], yaws: tuple[float, float], pitches: tuple[float, float]
) -> None:
    """Set the weights that say where the left eye and the right one look; `In` is towards the nose."""
    for side, yaw, pitch, inwards in (("Left", yaws[0], pitches[0], -1), ("Right", yaws[1], pitches[1], 1)):
        turns = {
            "In": inwards * yaw / GAZE_YAW_RAD, "Out": -inwards * yaw / GAZE_YAW_RAD,
            "Down": pitch / GAZE_PITCH_RAD, "Up": -pitch / GAZE_PITCH_RAD,
        }  # fmt: skip
        for way, turn in turns.items():
            weights[ARKIT_INDEX[f"eyeLook{way}{side}"]] = min(max(turn, 0.0), 1.0)


assert PROCEDURAL_1[-len(TONGUE_NAMES) :] == TONGUE_NAMES
