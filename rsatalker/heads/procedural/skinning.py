"""Which share of each joint's motion every vertex takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rsatalker.heads.procedural.curves import smooth_step
from rsatalker.heads.procedural.sculpture import Sculpture

ROOT_JOINT = np.array([0.0, -17.0, -2.5])
NECK_JOINT = np.array([0.0, -7.5, -2.2])
JAW_JOINT = np.array([0.0, -0.45, 1.8])  # between the condyles, in front of and below the ear canals
CORNER_SHARE = 0.40  # the corner of the mouth rides this share of the jaw's motion
CLOSED_SHARE = 0.21  # where both lips ride when mouthClose holds them together under an open jaw


@dataclass(frozen=True)
class JointShares:
    """Shares of motion on the half mesh, 0 to 1.

    Attributes:
        neck: Share of the neck's rotation.
        jaw: Share of the jaw's rotation with lips apart.
        jaw_closed: Share of the jaw's rotation when mouthClose holds the lips together; both lips have the same.
    """

    neck: Float[np.ndarray, " H"]
    jaw: Float[np.ndarray, " H"]
    jaw_closed: Float[np.ndarray, " H"]


def joint_shares(sculpture: Sculpture) -> JointShares:
    """Return the shares of the average head; every identity uses the same."""
    jaw = _jaw_share(sculpture)
    return JointShares(_neck_share(sculpture), jaw, _closed_jaw_share(sculpture, jaw))


def _neck_share(sculpture: Sculpture) -> Float[np.ndarray, " H"]:
    """The neck turns as a stack: nothing at its root, all of it under the jaw."""
    return smooth_step(sculpture.levels, 4.2, 8.8)


def _jaw_share(sculpture: Sculpture) -> Float[np.ndarray, " H"]:
    points = sculpture.positions
    x, y, z = points.T
    azimuth = np.degrees(np.arctan2(x, z - 1.2))
    middle = np.interp(azimuth, (0, 14, 30, 55, 80, 95), (-3.42, -3.45, -3.5, -2.6, -0.8, 0.3))
    width = np.interp(azimuth, (0, 11, 16, 30, 55, 85), (0.1, 0.25, 1.2, 2.5, 3.2, 3.2))
    share = _soft_step((middle - y) / width)
    share *= smooth_step(sculpture.levels, 6.6, 9.3) * smooth_step(azimuth, 95.0, 62.0)
    rings = sculpture.template.mouth_rings
    along = _along_lips(len(rings[0]))
    lips = np.where(along < 0, CORNER_SHARE + (1 - CORNER_SHARE) * _rise(-along, 0.9),
                    CORNER_SHARE * (1 - _rise(along, 0.85)))  # fmt: skip
    contact = len(rings) - 1
    for index, ring in enumerate(rings):
        bound = 1.0 if contact - index < 6 else max(0.0, 1 - (contact - index - 5) / 5)
        share[ring] = share[ring] * (1 - bound) + lips * bound
    for index, strip in enumerate(sculpture.mouth_bag[:-1]):
        bound = float(np.interp(index, (5, 6, 7, 8), (1.0, 0.95, 0.8, 0.5)))
        share[strip] = lips * bound + 0.3 * (1 - bound)
    share[sculpture.mouth_bag[-1]] = 0.3
    still = [*sculpture.ear[1:], *sculpture.nostril[1:], *sculpture.template.eye_rings, *sculpture.lid_edges]
    share[np.concatenate([*still, sculpture.crown, sculpture.eyeball, sculpture.caruncle, sculpture.upper_jaw])] = 0.0
    share[np.concatenate([sculpture.lower_jaw, sculpture.tongue])] = 1.0
    fixed = np.concatenate([*rings[5:], *sculpture.mouth_bag, *still, sculpture.lower_jaw, sculpture.tongue])
    for _ in range(5):
        smooth = 0.5 * share + 0.5 * sculpture.averaged_scalars(share)
        smooth[fixed] = share[fixed]
        share = smooth
    return share


def _closed_jaw_share(sculpture: Sculpture, jaw: Float[np.ndarray, " H"]) -> Float[np.ndarray, " H"]:
    """Equal shares for both lips, spread over the lips' surroundings so that chin and cheek stretch evenly."""
    rings = sculpture.template.mouth_rings
    along = np.abs(_along_lips(len(rings[0])))
    common = CORNER_SHARE + (CLOSED_SHARE - CORNER_SHARE) * smooth_step(along, 0.0, 0.9)
    closed = jaw.copy()
    contact = len(rings) - 1
    for index, ring in enumerate(rings):
        bound = float(np.interp(contact - index, (0, 3, 6, 8, 10, 12), (1, 0.98, 0.86, 0.55, 0.2, 0.05)))
        closed[ring] = jaw[ring] + bound * (common - jaw[ring])
    for index, strip in enumerate(sculpture.mouth_bag[:-1]):
        closed[strip] = jaw[strip] + max(0.0, 1 - index / 7) * (common - jaw[strip])
    fixed = np.concatenate([*rings[7:], *sculpture.mouth_bag])
    difference = closed - jaw
    for _ in range(12):
        smooth = 0.5 * difference + 0.5 * sculpture.averaged_scalars(difference)
        smooth[fixed] = difference[fixed]
        smooth[sculpture.positions[:, 2] < 3.0] = 0.0
        difference = smooth
    difference[np.concatenate([sculpture.lower_jaw, sculpture.tongue, sculpture.upper_jaw, sculpture.eyeball])] = 0.0
    return jaw + difference


def _along_lips(count: int) -> Float[np.ndarray, " M"]:
    """-1 at the lower midline, 0 at the corner, 1 at the upper midline, sine-shaped."""
    cells = count // 2
    return -np.cos(np.arange(count) / cells * np.pi / 2)


def _rise(t: Float[np.ndarray, " M"], end: float) -> Float[np.ndarray, " M"]:
    return np.sin(np.clip(t / end, 0, 1) * np.pi / 2) ** 0.72


def _soft_step(t: Float[np.ndarray, " H"]) -> Float[np.ndarray, " H"]:
    """0 below -1/2, 1 above 1/2."""
    return smooth_step(t, -0.5, 0.5)
