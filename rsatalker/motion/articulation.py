"""What a speaking mouth does, in twelve controls, and the ARKit weights that show it.

The controls say what speech needs (lips touch, lower lip under the teeth) rather than which muscle pulls. That keeps
the corpus independent of any rig, and lets lip contact be enforced in one place: here. The weights are our own design,
chosen by eye on the default head; ordinary speech opens `jawOpen` to about .4.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES, TONGUE_NAMES

ARTICULATION_NAMES: tuple[str, ...] = (
    "jaw",  # how far the teeth are apart
    "closed",  # lips together: .35 at rest, 1 pressed for p b m
    "round",  # lips forward and together, as in "food"
    "wide",  # corners back, as in "see"
    "upraise",  # upper lip lifted
    "lowdrop",  # lower lip lowered
    "tuck",  # lower lip under the upper teeth, f v
    "funnel",  # lips forward and open, sh ch
    "tongue_tip",  # behind the upper teeth, t d n l
    "tongue_back",  # at the palate, k g
    "tongue_out",  # between the teeth, th
    "teeth",  # upper and lower teeth near each other and seen, s z
)
ARTICULATION_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARTICULATION_NAMES)}

# Weight of each ARKit shape when the control is 1; shapes on both sides move alike.
WEIGHTS: dict[str, dict[str, float]] = {
    "jaw": {"jawOpen": 0.62},  # the model gives up to .6 in ordinary speech: .37, 13 mm between the teeth
    "round": {"mouthPucker": 0.70, "mouthFunnel": 0.10},
    "funnel": {"mouthFunnel": 0.50, "mouthShrugUpper": 0.12},
    "wide": {"mouthStretch": 0.42, "mouthSmile": 0.18, "mouthDimple": 0.12},  # more smile would read as a mood
    "upraise": {"mouthUpperUp": 0.50},
    "lowdrop": {"mouthLowerDown": 0.55},
    "tuck": {"mouthRollLower": 0.50, "mouthUpperUp": 0.14, "mouthShrugLower": 0.16},  # lip up and in, teeth seen above
    "teeth": {"mouthStretch": 0.06, "mouthLowerDown": 0.12},
    "tongue_out": {"tongueOut": 0.35, "jawOpen": 0.05},  # the tip shows between the teeth, no more
}
REST_JAW = 0.03  # `jaw` of a silent mouth: below it the teeth stay together
APPROACH_STARTS = 0.12  # `closed` above which lips come nearer before they meet; vowels have .09
APPROACH_COMPLETE, APPROACH = 0.42, 0.35  # and where they are this share of the way together: they meet without a snap
CONTACT_STARTS = 0.38  # `closed` at which the lips begin to meet; a silent mouth (.35) is closed by its jaw
CONTACT_COMPLETE = 0.62  # and where they touch; the model's estimate of a closure seldom reaches 1
TUCK_STARTS, TUCK_COMPLETE = 0.15, 0.55  # `tuck` between which the lower lip comes to the teeth; an f seldom reaches 1
CONTACT_JAW = 0.35  # share of the jaw opening left while the lips touch
ROUND_CLOSES = 0.45  # share of the jaw opening that full rounding closes again: "oo" has a small hole
PRESS = 0.22  # mouthPress of a full contact: flesh that meets bulges
ROLL_IN = 0.10  # mouthRollUpper and mouthRollLower of a full contact
LIP_PARTING = ("mouthUpperUp", "mouthLowerDown", "mouthFunnel", "tongueOut")  # shapes that would open closed lips


def _shape_columns(shape: str) -> list[int]:
    """Return the columns of an ARKit shape: one, or its left and right."""
    return [ARKIT_INDEX[name] for name in (shape, f"{shape}Left", f"{shape}Right") if name in ARKIT_INDEX]


def _weight_matrix() -> Float32[np.ndarray, "12 52"]:
    matrix = np.zeros((len(ARTICULATION_NAMES), len(ARKIT_NAMES)), np.float32)
    for control, shapes in WEIGHTS.items():
        for shape, weight in shapes.items():
            matrix[ARTICULATION_INDEX[control], _shape_columns(shape)] = weight
    return matrix


ARKIT_FROM_ARTICULATION = _weight_matrix()
_JAW_OPEN, _MOUTH_CLOSE = ARKIT_INDEX["jawOpen"], ARKIT_INDEX["mouthClose"]
_PARTING = np.array([column for shape in LIP_PARTING for column in _shape_columns(shape)])
_PRESSED = np.zeros(len(ARKIT_NAMES), np.float32)  # what a full contact adds
_PRESSED[_shape_columns("mouthPress")] = PRESS
_PRESSED[[ARKIT_INDEX["mouthRollUpper"], ARKIT_INDEX["mouthRollLower"]]] = ROLL_IN
_TONGUE = [ARTICULATION_INDEX["tongue_tip"], ARTICULATION_INDEX["tongue_back"]]


def lip_contact(closed: Float32[np.ndarray, "*batch"]) -> Float32[np.ndarray, "*batch"]:
    """Return how far the lips have met for values of `closed`: 0 apart, 1 touching; smooth in between."""
    return _smooth_rise(closed, CONTACT_STARTS, CONTACT_COMPLETE)


def lip_approach(closed: Float32[np.ndarray, "*batch"]) -> Float32[np.ndarray, "*batch"]:
    """Return how much of the way together the lips have gone: 1 where they touch, a part of it before they meet."""
    return np.maximum(APPROACH * _smooth_rise(closed, APPROACH_STARTS, APPROACH_COMPLETE), lip_contact(closed))


def _smooth_rise(x: Float32[np.ndarray, "*batch"], starts: float, ends: float) -> Float32[np.ndarray, "*batch"]:
    ramp = np.clip((x - starts) / (ends - starts), 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def arkit_from_articulation(
    articulation: Float32[np.ndarray, "T 12"],
) -> tuple[Float32[np.ndarray, "T 52"], Float32[np.ndarray, "T 2"]]:
    """Return ARKit-52 weights and the two tongue shapes of `TONGUE_NAMES`, all in [0, 1].

    Where the lips touch, `mouthClose` equals `jawOpen`: by ARKit's definition the lips then meet whatever the jaw does.
    """
    controls = np.clip(articulation, 0, 1).astype(np.float32)
    closed = controls[:, ARTICULATION_INDEX["closed"]]
    contact, near = lip_contact(closed), lip_approach(closed)
    jaw, rounded = controls[:, ARTICULATION_INDEX["jaw"]], controls[:, ARTICULATION_INDEX["round"]]
    controls[:, ARTICULATION_INDEX["jaw"]] = np.maximum(jaw - REST_JAW, 0) / (1 - REST_JAW)
    tuck = ARTICULATION_INDEX["tuck"]
    controls[:, tuck] = _smooth_rise(controls[:, tuck], TUCK_STARTS, TUCK_COMPLETE)
    arkit = controls @ ARKIT_FROM_ARTICULATION
    arkit[:, _PARTING] *= (1 - near)[:, None]
    arkit[:, _JAW_OPEN] *= 1 - (1 - CONTACT_JAW) * near
    arkit[:, _MOUTH_CLOSE] = arkit[:, _JAW_OPEN] * np.maximum(near, ROUND_CLOSES * rounded)
    arkit += contact[:, None] * _PRESSED
    assert len(_TONGUE) == len(TONGUE_NAMES)
    return np.clip(arkit, 0, 1), controls[:, _TONGUE]
