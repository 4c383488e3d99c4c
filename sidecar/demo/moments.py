"""The moments of a recording that show what the heads can do, for the contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, UInt8

from rsatalker.exports.images import Tile
from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlamePose

SPEAKING_RMS = 0.01  # -40 dB over a tenth of a second: louder than room noise, quieter than any speech
LISTENED_S = 0.1  # around the instant
NAMES = "ab"


@dataclass(frozen=True, slots=True)
class Moment:
    """What both heads do at one instant of the dialogue."""

    time_s: float
    poses: Sequence[FlamePose]
    speaking: tuple[bool, bool]


@dataclass(slots=True)
class BestMoments:
    """Keeps the picture of the best moment of every kind while a recording goes by."""

    _best: dict[str, tuple[float, float, UInt8[np.ndarray, "H W 3"]]] = field(default_factory=dict)

    def see(self, moment: Moment, picture: UInt8[np.ndarray, "H W 3"]) -> None:
        """Look at one moment; the picture is copied if it is the best of some kind so far."""
        copy = None
        for kind, score in scores(moment).items():
            if score > 0 and score > self._best.get(kind, (0.0,))[0]:
                copy = picture.copy() if copy is None else copy
                self._best[kind] = (score, moment.time_s, copy)

    def tiles(self) -> list[Tile]:
        """Return the best moment of each kind that occurred, in the order of time."""
        ordered = sorted(self._best.items(), key=lambda item: item[1][1])
        return [Tile(picture, f"{time_s:.2f} s: {kind}") for kind, (_, time_s, picture) in ordered]


def scores(moment: Moment) -> dict[str, float]:
    """Return how well a moment shows each kind of thing; 0 or less: not at all."""
    weights = [{shape: float(pose.arkit[index]) for shape, index in ARKIT_INDEX.items()} for pose in moment.poses]
    awake = min(1 - weight["eyeBlinkLeft"] for weight in weights)  # a blink spoils every other kind
    found: dict[str, float] = {}
    for head, name in enumerate(NAMES):
        weight, other = weights[head], NAMES[1 - head]
        speaks = moment.speaking[head] and not moment.speaking[1 - head]
        listens = moment.speaking[1 - head] and not moment.speaking[head]
        found[f"{name} speaks, {other} listens"] = speaks * awake * weight["jawOpen"]
        found[f"{name} closes the lips"] = speaks * awake * weight["mouthPressLeft"]
        found[f"{name} smiles while listening"] = listens * awake * weight["mouthSmileLeft"]
        found[f"{name} blinks"] = weight["eyeBlinkLeft"]
    found["both speak"] = all(moment.speaking) * awake * min(weight["jawOpen"] for weight in weights)
    return found


def who_speaks(voices: Float32[np.ndarray, "2 S"], sample_rate_hz: int, time_s: float) -> tuple[bool, bool]:
    """Return whose voice is heard around an instant."""
    first = max(0, round((time_s - LISTENED_S / 2) * sample_rate_hz))
    heard = voices[:, first : first + max(1, round(LISTENED_S * sample_rate_hz))]
    if heard.shape[1] == 0:
        return False, False
    loudness = np.sqrt(np.mean(heard**2, axis=1))
    return bool(loudness[0] > SPEAKING_RMS), bool(loudness[1] > SPEAKING_RMS)
