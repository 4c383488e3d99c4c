"""Skin that bunches and creases with an expression: what landmarks are too few to say.

Strokes on the average head, as in `strokes`, in places that anatomy names (Ekman, Friesen, Hager, Facial Action Coding
System, 2002: what each action unit changes in the face); depths and widths are sculpted by eye.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float

from rsatalker.heads.procedural.curves import smooth_step
from rsatalker.heads.procedural.sculpture import average_head
from rsatalker.heads.procedural.strokes import Stroke, carve, quad_normals

STROKES: dict[str, list[Stroke]] = {
    "mouthSmile": [
        ([(2.05, -0.35, 10.6), (2.55, -1.1, 10.4), (2.95, -2.0, 10.2), (3.25, -2.9, 10.0)], 0.30, -0.11),
        ([(2.9, 0.5, 10.0), (3.6, -0.2, 9.9), (4.1, -1.0, 9.5)], 0.80, 0.17),  # cheek
        ([(3.35, -3.0, 9.9), (3.45, -3.7, 9.8)], 0.25, -0.06),
    ],
    "jawOpenCheeks": [  # a long, taut cheek: the fold from the wing of the nose runs on past the corner of the mouth
        ([(2.05, -0.4, 10.6), (2.7, -1.4, 10.4), (3.25, -2.6, 10.1), (3.55, -3.8, 9.8)], 0.32, -0.13),
        ([(2.9, 0.3, 10.0), (3.7, -0.8, 9.8), (4.2, -2.0, 9.4)], 0.70, 0.13),  # cheek beside it
        ([(3.3, -4.3, 9.9), (3.3, -5.0, 9.8), (3.1, -5.7, 9.6)], 0.28, -0.08),
        ([(0.0, -4.95, 11.0), (1.0, -4.9, 10.9), (1.9, -4.6, 10.5)], 0.40, -0.06),  # above the chin
    ],
    "cheekSquint": [
        ([(2.8, 1.1, 9.9), (4.0, 0.9, 9.7), (5.1, 1.2, 9.0)], 0.75, 0.15),
        ([(2.3, 2.15, 9.5), (3.2, 2.0, 9.6), (4.3, 2.35, 9.2)], 0.22, -0.06),  # below the lower lid
    ],
    "eyeSquint": [
        ([(2.2, 2.5, 9.5), (3.2, 2.35, 9.6), (4.3, 2.6, 9.2)], 0.28, 0.07),
        ([(2.2, 2.1, 9.5), (3.2, 1.85, 9.6), (4.4, 2.15, 9.1)], 0.25, -0.05),
    ],
    "browDown": [
        ([(0.64, 6.1, 10.7), (0.58, 5.5, 10.75), (0.50, 4.8, 10.7)], 0.22, -0.12),  # furrow beside the midline
        ([(0.0, 6.0, 10.7), (0.0, 5.2, 10.8)], 0.24, 0.06),  # between the furrows
        ([(1.1, 5.3, 10.6), (1.8, 5.5, 10.6), (2.6, 5.5, 10.5)], 0.42, 0.13),  # corrugator bunches
        ([(0.0, 3.95, 10.6), (0.5, 3.9, 10.4), (0.9, 3.7, 9.9)], 0.24, -0.07),  # across the root of the nose
    ],
    "browInnerUp": [
        ([(0.0, 6.8, 10.6), (1.2, 6.9, 10.5), (2.3, 7.1, 10.2)], 0.34, -0.05),
        ([(0.0, 7.5, 10.4), (1.2, 7.6, 10.3), (2.3, 7.8, 9.9)], 0.36, 0.05),
    ],
    "browOuterUp": [([(2.6, 7.2, 10.1), (3.6, 7.3, 9.6), (4.6, 7.0, 9.0)], 0.34, -0.05)],
    "noseSneer": [
        ([(0.65, 3.1, 10.9), (0.95, 2.5, 10.9), (1.25, 2.0, 10.7)], 0.22, -0.07),
        ([(0.0, 3.3, 10.9), (0.3, 3.2, 10.9)], 0.22, -0.05),
        ([(2.0, 0.2, 10.3), (2.3, -0.6, 10.4), (2.6, -1.4, 10.3)], 0.26, -0.10),
    ],
    "mouthUpperUp": [([(2.05, 0.0, 10.3), (2.4, -0.8, 10.4), (2.75, -1.7, 10.2)], 0.26, -0.07)],
    "mouthFrown": [
        ([(2.85, -4.0, 10.0), (3.1, -4.8, 9.8), (3.0, -5.5, 9.6)], 0.28, -0.10),
        ([(0.0, -5.9, 11.0), (0.8, -5.9, 10.9)], 0.55, 0.07),  # mentalis
    ],
    "mouthShrugLower": [([(0.0, -5.9, 11.0), (0.9, -5.9, 10.9)], 0.60, 0.09)],
    "mouthDimple": [([(3.3, -3.0, 9.9), (3.5, -3.4, 9.8), (3.4, -3.8, 9.8)], 0.30, -0.14)],
    "mouthPress": [([(0.0, -4.9, 11.1), (1.2, -4.8, 10.9), (2.2, -4.4, 10.5)], 0.40, 0.05)],
    "mouthRollUpper": [([(0.0, -1.95, 11.55), (1.0, -1.95, 11.35), (2.1, -2.5, 10.75)], 0.45, 0.13)],
    "mouthRollLower": [([(0.0, -4.85, 11.1), (1.1, -4.75, 10.95), (2.1, -4.4, 10.55)], 0.48, 0.14)],
}


@cache
def fold_shapes() -> dict[str, Float[np.ndarray, "H 3"]]:
    """Return what folds add to the displacement of symmetric shapes on the average head's half mesh, cm."""
    sculpture = average_head()
    positions = sculpture.positions
    normals = quad_normals(sculpture.reflection.vectors(positions), sculpture.quads)[: len(positions)]
    where = np.zeros(len(positions))
    where[: sculpture.skin_count] = smooth_step(positions[: sculpture.skin_count, 2], 6.0, 8.0)
    lips = sculpture.template.mouth_rings[sculpture.template.border_ring - 1 :]
    where[np.concatenate([*lips, *sculpture.template.eye_rings[4:]])] = 0.0
    shapes = {}
    for name, strokes in STROKES.items():
        folded = positions.copy()
        carve(folded, normals, where, strokes)
        shapes[name] = folded - positions
    return shapes
