"""What two heads are seen to do, measured from their motion, and a strip of it under each head, like a bar code.

A glance, a smile or a nod is over before one has compared four pictures; drawn against time, how often each of four
pairs does what is seen at once. Nothing here knows the relationship or what the model decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8
from PIL import Image, ImageDraw, ImageFont

from rsatalker.motion.expression_space import ARKIT_INDEX
from rsatalker.motion.pose import FlameMotion
from rsatalker.speech.audio import SPEECH_RATE_HZ

LOOKING_RAD = 0.10  # gaze within six degrees of the partner's eyes looks at them
SMILING = 0.27  # weight of the mouth corners
NODDING_RAD_S = 0.28  # the head goes down as fast as this in nods, and in nothing else that a listener's head does
NOD_S = 0.5  # downward strokes within it are one nod
SPEAKING = 0.01  # root mean square of a voice that is heard
ROWS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("speaks", (120, 126, 138)),
    ("looks", (96, 165, 250)),
    ("smiles", (250, 190, 70)),
    ("nods", (110, 220, 140)),
)
EMPTY, NOW, INK = (50, 54, 63), (240, 240, 240), (170, 176, 188)
LABEL_SHARE, MARGIN_SHARE = 0.15, 0.04  # of the strip's width
_SMILE = ARKIT_INDEX["mouthSmileLeft"]


@dataclass(frozen=True, slots=True)
class Marks:
    """What one head does in each of T pictures.

    Attributes:
        rows: Whether it does each of `ROWS`.
        pitch_rad: Of the head, positive is down.
    """

    rows: Bool[np.ndarray, "T 4"]
    pitch_rad: Float64[np.ndarray, " T"]

    def sentence(self, rank: str, until: int) -> str:
        """Return what was seen in the pictures before `until`: shares of the time, and nods."""
        seen = self.rows[: max(until, 1)]
        _, looks, smiles, _ = (100 * seen.mean(0)).round().astype(int)
        nods = int(np.diff(seen[:, 3].astype(np.int8), prepend=0).clip(min=0).sum())
        down = round(float(np.degrees(np.median(self.pitch_rad[: max(until, 1)]))))
        chin = f", chin {abs(down)}° {'down' if down > 0 else 'up'}" if down else ""
        return f"{rank + ': ' if rank else ''}looks {looks} %, smiles {smiles} %, nods {nods}{chin}"


def marks_of(
    motion: FlameMotion, voice: Float32[np.ndarray, " S"], toward: Float32[np.ndarray, "2"], count: int, rate_hz: int
) -> Marks:
    """Measure what a head does.

    Args:
        motion: Of the head.
        voice: Its own, at 16 kHz.
        toward: Direction (yaw, pitch) of the partner's eyes from the head at rest, rad.
        count: Pictures.
        rate_hz: Of the pictures.
    """
    poses = [motion.at(index / rate_hz * 1e6) for index in range(count)]
    eyes = np.array([pose.eye_pose for pose in poses], np.float64).reshape(count, 2, 3).mean(1)
    neck = np.array([pose.neck_pose for pose in poses], np.float64)
    off = np.hypot(neck[:, 1] + eyes[:, 1] - toward[0], neck[:, 0] + eyes[:, 0] - toward[1])
    smile = np.array([pose.arkit[_SMILE] for pose in poses])
    step = SPEECH_RATE_HZ // rate_hz
    heard = np.sqrt(np.square(voice[: count * step].reshape(count, step)).mean(1))
    speaks = _widened(heard > SPEAKING, round(0.2 * rate_hz))
    falls = np.diff(neck[:, 0], prepend=neck[0, 0]) * rate_hz > NODDING_RAD_S
    nods = _widened(falls & ~speaks, round(NOD_S / 2 * rate_hz))
    return Marks(np.stack([speaks, off < LOOKING_RAD, smile > SMILING, nods], axis=1), neck[:, 0])


def _widened(true: Bool[np.ndarray, " T"], by: int) -> Bool[np.ndarray, " T"]:
    return np.convolve(true, np.ones(2 * by + 1), "same") > 0


def most_different(all_marks: list[tuple[Marks, Marks]], apart: int, count: int) -> list[int]:
    """Return the pictures, `apart` from each other at least, in which most pairs of heads look or smile differently."""
    shown = np.stack([np.concatenate([marks.rows[:, 1:] for marks in pair], axis=1) for pair in all_marks])
    share = shown.mean(0)
    differs = (share * (1 - share)).sum(1)
    found: list[int] = []
    for index in np.argsort(-differs, kind="stable").tolist():
        if len(found) < count and all(abs(index - other) >= apart for other in found):
            found.append(index)
    return sorted(found)


class Strip:
    """Draws the marks of a head against the whole time, up to now.

    Args:
        width: Pixels.
        height: Pixels.
        background: Colour.
    """

    def __init__(self, width: int, height: int, background: tuple[int, int, int]) -> None:
        self._empty = np.full((height, width, 3), background, np.uint8)
        self._first = round(width * (MARGIN_SHARE + LABEL_SHARE))
        self._last = round(width * (1 - MARGIN_SHARE))
        self._lines = np.linspace(0, height, len(ROWS) + 1).round().astype(int)
        image = Image.fromarray(self._empty)
        pen, font = ImageDraw.Draw(image), ImageFont.load_default(height / len(ROWS) * 0.8)
        for (name, _), top, below in zip(ROWS, self._lines, self._lines[1:], strict=False):
            pen.text((self._first - 6, (top + below) / 2), name, INK, font, anchor="rm")
        self._empty = np.array(image)
        for top, below in zip(self._lines, self._lines[1:], strict=False):
            self._empty[top + 1 : below - 1, self._first : self._last] = EMPTY

    def drawn(self, marks: Marks, now: int) -> UInt8[np.ndarray, "h w 3"]:
        """Return the strip at picture `now`."""
        strip, span = self._empty.copy(), self._last - self._first
        at = np.arange(span) * len(marks.rows) // span  # picture of each column
        for row, (_, color) in enumerate(ROWS):
            columns = self._first + np.flatnonzero(marks.rows[at, row] & (at <= now))
            strip[self._lines[row] + 1 : self._lines[row + 1] - 1, columns] = color
        strip[:, self._first + min(now * span // len(marks.rows), span - 1)] = NOW
        return strip
