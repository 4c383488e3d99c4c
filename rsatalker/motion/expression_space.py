"""Names of the ARKit-52 weights and of the default expression space `procedural-1`.

ARKit order is that of Apple's Live Link Face (FACTS of the field): eyes, jaw, mouth, brows, cheeks, nose, tongue.
`procedural-1` is ARKit without what joints carry (jaw opening and sideways motion, gaze), plus two tongue shapes.
"""

ARKIT_NAMES: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

CARRIED_BY_JOINTS: tuple[str, ...] = (
    "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "jawLeft", "jawRight", "jawOpen",
)  # fmt: skip

TONGUE_NAMES: tuple[str, ...] = ("tongueTipUp", "tongueBackUp")  # not in ARKit; /l t d n/ and /k g/

PROCEDURAL_1: tuple[str, ...] = (*(n for n in ARKIT_NAMES if n not in CARRIED_BY_JOINTS), *TONGUE_NAMES)  # 43 names

EXPRESSION_SPACES: dict[str, int] = {"procedural-1": len(PROCEDURAL_1), "flame2020": 100, "flame2023": 100}
UNBOUNDED_SPACES = ("flame2020", "flame2023")  # statistical coefficients; those of all others are weights in [0, 1]

ARKIT_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}
EXPRESSION_INDEX: dict[str, int] = {name: i for i, name in enumerate(PROCEDURAL_1)}

# What ARKit weight 1 means for the joints of every head of ours.
JAW_OPEN_RAD = 0.40  # 23 degrees: about 40 mm between the front teeth
JAW_SIDE_RAD = 0.075  # jaw yaw of jawLeft = 1
GAZE_YAW_RAD = 0.55  # eyeLookIn, eyeLookOut = 1
GAZE_PITCH_RAD = 0.42  # eyeLookUp, eyeLookDown = 1
