"""Who a head is: named parameters that turn the average head into a person."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

from rsatalker.heads.procedural.anatomy import EYE_CENTER
from rsatalker.heads.procedural.curves import bell, nearest_on_polyline, smooth_step
from rsatalker.heads.procedural.lid_motion import lid_motion
from rsatalker.heads.procedural.sculpture import Sculpture

Points = Float[np.ndarray, "H 3"]  # of the left half, cm


@dataclass(frozen=True, slots=True)
class Identity:
    """One person's build; 0 is the average, about -1 to 1 the span of ordinary people. The head's `betas`.

    Attributes:
        male: From female (-1) to male (1): jaw, brows, neck, shoulders, lips.
        age: From young (0) to old (1): folds, jowls, thinner lips, larger ears and nose.
        fat: Cheeks, chin and neck.
        face_width: Width of face and skull.
        face_length: Length of the lower face.
        forehead: Height of the forehead.
        brow_ridge: How far the brows stand out.
        brow_height: How high the brows lie.
        cheekbones: How far the cheekbones stand out.
        jaw: How broad and square the jaw is.
        taper: How much the face narrows to the chin.
        chin: How far the chin stands out.
        nose: Size of the nose.
        nose_width: Width of its wings.
        nose_bridge: Height of its bridge.
        nose_tip: How far its tip points up.
        eye_spacing: Distance between the eyes.
        eye_open: How wide the lids are open.
        eye_tilt: How much higher the outer corners lie.
        lips: Fullness of the lips.
        mouth_width: Width of the mouth.
        ears: Size of the ears.
        neck: Thickness of the neck.
    """

    male: float = 0.0
    age: float = 0.0
    fat: float = 0.0
    face_width: float = 0.0
    face_length: float = 0.0
    forehead: float = 0.0
    brow_ridge: float = 0.0
    brow_height: float = 0.0
    cheekbones: float = 0.0
    jaw: float = 0.0
    taper: float = 0.0
    chin: float = 0.0
    nose: float = 0.0
    nose_width: float = 0.0
    nose_bridge: float = 0.0
    nose_tip: float = 0.0
    eye_spacing: float = 0.0
    eye_open: float = 0.0
    eye_tilt: float = 0.0
    lips: float = 0.0
    mouth_width: float = 0.0
    ears: float = 0.0
    neck: float = 0.0

    @property
    def betas(self) -> Float[np.ndarray, " B"]:
        """The parameters as a vector, in the order of the fields."""
        return np.array([getattr(self, field.name) for field in fields(self)], np.float32)


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
    _carry_inner_parts(move, sculpture)
    _carry_ear(points, move, identity, sculpture)
    move[points[:, 0] == 0.0, 0] = 0.0
    person, eye_center = points + move, EYE_CENTER + eye_move
    opening = -0.22 * identity.eye_open  # share of the opening that the lids cover
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
    move[:, 0] += x * (0.065 * identity.face_width + 0.012 * identity.male) * head
    move[:, 1] -= 0.02 * identity.face_width * (y - 3.0) * head
    move[:, 1] += identity.forehead * 0.5 * smooth_step(y, 6.0, 12.0)
    move[:, 1] -= identity.face_length * 0.5 * smooth_step(y, 1.0, -7.0) * smooth_step(z, -6.0, 2.0)
    _push(
        points,
        move,
        bell(y - 8.5, 2.6) * smooth_step(z, 6.0, 9.5),
        0,
        0,
        -0.22 * max(identity.male, 0) + 0.10 * max(-identity.male, 0),
    )


def _shape_jaw(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    breadth = identity.jaw + 0.6 * identity.male
    _push(points, move, _at(points, 6.0, -4.2, 4.0, 3.2, 2.8), 0.60 * breadth, -0.15 * breadth)
    low = smooth_step(-y, 0.5, 7.0) * smooth_step(y, -9.5, -6.0) * smooth_step(z, -1.5, 2.5)
    move[:, 0] -= x * 0.07 * (identity.taper - 0.3 * identity.male) * low
    move[:, 1] -= 0.24 * breadth * low
    strength = identity.chin + 0.4 * breadth
    _push(points, move, _at(points, 0.0, -6.9, 10.2, 2.4, 1.9), 0.0, -0.32 * strength, 0.40 * strength)
    _push(points, move, _at(points, 1.7, -6.7, 9.8, 1.5), 0.28 * breadth)


def _shape_nose(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    nose = np.exp(-((x / 2.0) ** 4) - ((y - 0.6) / 2.4) ** 4) * smooth_step(z, 9.4, 11.2)
    size = identity.nose + 0.3 * identity.male + 0.2 * max(identity.age, 0)
    move += (nose * size * 0.13)[:, None] * (points - [0.0, 2.2, 9.6])
    move[:, 0] += nose * x * (0.24 * identity.nose_width + 0.05 * identity.male) * smooth_step(-y, -1.6, 0.2)
    bridge = identity.nose_bridge + 0.25 * identity.male
    _push(points, move, bell(x, 1.0) * bell(y - 2.2, 1.3) * smooth_step(z, 9.4, 11.0), 0, 0, 0.30 * bridge)
    tip = identity.nose_tip - 0.25 * identity.male - 0.3 * max(identity.age, 0)
    _push(points, move, bell(x, 1.5) * bell(y - 0.1, 1.0) * smooth_step(z, 10.6, 12.2), 0, 0.28 * tip, 0.04 * tip)


def _shape_brow_and_cheek(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    ridge = identity.brow_ridge + 0.6 * identity.male
    brow = bell(y - 5.45 + 0.06 * x, 0.85) * smooth_step(z, 7.0, 8.6) * smooth_step(x, 6.6, 5.4)
    _push(points, move, brow, 0.0, -0.10 * ridge, 0.22 * ridge)
    height = 0.24 * identity.brow_height - 0.08 * identity.male - 0.08 * max(identity.age, 0)
    _push(points, move, bell(y - 5.7, 1.1) * smooth_step(z, 6.5, 8.5), 0.0, height)
    bone = identity.cheekbones - 0.15 * identity.male
    _push(points, move, _at(points, 4.9, 0.6, 8.8, 1.9), 0.16 * bone, 0.08 * bone, 0.22 * bone)
    hollow = identity.fat * 0.55 - 0.18 * max(identity.age, 0) - 0.14 * identity.male - 0.10 * identity.cheekbones
    _push(points, move, _at(points, 4.8, -2.6, 8.4, 2.3), hollow, -0.2 * max(identity.age, 0), 0.45 * hollow)


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
        move[ring, 1] += share * side * 0.15 * full
        move[ring, 2] += share * np.abs(side) ** 0.5 * 0.15 * full
    width = identity.mouth_width + 0.15 * identity.male
    _push(points, move, _at(points, 2.5, -3.5, 10.4, 1.5), 0.25 * width)


def _age(points: Points, move: Points, identity: Identity) -> None:
    age = max(identity.age, 0.0)
    x, _y, z = points.T
    front = smooth_step(z, 1.0, 7.0)
    _push(points, move, _at(points, 3.9, -5.9, 7.9, 1.4), 0.2 * age, -0.42 * age)  # jowl
    fold = np.array([(1.95, 0.3), (2.55, -0.9), (3.05, -2.2), (3.2, -3.5)])
    distance = nearest_on_polyline(points[:, :2], fold)[0]
    _push(points, move, front * bell(distance, 0.32), 0, 0, -0.15 * age)
    _push(
        points, move, front * bell(distance - 0.75, 0.6) * smooth_step(x, 1.8, 2.6), 0.03 * age, -0.05 * age, 0.12 * age
    )
    line = np.array([(3.0, -4.1), (3.15, -4.9), (3.0, -5.7)])
    _push(
        points, move, front * bell(nearest_on_polyline(points[:, :2], line)[0], 0.3), 0, 0, -0.10 * age
    )  # marionette line
    _push(points, move, _at(points, 3.1, 2.2, 9.4, 0.95, 0.3), 0, -0.05 * age, 0.12 * age)  # bag under the eye
    _push(points, move, _at(points, 3.1, 1.75, 9.4, 1.1, 0.3), 0, 0, -0.08 * age)
    _push(points, move, _at(points, 4.1, 4.6, 9.3, 1.1, 0.45), 0, -0.14 * age, 0.02 * age)  # hooded lid
    _push(points, move, _at(points, 6.2, 5.0, 6.6, 1.6, 2.0), -0.16 * age)  # temple
    _push(points, move, _at(points, 0.9, -9.6, 5.0, 0.5, 1.6), 0, 0, 0.22 * age)  # cord of the neck


def _shape_neck(points: Points, move: Points, identity: Identity) -> None:
    x, y, z = points.T
    neck = smooth_step(-y, 4.5, 9.0) * smooth_step(y, -17.0, -11.0) * smooth_step(z, 9.0, 6.0)
    thick = 0.09 * identity.male + 0.07 * identity.fat + 0.08 * identity.neck
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
    center = points[np.concatenate(sculpture.ear[1:4])].mean(axis=0)
    for index, ring in enumerate(sculpture.ear[1:]):
        share = min(1.0, (index + 1) / 4)  # the skin around the root goes over into the ear
        move[ring] += share * (ride + (points[ring] - center) * size - move[ring])
