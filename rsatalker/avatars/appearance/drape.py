"""Folds of the cloth: how far it stands off its smooth form."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.noise import value_noise

AROUND, ALONG = 2.7, 0.20  # folds per unit of azimuth and per centimetre down
VALLEY = 0.30  # centimetres deep: cloth bulges between narrow valleys
SAG = 0.16  # centimetres by which it bulges between them
ARMPIT = np.array([14.6, -9.6, 2.6])  # centimetres from the neckline's middle, where folds meet
ARMPIT_REACH, ARMPIT_FOLDS, ARMPIT_DEPTH = 6.5, 6.0, 0.26


def drape(
    azimuth: Float[np.ndarray, " A"],
    lengths: Float[np.ndarray, "A S"],
    body: Float[np.ndarray, "A S 3"],
    look: ClothLook,
) -> Float[np.ndarray, "A S"]:
    """Return centimetres to add along the normals: folds run from the neck to the arms and meet at the armpits."""
    turn = azimuth[:, None] + 0.030 * lengths  # they wind a little, as nobody stands straight
    place = np.stack([AROUND * np.cos(turn), AROUND * np.sin(turn), ALONG * lengths], -1).reshape(-1, 3)
    first, second = (value_noise(place, 1.0, look.fold_seed + k).reshape(lengths.shape) for k in (1, 2))
    folds = SAG * first - VALLEY * np.exp(-((second / 0.20) ** 2)) * (0.4 + 0.6 * np.abs(first))
    level = body[:, 0, 1].max()
    towards = np.stack([np.abs(body[..., 0]), body[..., 1] - level, body[..., 2] - body[:, 0, 2].mean()], -1) - (
        ARMPIT * [look.shoulder_width, 1, 1]
    )
    distance = np.hypot(towards[..., 0], towards[..., 1])
    angle = np.arctan2(towards[..., 1], towards[..., 0]) + 0.35 * first
    near = np.exp(-((distance / ARMPIT_REACH) ** 2)) * (1 - np.exp(-((distance / 1.2) ** 2)))
    return folds - ARMPIT_DEPTH * near * (0.5 + 0.5 * np.cos(ARMPIT_FOLDS * angle)) ** 2
