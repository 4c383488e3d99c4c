"""Figures of the face that the sculpture is pulled to: left half, centimetres, x left, y up, z front.

Our own choice, of the size that adults have: mouth width 5.1, nose width 3.6, eye fissure 3.0 with 3.3 between the
eyes, pupils 6.3 apart (Dodgson, Variation and extrema of human interpupillary distance, 2004); an eyeball a little
larger than life, with the cornea standing out of it. Everything else is sculpted by eye.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float

EYE_CENTER = np.array([3.14, 3.53, 8.38])
EYE_RADIUS = 1.24
CORNEA_HEIGHT = 0.07  # how far the cornea stands out of the ball
CORNEA_ANGLE = 0.50  # rad from the axis; iris radius 0.59 + limbus
LID_THICKNESS = 0.20  # lid skin over the ball; lids are about 2 mm thick

# Lid margins in the frontal plane (x, y), outer to inner corner.
UPPER_LID = np.array([(4.60, 3.47), (4.38, 3.73), (3.98, 3.98), (3.44, 4.10), (2.85, 4.05), (2.29, 3.80), (1.93, 3.47),
                      (1.77, 3.31), (1.65, 3.18)])  # fmt: skip
LOWER_LID = np.array([(4.60, 3.47), (4.34, 3.24), (3.92, 3.06), (3.35, 2.97), (2.78, 2.98), (2.28, 3.04), (1.97, 3.07),
                      (1.78, 3.11), (1.65, 3.18)])  # fmt: skip

# Lips, midline to corner (x, y, z): where red meets skin, and the line where the lips touch.
UPPER_BORDER = np.array([(0, -2.55, 11.82), (0.30, -2.46, 11.83), (0.62, -2.42, 11.76), (1.1, -2.56, 11.56),
                         (1.65, -2.82, 11.20), (2.15, -3.16, 10.70), (2.52, -3.50, 10.22)])  # fmt: skip
LOWER_BORDER = np.array([(0, -4.42, 11.52), (0.5, -4.40, 11.49), (1.05, -4.30, 11.34), (1.6, -4.10, 11.02),
                         (2.1, -3.83, 10.64), (2.38, -3.64, 10.38), (2.52, -3.50, 10.22)])  # fmt: skip
LIP_CONTACT = np.array([(0, -3.42, 11.16), (0.45, -3.38, 11.13), (0.9, -3.36, 11.02), (1.4, -3.38, 10.78),
                        (1.9, -3.44, 10.46), (2.40, -3.52, 10.12)])  # fmt: skip

# Bridge of the nose: (x, y, z) where the template keeps its frontal place.
NOSE_BRIDGE = [
    (0.35, 3.7, 10.64), (0.90, 3.7, 9.98), (1.32, 3.5, 9.52),
    (0, 2.65, 11.38), (0.35, 2.65, 11.26), (0.75, 2.65, 10.80), (1.15, 2.65, 10.12), (1.6, 2.7, 9.64),
    (0, 1.85, 11.98), (0.35, 1.85, 11.87), (0.75, 1.85, 11.43), (1.2, 1.85, 10.64), (1.7, 1.85, 9.98),
    (0, 1.15, 12.54), (0.38, 1.15, 12.42), (0.8, 1.15, 11.99), (1.25, 1.15, 11.10), (1.75, 1.15, 10.28),
]  # fmt: skip

# Tip, wings and floor of the nose: frontal place in the template -> position.
NOSE_FREE = [
    ((0, 0.55), (0, 0.60, 12.94)), ((0.35, 0.5), (0.40, 0.54, 12.84)), ((0.7, 0.5), (0.76, 0.54, 12.54)),
    ((1.0, 0.55), (1.04, 0.58, 12.06)), ((1.35, 0.6), (1.42, 0.62, 11.16)), ((1.7, 0.6), (1.76, 0.60, 10.46)),
    ((0, 0.1), (0, 0.12, 13.06)), ((0.4, 0.1), (0.44, 0.08, 12.95)), ((0.72, 0.1), (0.77, 0.08, 12.68)),
    ((0.95, 0.1), (1.04, 0.08, 12.34)), ((1.2, 0.1), (1.34, 0.10, 11.94)), ((1.45, 0.08), (1.66, 0.06, 11.38)),
    ((1.65, 0.05), (1.83, 0.02, 10.84)), ((1.92, 0.05), (1.96, 0.02, 10.28)), ((2.3, 0.05), (2.34, 0.02, 10.15)),
    ((0, -0.25), (0, -0.34, 12.92)), ((0, -0.5), (0, -0.64, 12.58)), ((0, -0.8), (0, -0.94, 12.16)),
    ((0.22, -0.75), (0.25, -0.88, 12.14)), ((0.22, -1.2), (0.28, -1.19, 11.64)), ((0.25, -0.2), (0.34, -0.38, 12.78)),
    ((0.55, -0.15), (0.68, -0.36, 12.48)), ((0.85, -0.15), (1.00, -0.30, 12.08)), ((1.15, -0.2), (1.32, -0.34, 11.92)),
    ((1.02, -0.75), (1.30, -0.62, 11.72)), ((1.4, -0.25), (1.66, -0.36, 11.50)), ((1.5, -0.7), (1.62, -0.76, 11.10)),
    ((1.65, -0.45), (1.82, -0.46, 10.92)), ((1.92, -0.5), (1.94, -0.50, 10.32)), ((1.65, -1.0), (1.60, -0.98, 10.66)),
    ((0.6, -1.4), (0.62, -1.32, 11.42)), ((0.95, -1.35), (1.00, -1.20, 11.18)),
]  # fmt: skip

# Orbit, cheek and muzzle: (x, y, z) where the template keeps its frontal place.
FACE_POINTS = [
    (1.3, 5.0, 10.56), (2.4, 5.32, 10.42), (3.6, 5.38, 10.10), (4.7, 5.10, 9.50), (5.4, 4.4, 8.70), (2.4, 4.62, 9.70),
    (3.3, 4.72, 9.78), (4.2, 4.60, 9.42), (5.15, 3.3, 8.28), (5.0, 2.55, 8.42), (4.2, 2.25, 9.10), (2.6, 2.3, 9.62),
    (3.5, 2.4, 9.50), (1.5, 4.55, 9.98), (0, -2.1, 11.62), (0.32, -1.75, 11.50), (1.4, -1.75, 11.05),
    (2.0, -2.3, 10.82), (2.1, -1.3, 10.50), (2.7, -3.5, 10.16), (0.9, -5.0, 10.86), (2.0, -4.7, 10.50),
    (0, -6.4, 11.06), (0.9, -6.4, 10.88), (3.2, -5.6, 9.4), (0, 9.6, 9.72), (2.6, -2.7, 10.48), (2.55, -4.25, 10.22),
    (3.05, 0.5, 9.92), (3.9, 0.35, 9.64),
]  # fmt: skip


BROW_MIDDLE = 0.28  # from the upper edge of a brow, where the landmarks lie, to the middle of its hairs


@cache
def landmark_figures() -> dict[str, dict[str, dict[str, list[float]]]]:
    """Return positions and motions of 63 named landmarks of the left half; the file names their source and licence."""
    text = (files("rsatalker.heads.procedural") / "landmarks.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return {"positions": {"neutral": content["positions"]}, "shapes": content["shapes"]}


def landmark_positions() -> tuple[list[str], Float[np.ndarray, "K 3"]]:
    """Return the names of the landmarks and where they lie on the average head."""
    positions = landmark_figures()["positions"]["neutral"]
    return list(positions), np.array(list(positions.values()))


def brow_line() -> Float[np.ndarray, "5 3"]:
    """Return the middle of the left brow on the average head, from its inner to its outer end."""
    place = dict(zip(*landmark_positions(), strict=True))
    return np.array([place[f"mp{number}"] - [0.0, BROW_MIDDLE, 0.0] for number in range(22, 27)])
