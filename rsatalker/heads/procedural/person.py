"""From the average head to a person: what each parameter of an identity does to the sculpture.

Our own choice of figures, of the size that adults have: men (`male` 1) and women (-1) differ in the breadth of the
face, 137 / 130 mm, of the jaw 97 / 91, the height of the face below the nose 73 / 64, the breadth of the nose 35 / 31
and of the mouth 54.5 / 50, and the circumference of the neck 397 / 329. A nose of `nose_width` 1 is 44 mm broad.
Eyeballs have one size in everyone. No publication was at hand to compare them with, so none is cited: look into a
handbook (Farkas, Anthropometry of the Head and Face, is the usual one) before you call these heads a population.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.anatomy import EYE_CENTER
from rsatalker.heads.procedural.curves import bell, nearest_on_polyline, smooth_step
from rsatalker.heads.procedural.identity import Identity
from rsatalker.heads.procedural.lid_motion import lid_motion
from rsatalker.heads.procedural.sculpture import Sculpture

RELAXED_LIDS = 0.08  # share of the opening that lids cover at rest, a millimetre: above a whole iris they would stare
LEVEL_CORNERS_CM = 0.10  # that the corners of a calm mouth lie higher than the sculpture's: drawn down they look sad

Points = Float[np.ndarray, "H 3"]  # of the left half, cm


def shape_person(sculpture: Sculpture, identity: Identity) -> tuple[Float[np.ndarray, "H 3"], Float[np.ndarray, "3"]]:
    """Return a person's half mesh and the centre of the left eye, cm."""
    points = sculpture.positions
    move = np.zeros_like(points)
    _shape_skull(points, move, identity)
    _shape_jaw(points, move, identity)
    _shape_nose(points, move, identity)
    _shape_brow_and_cheek(points, move, identity)
    _shape_mouth(points, move, identity, sculpture)
    _age(points, move, identity)
    _shape_neck(points, move, identity)
    eye_move = _carry_eye(points, move, identity, sculpture)
    _fold_lid(points, move, identity, sculpture)
    _carry_inner_parts(move, sculpture)
    _carry_ear(points, move, identity, sculpture)
    move[points[:, 0] == 0.0, 0] = 0.0
    person, eye_center = points + move, EYE_CENTER + eye_move
    opening = RELAXED_LIDS - 0.22 * identity.eye_open
    return person + lid_motion(sculpture, person, eye_center, opening, 0.5 * opening), eye_center


def _at(
    points: Points, x: float, y: float, z: float, width: float, height: float | None = None
) -> Float[np.ndarray, " H"]:
    """Bell around a place on the left half."""
    height, depth = height or width, 1.3 * width
    return bell(points[:, 0] - x, width) * bell(points[:, 1] - y, height) * bell(points[:, 2] - z, depth)


def _push(
    points: Points, move: Points, weight: Float[np.ndarray, " H"], x: float = 0.0, y: float = 0.0, z: float = 0.0
) -> None:
    """Add a push in place; sideways it fades out towards the midline, which stays."""
    move[:, 0] += weight * x * smooth_step(points[:, 0], 0.0, 0.7)
    move[:, 1] += weight * y
    move[:, 2] += weight * z


def _shape_skull(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    head = smooth_step(y, -9.5, -6.0)
    move[:, 0] += x * (0.060 * identity.face_width + 0.022 * identity.male) * head
    move[:, 1] += (0.016 * identity.male - 0.02 * identity.face_width) * (y - 3.0) * head
    move[:, 2] += 0.016 * identity.male * (z - 4.0) * head
    move[:, 1] += identity.forehead * 0.5 * smooth_step(y, 6.0, 12.0)
    length = 0.5 * identity.face_length + 0.40 * identity.male
    move[:, 1] -= length * smooth_step(y, 1.0, -7.0) * smooth_step(z, -6.0, 2.0)
    slope = -0.20 * max(identity.male, 0) + 0.12 * max(-identity.male, 0)  # a man's forehead leans back
    _push(points, move, bell(y - 8.5, 2.6) * smooth_step(z, 6.0, 9.5), 0, 0, slope)


def _shape_jaw(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    breadth = identity.jaw + 0.30 * identity.male
    _push(points, move, _at(points, 6.0, -4.0, 3.6, 2.8, 2.4), 0.42 * breadth, -0.18 * breadth)
    low = smooth_step(-y, 0.5, 7.0) * smooth_step(y, -9.5, -6.0) * smooth_step(z, -1.5, 2.5)
    move[:, 0] -= x * 0.075 * (identity.taper - 0.15 * identity.male) * low
    move[:, 1] -= 0.16 * breadth * low
    strength = identity.chin + 0.25 * identity.male
    _push(points, move, _at(points, 0.0, -6.9, 10.2, 2.2, 1.8), 0.0, -0.26 * strength, 0.40 * strength)
    _push(points, move, _at(points, 1.6, -6.8, 9.8, 1.3), 0.20 * identity.male + 0.16 * identity.jaw)
    muzzle = np.exp(-np.square(x / 3.4)) * bell(y + 3.2, 2.6) * smooth_step(z, 6.5, 10.0)
    _push(points, move, muzzle, 0, 0, 0.42 * identity.muzzle)


def _shape_nose(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    nose = np.exp(-((x / 2.0) ** 4) - ((y - 0.6) / 2.4) ** 4) * smooth_step(z, 9.4, 11.2)
    size = identity.nose + 0.3 * identity.male + 0.2 * max(identity.age, 0)
    move += (nose * size * 0.13)[:, None] * (points - [0.0, 2.2, 9.6])
    wings = smooth_step(-y, -1.6, 0.2)
    move[:, 0] += nose * x * (0.22 * identity.nose_width + 0.03 * identity.male) * wings
    move[:, 2] -= nose * 0.22 * max(identity.nose_width, 0) * smooth_step(z, 11.6, 13.0)  # a broad tip is a low one
    bridge = identity.nose_bridge + 0.25 * identity.male
    _push(points, move, bell(x, 1.0) * bell(y - 2.2, 1.3) * smooth_step(z, 9.4, 11.0), 0, 0, 0.32 * bridge)
    _push(
        points, move, bell(x, 0.75) * bell(y - 1.9, 0.75) * smooth_step(z, 9.8, 11.2), 0, 0, 0.22 * identity.nose_hump
    )
    tip = identity.nose_tip - 0.2 * identity.male - 0.3 * max(identity.age, 0)
    _push(points, move, bell(x, 1.5) * bell(y - 0.1, 1.0) * smooth_step(z, 10.6, 12.2), 0, 0.28 * tip, 0.04 * tip)


def _shape_brow_and_cheek(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    age = max(identity.age, 0.0)
    ridge = identity.brow_ridge + 0.55 * identity.male
    brow = bell(y - 5.45 + 0.06 * x, 0.85) * smooth_step(z, 7.0, 8.6) * smooth_step(x, 6.6, 5.4)
    _push(points, move, brow, 0.0, -0.12 * ridge, 0.22 * ridge)
    height = 0.24 * identity.brow_height - 0.10 * identity.male - 0.08 * age
    _push(points, move, bell(y - 5.7, 1.1) * smooth_step(z, 6.5, 8.5), 0.0, height)
    bone = identity.cheekbones - 0.1 * identity.male
    _push(points, move, _at(points, 5.2, 0.9, 8.3, 1.7, 1.3), 0.22 * bone, 0.06 * bone, 0.20 * bone)
    lean = 0.16 * max(-identity.fat, 0) + 0.16 * age + 0.07 * max(identity.cheekbones, 0) + 0.05 * identity.male
    _push(points, move, _at(points, 4.9, -2.3, 8.2, 1.9, 1.7), -1.1 * lean, 0.0, -0.9 * lean)  # below the cheekbone
    full = max(identity.fat, 0.0)
    _push(points, move, _at(points, 5.2, -2.9, 6.8, 2.6, 2.6), 0.62 * full, -0.18 * full, 0.34 * full)
    _push(points, move, _at(points, 3.6, -0.6, 9.6, 1.6, 1.4), 0.10 * full, 0.0, 0.22 * full)
    _push(points, move, _at(points, 3.6, -6.4, 8.0, 2.0, 1.6), 0.40 * full, -0.38 * full, 0.15 * full)  # jowl


def _shape_mouth(points: Points, move: Points, identity: Identity, sculpture: Sculpture) -> None:
    rings = sculpture.template.mouth_rings
    cells = len(rings[0]) // 2
    side = -np.cos(np.arange(2 * cells + 1) / cells * np.pi / 2)
    full = identity.lips - 0.3 * identity.male - 0.4 * max(identity.age, 0)
    outside = sculpture.template.border_ring
    for index, ring in enumerate(rings):
        share = float(
            np.interp(index, (0, 3, outside, outside + 2, outside + 4, outside + 6), (0, 0.12, 0.85, 1, 0.5, 0))
        )
        move[ring, 1] += share * side * 0.19 * full
        move[ring, 2] += share * np.abs(side) ** 0.5 * 0.17 * full
    _push(points, move, _at(points, 2.55, -3.5, 10.2, 0.7), 0.0, LEVEL_CORNERS_CM)
    width = identity.mouth_width + 0.2 * identity.male
    _push(points, move, _at(points, 2.5, -3.5, 10.4, 1.5), 0.25 * width)


def _age(points: Points, move: Points, identity: Identity) -> None:
    age = max(identity.age, 0.0)
    x, y, z = points.T
    front = smooth_step(z, 1.0, 7.0)
    _push(points, move, _at(points, 3.7, -6.1, 8.0, 1.3), 0.16 * age, -0.40 * age)  # jowl
    _push(points, move, _at(points, 2.3, -6.9, 9.4, 0.8), -0.05 * age, 0.22 * age, -0.10 * age)  # notch before it
    fold = np.array([(1.95, 0.3), (2.55, -0.9), (3.05, -2.2), (3.2, -3.5)])
    distance = nearest_on_polyline(points[:, :2], fold)[0]
    _push(points, move, front * bell(distance, 0.30), 0, 0, -0.19 * age)
    outside = front * bell(distance - 0.75, 0.6) * smooth_step(x, 1.8, 2.6)
    _push(points, move, outside, 0.04 * age, -0.08 * age, 0.14 * age)
    marionette = nearest_on_polyline(points[:, :2], np.array([(3.0, -4.1), (3.15, -4.9), (3.0, -5.7)]))[0]
    _push(points, move, front * bell(marionette, 0.3), 0, 0, -0.14 * age)
    _push(points, move, _at(points, 3.1, 2.2, 9.4, 1.0, 0.34), 0, -0.08 * age, 0.19 * age)  # bag under the eye
    _push(points, move, _at(points, 3.0, 1.6, 9.5, 1.2, 0.32), 0, 0, -0.17 * age)  # groove below it
    _push(points, move, _at(points, 4.1, 4.6, 9.3, 1.1, 0.45), 0, -0.20 * age, 0.03 * age)  # hooded lid
    _push(points, move, _at(points, 2.4, 4.7, 9.7, 0.9, 0.45), 0, 0, -0.14 * age)  # hollow above the eye
    _push(points, move, _at(points, 6.2, 5.0, 6.6, 1.6, 2.0), -0.28 * age)  # temple
    _push(points, move, front * bell(y + 3.4, 1.3) * bell(x, 2.4), 0, 0, -0.16 * age)  # lips lose their support
    for cord, depth in ((0.9, 0.30), (2.2, 0.16)):
        _push(points, move, _at(points, cord, -9.9, 5.0, 0.45, 1.7), 0, -0.10 * age, depth * age)  # cords of the neck


def _shape_neck(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    neck = smooth_step(-y, 4.5, 9.0) * smooth_step(y, -17.0, -11.0) * smooth_step(z, 9.0, 6.0)
    thick = 0.075 * identity.male + 0.09 * identity.fat + 0.08 * identity.neck
    move[:, 0] += x * neck * thick
    move[:, 2] += (z + 1.5) * neck * 0.8 * thick
    shoulders = smooth_step(-y, 13.0, 19.0)
    move[:, 0] += x * shoulders * (0.08 * identity.male + 0.05 * identity.fat)
    move[:, 1] += (
        0.6 * identity.male * smooth_step(-y, 10.0, 14.0) * smooth_step(x, 3.0, 8.0) * smooth_step(x, 17.0, 9.0)
    )
    _push(points, move, _at(points, 0.0, -8.2, 7.5, 2.8), 0.0, -0.8 * max(identity.fat, 0) - 0.3 * max(identity.age, 0))
    _push(
        points,
        move,
        bell(y + 10.2, 0.8) * bell(x, 0.8) * smooth_step(z, 3.0, 4.5),
        0.0,
        0.0,
        0.16 * max(identity.male, 0),
    )


def _carry_eye(points: Points, move: Points, identity: Identity, sculpture: Sculpture) -> Float[np.ndarray, "3"]:
    """Move eyeball and lids as one, so that the lids go on fitting the ball; return the eye's displacement."""
    margin = sculpture.template.eye_rings[-1]
    eye_move = move[margin].mean(axis=0)
    eye_move[0] += 0.20 * identity.eye_spacing
    offset = points - EYE_CENTER
    distance = np.hypot(offset[:, 0], 1.15 * offset[:, 1])
    near = np.exp(-np.square(np.maximum(distance - 1.55, 0.0) / 0.75)) * smooth_step(points[:, 2], 5.0, 7.5)
    near[sculpture.eyeball] = 1.0
    near[np.concatenate([*sculpture.lid_edges, sculpture.caruncle])] = 1.0
    move += near[:, None] * (eye_move - move)
    tilt = 0.10 * identity.eye_tilt
    for ring, share in zip(
        sculpture.template.eye_rings[::-1], (1, 1, 0.95, 0.85, 0.7, 0.5, 0.3, 0.15, 0.05), strict=False
    ):
        _turn(points, move, ring, tilt * share)
    for ring in sculpture.lid_edges:
        _turn(points, move, ring, tilt)
    return eye_move


def _fold_lid(points: Points, move: Points, identity: Identity, sculpture: Sculpture) -> None:
    """Fill the crease of the upper lid and draw the skin over the inner corner."""
    rings = sculpture.template.eye_rings[::-1]  # from the margin
    size = len(rings[0])
    along = np.arange(size) / size * 2  # 0 outer corner, 1 inner corner, then back along the lower lid
    upper = smooth_step(np.sin(along * np.pi), 0.0, 0.5) * (along < 1)
    inner = bell(along - 0.86, 0.13) * identity.eye_fold
    first, last = points[rings[FOLD_FROM]], points[rings[FOLD_TO]]
    for index in range(FOLD_FROM + 1, FOLD_TO):
        share = (index - FOLD_FROM) / (FOLD_TO - FOLD_FROM)
        flat = first + share * (last - first)
        outward = flat - EYE_CENTER
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        flat += 0.10 * np.sin(np.pi * share) * outward
        move[rings[index]] += (upper * identity.eye_fold)[:, None] * (flat - points[rings[index]])
    for index in range(FOLD_TO):
        share = 1 - index / FOLD_TO
        move[rings[index]] += (share * inner)[:, None] * INNER_FOLD_CM
    for ring in sculpture.lid_edges:
        move[ring] += inner[:, None] * INNER_FOLD_CM


FOLD_FROM, FOLD_TO = 1, 8  # rings from the margin between which the crease is filled
INNER_FOLD_CM = np.array([-0.03, -0.13, 0.04])


def _turn(points: Points, move: Points, ring: Int[np.ndarray, " R"], angle: float) -> None:
    """Turn a ring about the line of sight."""
    x, y = (points[ring] - EYE_CENTER)[:, :2].T
    move[ring, 0] += x * (np.cos(angle) - 1) - y * np.sin(angle)
    move[ring, 1] += x * np.sin(angle) + y * (np.cos(angle) - 1)


def _carry_inner_parts(move: Points, sculpture: Sculpture) -> None:
    """Move teeth and tongue with the mouth, and the linings of mouth and nostrils with their rims."""
    contact = sculpture.template.mouth_rings[-1]
    cells = len(contact) // 2
    lower, upper = contact[np.arange(cells)], contact[np.arange(2 * cells, cells, -1)]
    move[lower] = move[upper] = 0.5 * (move[lower] + move[upper])
    mouth = move[contact].mean(axis=0) * [0.0, 1.0, 1.0]
    for index, strip in enumerate(sculpture.mouth_bag[:-1]):
        share = max(0.0, 1 - index / 4)
        move[strip] = share * move[contact] + (1 - share) * mouth
    move[np.concatenate([sculpture.mouth_bag[-1], sculpture.upper_jaw, sculpture.lower_jaw, sculpture.tongue])] = mouth
    rim = move[sculpture.nostril[2]]
    for ring in sculpture.nostril[3:-1]:
        move[ring] = rim
    move[sculpture.nostril[-1]] = rim.mean(axis=0)


def _carry_ear(points: Points, move: Points, identity: Identity, sculpture: Sculpture) -> None:
    """Let the ear ride on its root, larger or smaller."""
    size = 0.06 * identity.ears + 0.06 * max(identity.age, 0) + 0.03 * identity.male
    ride = move[sculpture.ear[0]].mean(axis=0)
    out = 0.35 * identity.ears_out
    center = points[np.concatenate(sculpture.ear[1:4])].mean(axis=0)
    for index, ring in enumerate(sculpture.ear[1:]):
        share = min(1.0, (index + 1) / 4)  # the skin around the root goes over into the ear
        move[ring] += share * (ride + (points[ring] - center) * size - move[ring])
        behind = smooth_step(center[2] - points[ring, 2], -0.6, 2.0)
        move[ring, 0] += share * out * behind  # it turns about its front edge
