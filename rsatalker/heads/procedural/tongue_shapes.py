"""Motion of the tongue: tip to the teeth ridge, back to the palate, out between the lips."""

import numpy as np
from jaxtyping import Float

from rsatalker.heads.procedural.curves import bell, smooth_step
from rsatalker.heads.procedural.sculpture import Sculpture


def tongue_shapes(sculpture: Sculpture) -> dict[str, Float[np.ndarray, "H 3"]]:
    """Return displacement fields, cm: `tongueOut`, `tongueTipUp` (t, d, n, l) and `tongueBackUp` (k, g)."""
    along = sculpture.near_tip
    points = sculpture.positions[sculpture.tongue]
    tip = smooth_step(along, 0.45, 1.0)
    top = smooth_step(points[:, 1], -5.2, -4.0)
    back = bell(along - 0.34, 0.24)
    out_lift = 0.85 * smooth_step(along, 0.3, 0.7) - 0.5 * smooth_step(
        along, 0.75, 1.0
    )  # over teeth and lip, then down
    shapes = {
        "tongueOut": np.column_stack([-0.12 * points[:, 0] * tip, out_lift, 3.0 * smooth_step(along, 0.1, 0.95)]),
        "tongueTipUp": np.column_stack([0 * tip, 1.1 * smooth_step(along, 0.45, 1.0) ** 1.5, 0.12 * tip]),
        "tongueBackUp": np.column_stack([0 * tip, 1.05 * back * top, -0.2 * back]),
    }  # fmt: skip
    fields = {}
    for name, motion in shapes.items():
        fields[name] = np.zeros_like(sculpture.positions)
        fields[name][sculpture.tongue] = motion
    return fields
