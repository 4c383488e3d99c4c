"""The 43 shapes of `procedural-1` and their correctives for one person; `drive` says what raises them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.heads.procedural.curves import bell, smooth_step
from rsatalker.heads.procedural.drive import PARTING, SHAPE_INDEX
from rsatalker.heads.procedural.fold_shapes import fold_shapes
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.procedural.landmark_shapes import landmark_shapes, line_cavities, seal_lips
from rsatalker.heads.procedural.lid_motion import FADE, UPPER_CLOSES, lid_motion
from rsatalker.heads.procedural.sculpture import Sculpture
from rsatalker.heads.procedural.tongue_shapes import tongue_shapes

# Shares of the lid opening, (upper lid down, lower lid up), at weight 1.
LID_SHARES = {
    "eyeBlink": (UPPER_CLOSES, 1 - UPPER_CLOSES),
    "blinkMiddle": (UPPER_CLOSES / 2, (1 - UPPER_CLOSES) / 2),
    "eyeSquint": (0.16, 0.32),
    "eyeWide": (-0.30, -0.10),
    "gazeDown": (0.46, -0.12),  # at GAZE_PITCH_RAD: the lid covers the iris' top as it does when looking ahead
    "gazeUp": (-0.24, 0.08),
    "lowerLidUp": (0.03, 0.30),
}
LEFT_RIGHT_BLEND_CM = 0.9  # a one-sided shape fades out over the midline within this distance
JAW_FORWARD_TEETH_CM = 0.6
UPWARDS, OUTWARDS, SKEW = 0.30, 0.22, 0.16  # of a smile: gained, lost and moved to the left per 1 of its manner
SKIN_FOLLOWS_LIPS = 6.0  # rings around the red that lips pull along


def person_shapes(
    sculpture: Sculpture, positions: Float[np.ndarray, "H 3"], eye_center: Float[np.ndarray, "3"], identity: Identity
) -> Float[np.ndarray, "K V 3"]:
    """Return all shapes of a person on the whole mesh, centimetres, in the order of `SHAPE_INDEX`."""
    symmetric = _symmetric_shapes(sculpture, positions, eye_center)
    whole_x = sculpture.reflection.vectors(positions)[:, 0]
    left_share = smooth_step(whole_x, -LEFT_RIGHT_BLEND_CM, LEFT_RIGHT_BLEND_CM)
    shapes = np.zeros((len(SHAPE_INDEX), len(whole_x), 3))
    for name, index in SHAPE_INDEX.items():
        base = name.removesuffix("Left").removesuffix("Right")
        if base in ("mouth", "mouthClose"):
            continue
        field = sculpture.reflection.vectors(symmetric[base])
        if name.endswith("Left"):
            field = field * left_share[:, None]
        elif name.endswith("Right"):
            field = field * (1 - left_share)[:, None]
        shapes[index] = field
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        shapes[SHAPE_INDEX["mouth" + side]] = _mouth_sideways(sculpture, positions, sign)
        shapes[SHAPE_INDEX["mouthSmile" + side]] *= (1 + SKEW * identity.smile_skew * sign) * smile_way(identity)
    return shapes


def smile_way(identity: Identity) -> Float[np.ndarray, "3"]:
    """Return what a person's smile is multiplied by sideways, upwards and forwards."""
    return 1 + identity.smile_up * np.array([-OUTWARDS, UPWARDS, -OUTWARDS])


def _symmetric_shapes(
    sculpture: Sculpture, positions: Float[np.ndarray, "H 3"], eye_center: Float[np.ndarray, "3"]
) -> dict[str, Float[np.ndarray, "H 3"]]:
    lids = {name: lid_motion(sculpture, positions, eye_center, *shares) for name, shares in LID_SHARES.items()}
    lid_free = np.ones(len(positions))
    for ring, fade in zip(sculpture.template.eye_rings[::-1], FADE, strict=True):
        lid_free[ring] = 1 - fade
    lid_free[np.concatenate(sculpture.lid_edges)] = 0.0
    shapes = {name: field * lid_free[:, None] for name, field in landmark_shapes().items()}
    shapes |= tongue_shapes(sculpture)
    shapes["eyeBlink"] = lids["eyeBlink"]
    shapes["blinkHalf"] = lids["blinkMiddle"] - 0.5 * lids["eyeBlink"]
    for name in ("eyeSquint", "eyeWide"):
        shapes[name] = shapes[name] + lids[name]
    for name in ("gazeDown", "gazeUp", "lowerLidUp"):
        shapes[name] = lids[name]
    forward = shapes["jawForward"].copy()
    forward[np.concatenate([sculpture.lower_jaw, sculpture.tongue]), 2] += JAW_FORWARD_TEETH_CM
    shapes["jawForward"] = forward
    shapes["jawOpenCheeks"] = _jaw_open_cheeks(sculpture, positions)
    for name in PARTING:  # what mouthClose takes back of it
        shapes[f"{name}Held"] = seal_lips(shapes[name], sculpture) - shapes[name]
    return shapes


def _jaw_open_cheeks(sculpture: Sculpture, positions: Float[np.ndarray, "H 3"]) -> Float[np.ndarray, "H 3"]:
    """What skin does when the jaw opens wide: corners and cheeks drawn in, folds beside the mouth, taut lips."""
    x, y, z = positions.T
    front = smooth_step(z, 4.0, 7.0)
    corner = bell(x - 2.6, 1.1) * bell(y + 3.5, 1.3) * front
    cheek = bell(x - 5.0, 1.6) * bell(y + 3.0, 2.2) * front
    field = np.stack([-0.26 * corner - 0.34 * cheek, 0 * x, -0.22 * cheek], axis=1)
    field += _taut_lips(sculpture, len(x))
    field[:, 0] *= smooth_step(x, 0.0, 0.6)
    return line_cavities(field, sculpture) + fold_shapes()["jawOpenCheeks"]


def _taut_lips(sculpture: Sculpture, count: int) -> Float[np.ndarray, "H 3"]:
    """Lips stretched over the teeth: the opening is a rounded rectangle, and the upper teeth show below a thin lip."""
    rings = sculpture.template.mouth_rings
    border, cells = sculpture.template.border_ring, len(rings[0]) // 2
    along = -np.cos(np.arange(len(rings[0])) / cells * np.pi / 2)  # -1 lower midline, 0 corner, 1 upper midline
    upper, lower = np.maximum(along, 0.0), np.maximum(-along, 0.0)
    middle_up, middle_low = 1 - (1 - upper) ** 2.5, 1 - (1 - lower) ** 2.5
    square = bell(upper - 0.38, 0.26) * (upper > 0) - bell(lower - 0.38, 0.26) * (lower > 0)
    field = np.zeros((count, 3))
    for index, ring in enumerate(rings):
        red = np.clip((index - border) / (len(rings) - 1 - border), 0.0, 1.0)  # 0 border of the red, 1 where lips meet
        share = smooth_step(np.array(float(index)), border - SKIN_FOLLOWS_LIPS, float(border))
        rise = middle_up * (0.13 + 0.15 * red) + middle_low * (0.20 - 0.06 * red) + square * (0.10 + 0.14 * red)
        field[ring, 1] = share * rise
        field[ring, 2] = -share * (middle_up * 0.05 + middle_low * 0.07)
    return field


def _mouth_sideways(sculpture: Sculpture, positions: Float[np.ndarray, "H 3"], sign: float) -> Float[np.ndarray, "V 3"]:
    """The whole mouth drawn to one side; the corner on that side goes up and back a little."""
    whole = sculpture.reflection.vectors(positions)
    x, y, z = whole.T
    x = x * sign
    mouth = np.exp(-np.square(x / 3.6) - np.square((y + 3.6) / 2.5)) * smooth_step(z, 5.0, 8.5)
    corner = np.exp(-np.square((x - 2.6) / 1.2) - np.square((y + 3.5) / 1.4)) * smooth_step(z, 5.0, 8.5)
    field = np.stack([sign * (1.15 * mouth), 0.12 * corner, -0.45 * corner - 0.05 * mouth], axis=1)
    still = np.concatenate([sculpture.upper_jaw, sculpture.lower_jaw, sculpture.tongue, sculpture.eyeball])
    partner = sculpture.reflection.partner
    field[np.concatenate([still, partner[still]])] = 0.0
    contact = sculpture.template.mouth_rings[-1]
    for index, strip in enumerate(sculpture.mouth_bag[:-1]):
        share = max(0.0, 1 - index / 6)
        field[strip] = field[contact] * share
        field[partner[strip]] = field[partner[contact]] * share
    return field
