"""Expression shapes spread from the motion of named landmarks.

The motions are those of ICT-FaceKit's shapes at 63 landmarks (see `landmarks.json`), spread over our own surface by a
thin-plate spline. Spreading happens with the jaw open: there upper and lower lip lie apart and do not drag each other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import Float
from scipy.interpolate import RBFInterpolator
from scipy.spatial import KDTree

from rsatalker.heads.procedural.anatomy import landmark_figures, landmark_positions
from rsatalker.heads.procedural.curves import smooth_step
from rsatalker.heads.procedural.fold_shapes import fold_shapes
from rsatalker.heads.procedural.half_mesh import MIRROR
from rsatalker.heads.procedural.sculpture import Sculpture, average_head
from rsatalker.heads.procedural.skinning import JAW_JOINT, joint_shares
from rsatalker.heads.rotations import matrix_from_axis_angle, rotate_about

SPREAD_JAW_RAD = 0.35
LOWER_LIP_LANDMARKS = {"mp55", "mp56", "mp57", "mp65", "mp66"}
UPPER_LIP_LANDMARKS = {"mp51", "mp52", "mp53", "mp62", "mp63"}
# Shapes in which the lips stay together.
SEALED = frozenset({
    "mouthSmile", "mouthFrown", "mouthPress", "mouthStretch", "mouthDimple", "cheekPuff", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "cheekSquint", "eyeSquint", "eyeWide", "browDown", "browOuterUp", "browInnerUp",
    "jawForward", "mouthPucker", "noseSneer",
})  # fmt: skip
# How much stronger than measured a shape is: where motion reads weakly, or hides too much of the lips.
GAINS = {"mouthRollUpper": 0.9, "mouthRollLower": 0.9, "mouthShrugUpper": 1.2, "mouthShrugLower": 1.1, "browDown": 1.5}
# Places that no expression moves: ears, neck, cranium.
ANCHORS = np.array([
    (7.4, 1, 1.5), (7.8, 5.6, 1), (0, 12.5, 6), (4, 11.5, 6), (7, 9, 3), (0, -10, 5.5), (4.5, -9, 3), (5.8, -6.5, 0),
    (6.6, -2, -0.5), (0, 3, -9), (6, 3, -6), (7.5, 3.2, 2.8), (0, -13.5, 3.6), (0, 10, 9.2), (3.5, 10, 8.6),
])  # fmt: skip


@cache
def landmark_shapes() -> dict[str, Float[np.ndarray, "H 3"]]:
    """Return symmetric displacement fields on the average head's half mesh, cm, by shape name without side."""
    sculpture = average_head()
    names, landmarks = landmark_positions()
    embedded, centers = _with_jaw_open(sculpture, names, landmarks)
    off_midline = centers[:, 0] > 0.01
    anchors = np.concatenate([ANCHORS, ANCHORS[ANCHORS[:, 0] > 0.01] * MIRROR])
    all_centers = np.concatenate([centers, centers[off_midline] * MIRROR, anchors])
    figures = landmark_figures()["shapes"]
    motions = np.array([[figures[shape].get(name, (0.0, 0.0, 0.0)) for name in names] for shape in figures])
    full = np.concatenate(
        [motions, motions[:, off_midline] * MIRROR, np.zeros((len(motions), len(anchors), 3))], axis=1
    )
    columns = np.moveaxis(full, 0, 1).reshape(len(all_centers), -1)
    spread = RBFInterpolator(all_centers, columns, kernel="thin_plate_spline", smoothing=0.003)
    skin = np.arange(len(embedded))
    fields = spread(embedded).reshape(len(skin), len(motions), 3)
    shapes = {}
    for index, shape in enumerate(figures):
        moving = np.linalg.norm(motions[index], axis=1) > 0.02
        active = centers[moving]
        distance = KDTree(np.concatenate([active, active * MIRROR])).query(embedded)[0]
        field = fields[:, index] * (1 - smooth_step(distance, 1.6, 4.2))[:, None]
        field[sculpture.positions[:, 2] < 0] = 0.0
        field = line_cavities(field * GAINS.get(shape, 1.0), sculpture)
        if shape in SEALED:
            field = seal_lips(field, sculpture)
        shapes[shape] = _smoothed(field, sculpture) + fold_shapes().get(shape, 0.0)
    return shapes


def _with_jaw_open(
    sculpture: Sculpture, names: list[str], landmarks: Float[np.ndarray, "K 3"]
) -> tuple[Float[np.ndarray, "H 3"], Float[np.ndarray, "K 3"]]:
    """Return half mesh and landmarks after opening the jaw."""
    share = joint_shares(sculpture).jaw
    rotation = matrix_from_axis_angle(np.array([SPREAD_JAW_RAD, 0.0, 0.0]))
    rings = sculpture.template.mouth_rings
    cells = len(rings[0]) // 2
    lips = np.array(rings[sculpture.template.border_ring :])
    candidates = {True: np.unique(lips[:, :cells]), False: np.unique(lips[:, cells + 1 :])}
    skin = np.arange(sculpture.skin_count)
    shares = []
    for name, point in zip(names, landmarks, strict=True):
        lip = name in LOWER_LIP_LANDMARKS or name in UPPER_LIP_LANDMARKS
        ids = candidates[name in LOWER_LIP_LANDMARKS] if lip else skin
        distance = np.linalg.norm(sculpture.positions[ids] - point, axis=1)
        shares.append(share[ids[distance.argmin()]])
    return (
        rotate_about(sculpture.positions, rotation, JAW_JOINT, share),
        rotate_about(landmarks, rotation, JAW_JOINT, np.array(shares)),
    )


def line_cavities(field: Float[np.ndarray, "H 3"], sculpture: Sculpture) -> Float[np.ndarray, "H 3"]:
    """Let mouth bag, lid edges and nostrils follow their rims, and keep ears, eyes and teeth still."""
    field = field.copy()
    contact = sculpture.template.mouth_rings[-1]
    for index, strip in enumerate(sculpture.mouth_bag[:-1]):
        field[strip] = field[contact] * max(0.0, 1 - index / 6)
    field[sculpture.mouth_bag[-1]] = 0.0
    for ring in sculpture.lid_edges:
        field[ring] = field[sculpture.template.eye_rings[-1]]
    rim = field[sculpture.nostril[2]]
    for ring in sculpture.nostril[3:-1]:
        field[ring] = 0.5 * rim + 0.5 * rim.mean(axis=0)
    field[sculpture.nostril[-1]] = rim.mean(axis=0)
    for ring in sculpture.ear[2:]:
        field[ring] = 0.0
    field[
        np.concatenate(
            [sculpture.eyeball, sculpture.caruncle, sculpture.upper_jaw, sculpture.lower_jaw, sculpture.tongue]
        )
    ] = 0.0
    return field


SEAL_REACH = (1.0, 0.88, 0.7, 0.5, 0.32, 0.18, 0.08, 0.03)  # share of the correction, by rings from the contact line


def seal_lips(field: Float[np.ndarray, "H 3"], sculpture: Sculpture) -> Float[np.ndarray, "H 3"]:
    """Return the field with both sides of the contact line moving as one; the change fades over the lips."""
    field = field.copy()
    rings = sculpture.template.mouth_rings
    contact, cells = rings[-1], len(rings[-1]) // 2
    lower, upper = np.arange(cells), np.arange(2 * cells, cells, -1)
    mean = 0.5 * (field[contact[lower]] + field[contact[upper]])
    for_lower, for_upper = mean - field[contact[lower]], mean - field[contact[upper]]
    bag = [(strip, max(0.0, 1 - index / 6)) for index, strip in enumerate(sculpture.mouth_bag[:-1])]
    for ring, share in [*zip(rings[::-1], SEAL_REACH, strict=False), *bag]:
        field[ring[lower]] += share * for_lower
        field[ring[upper]] += share * for_upper
    return field


def _smoothed(field: Float[np.ndarray, "H 3"], sculpture: Sculpture) -> Float[np.ndarray, "H 3"]:
    free = np.ones(len(field))
    held = [*sculpture.template.mouth_rings[-LIPS_HELD:], *sculpture.mouth_bag,
            *sculpture.template.eye_rings[5:], *sculpture.lid_edges, sculpture.eyeball, sculpture.upper_jaw,
            sculpture.lower_jaw, sculpture.tongue]  # fmt: skip
    free[np.concatenate(held)] = 0.0
    for _ in range(2):
        field = field + 0.5 * free[:, None] * (sculpture.averaged(field) - field)
    return field


LIPS_HELD = 7  # rings at the contact line that smoothing leaves alone
