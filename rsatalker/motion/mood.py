"""Moods and styles: what a scene asks of a head beside its words.

A mood shows in brows, lids and mouth corners, and in how fast and how widely a head moves. Which muscles take part
follows Ekman & Friesen's Facial Action Coding System (prototypes of the basic emotions, EMFACS); how strongly is our
own choice, made by eye on the default heads at a believable strength rather than a full display.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from rsatalker.errors import MoodError
from rsatalker.motion.articulation import ARTICULATION_INDEX, REST_JAW
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES

STRONGEST_STYLE = 2.0  # twice the usual opening is shouting


@dataclass(frozen=True, slots=True)
class MoodFace:
    """How a mood shows at strength 1.

    Attributes:
        shapes: ARKit weights that are added; shapes on both sides move alike.
        tempo: Factor on how often things happen and how fast they go.
        amplitude: Factor on nods, beats and sway.
        smiles: Factor on the smiles that the behaviour adds.
        chin_rad: Added pitch of the head, positive is down.
        tilt_rad: Roll of the head.
        lids: Share by which the upper lids hang down, as before sleep.
        rounding: Factor on how far speech rounds the lips: those that a sneer draws up, pushed out too, are a snout.
    """

    shapes: dict[str, float]
    tempo: float = 1.0
    amplitude: float = 1.0
    smiles: float = 1.0
    chin_rad: float = 0.0
    tilt_rad: float = 0.0
    lids: float = 0.0
    rounding: float = 1.0


MOODS: dict[str, MoodFace] = {
    "neutral": MoodFace({}),
    "happy": MoodFace(
        {"mouthSmile": 0.60, "cheekSquint": 0.50, "mouthDimple": 0.10, "eyeSquint": 0.10, "browOuterUp": 0.14,
         "browInnerUp": 0.10},
        tempo=1.15, amplitude=1.2, smiles=1.2, chin_rad=-0.02,
    ),
    "sad": MoodFace(
        {"browInnerUp": 0.75, "browDown": 0.22, "mouthFrown": 0.55, "mouthShrugLower": 0.20, "eyeSquint": 0.10},
        tempo=0.7, amplitude=0.6, smiles=0.15, chin_rad=0.07, lids=0.16,
    ),
    "angry": MoodFace(
        {"browDown": 1.0, "eyeSquint": 0.40, "eyeWide": 0.15, "noseSneer": 0.42, "mouthPress": 0.55,
         "mouthFrown": 0.38, "jawForward": 0.15},
        tempo=1.2, amplitude=1.3, smiles=0.05, chin_rad=0.07, rounding=0.75,
    ),
    "afraid": MoodFace(
        {"browInnerUp": 0.85, "browOuterUp": 0.25, "browDown": 0.18, "eyeWide": 0.75, "mouthStretch": 0.45,
         "mouthFrown": 0.15},
        tempo=1.35, amplitude=0.8, smiles=0.1, chin_rad=-0.02,
    ),
    "surprised": MoodFace(
        {"browInnerUp": 0.80, "browOuterUp": 0.80, "eyeWide": 0.65, "jawOpen": 0.16, "mouthFunnel": 0.10},
        tempo=1.1, amplitude=1.1, smiles=0.5, chin_rad=-0.03,
    ),
    "disgusted": MoodFace(
        {"noseSneer": 0.70, "browDown": 0.50, "mouthUpperUp": 0.14, "cheekSquint": 0.30, "eyeSquint": 0.28,
         "mouthFrown": 0.35, "mouthStretch": 0.12, "mouthShrugLower": 0.05},
        tempo=0.9, amplitude=0.9, smiles=0.1, chin_rad=-0.03, rounding=0.45,
    ),
    "tender": MoodFace(
        {"mouthSmile": 0.26, "browInnerUp": 0.34, "cheekSquint": 0.14, "eyeSquint": 0.08},
        tempo=0.8, amplitude=0.8, smiles=1.1, chin_rad=0.02, tilt_rad=0.06, lids=0.08,
    ),
}  # fmt: skip

# Controls that each factor of a style scales; `closed` and `tuck` never change: they are contact.
STYLED_JAW = ("jaw", "lowdrop")
STYLED_LIPS = ("round", "wide", "upraise", "funnel", "teeth")

# What a closing pair of lips takes back entirely, and what it halves: corners may stay where the mood has them.
PARTS_LIPS = ("jawOpen", "mouthFunnel", "mouthUpperUp", "mouthLowerDown")
BENDS_LIPS = ("mouthSmile", "mouthFrown", "mouthStretch", "mouthDimple", "mouthShrugLower", "mouthShrugUpper")
CONTACT_KEEPS = 0.6  # share of the bending shapes that is left while the lips touch
CHANGE_S = 0.45  # time constant of a change of mood


@dataclass(frozen=True, slots=True)
class Mood:
    """What a head feels.

    Attributes:
        name: A key of `MOODS`.
        strength: 0 is none, 1 is clear to see, at most 1.5.

    Raises:
        MoodError: The name is unknown, or the strength out of range.
    """

    name: str = "neutral"
    strength: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in MOODS:
            raise MoodError(f"mood is {self.name!r}; expected one of {', '.join(MOODS)}.")
        if not 0 <= self.strength <= 1.5:
            raise MoodError(f"strength of a mood is {self.strength:g}; expected 0 (none) to 1.5.")


@dataclass(frozen=True, slots=True)
class Style:
    """How clearly a mouth speaks.

    Attributes:
        jaw_strength: Factor on the opening of the jaw: .6 mumbles, 1.5 shouts.
        lip_strength: Factor on rounding, spreading and lifting; closures stay as they are.

    Raises:
        MoodError: A factor is out of range.
    """

    jaw_strength: float = 1.0
    lip_strength: float = 1.0

    def __post_init__(self) -> None:
        for name in ("jaw_strength", "lip_strength"):
            if not 0 <= getattr(self, name) <= STRONGEST_STYLE:
                raise MoodError(f"{name} is {getattr(self, name):g}; expected 0 to {STRONGEST_STYLE:g}, 1 is usual.")


def styled(articulation: Float32[np.ndarray, "T 12"], style: Style) -> Float32[np.ndarray, "T 12"]:
    """Return lip controls as this style speaks them; the openness of a mouth at rest stays."""
    if style == Style():
        return articulation
    controls = articulation.copy()
    jaw, lips = ([ARTICULATION_INDEX[name] for name in names] for names in (STYLED_JAW, STYLED_LIPS))
    controls[:, jaw] = REST_JAW + style.jaw_strength * (controls[:, jaw] - REST_JAW)
    controls[:, lips] *= style.lip_strength
    return np.clip(controls, 0, 1)


def _columns(shapes: tuple[str, ...]) -> list[int]:
    return [ARKIT_INDEX[side] for shape in shapes for side in (shape, f"{shape}Left", f"{shape}Right")
            if side in ARKIT_INDEX]  # fmt: skip


_PARTS, _BENDS = _columns(PARTS_LIPS), _columns(BENDS_LIPS)
_LIDS = _columns(("eyeBlink",))
# One row a mood: ARKit weights, then rounding, tempo, amplitude, smiles, chin and tilt.
_ROWS: dict[str, Float32[np.ndarray, "58"]] = {}
for _name, _face in MOODS.items():
    _row = np.zeros(len(ARKIT_NAMES) + 6, np.float32)
    for _shape, _weight in _face.shapes.items():
        _row[_columns((_shape,))] = _weight
    _row[_LIDS] = _face.lids
    _row[len(ARKIT_NAMES) :] = (
        _face.rounding, _face.tempo, _face.amplitude, _face.smiles, _face.chin_rad, _face.tilt_rad,
    )  # fmt: skip
    _ROWS[_name] = _row


class MoodState:
    """The mood of one head, which changes gradually.

    Attributes:
        mood: What it changes to.
        now: ARKit weights, rounding, tempo, amplitude, smiles, chin and tilt of this instant.
    """

    def __init__(self) -> None:
        self.mood = Mood()
        self.now: Float32[np.ndarray, "58"] = _ROWS["neutral"].copy()

    def step(self, step_s: float) -> None:
        """Go on by one step."""
        neutral = _ROWS["neutral"]
        wanted = neutral + np.float32(self.mood.strength) * (_ROWS[self.mood.name] - neutral)
        self.now += np.float32(1 - math.exp(-step_s / CHANGE_S)) * (wanted - self.now)

    @property
    def rounding(self) -> float:
        """Factor on how far speech rounds the lips."""
        return max(float(self.now[-6]), 0.0)

    @property
    def tempo(self) -> float:
        """Factor on how often things happen and how fast they go."""
        return float(self.now[-5])

    @property
    def amplitude(self) -> float:
        """Factor on nods, beats and sway."""
        return float(self.now[-4])

    @property
    def smiles(self) -> float:
        """Factor on the smiles that the behaviour adds."""
        return max(float(self.now[-3]), 0.0)

    @property
    def neck_pose(self) -> Float32[np.ndarray, "3"]:
        """Rotation that the mood adds to the neck, rad."""
        return np.array([self.now[-2], 0.0, self.now[-1]], np.float32)

    def face(self, contact: float) -> Float32[np.ndarray, "52"]:
        """Return the weights to add; `contact` says how far the lips have met, and what parts them gives way."""
        weights = self.now[: len(ARKIT_NAMES)].copy()
        weights[_PARTS] *= 1 - contact
        weights[_BENDS] *= 1 - (1 - CONTACT_KEEPS) * contact
        return weights
