"""The margins of the lids as parabolas, and the shadow that they throw on the eye."""

# pyright: reportMissingParameterType=none, reportUnknownParameterType=none

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from rsatalker.avatars.rigid_motion import RigidMotion
from rsatalker.avatars.shading import F, unit_ramp
from rsatalker.kernels import njit


def lid_margins(
    world: Float32[np.ndarray, "V 3"], margins: tuple[Int[np.ndarray, " M"], ...], skull: RigidMotion
) -> Float32[np.ndarray, "2 8"]:
    """Return the lids of both eyes in the skull's frame.

    A row holds: centre x, three coefficients of the upper margin (1, x, x^2), three of the lower, half width; metres.

    Args:
        world: Vertices.
        margins: As in `Helpers.margins`.
        skull: World from neutral.
    """
    lids = np.zeros((2, 8), np.float32)
    for eye in (0, 1):
        upper, lower = margins[2 * eye : 2 * eye + 2]
        _fit_parabolas(world[upper], world[lower], skull.rotation, skull.translation, lids[eye])
    return lids


@njit(nogil=True, error_model="numpy")
def _fit_parabolas(upper, lower, rotation, translation, lid):
    in_skull = [(upper - translation) @ rotation, (lower - translation) @ rotation]
    middle = in_skull[0][:, 0].mean()
    lid[0] = middle
    for margin in range(2):
        squares, products = np.eye(3) * 1e-15, np.zeros(3)  # normal equations of the best fit
        powers = np.ones(3)
        for point in range(len(in_skull[margin])):
            powers[1] = in_skull[margin][point, 0] - middle
            powers[2] = powers[1] * powers[1]
            for i in range(3):
                products[i] += powers[i] * in_skull[margin][point, 1]
                for j in range(3):
                    squares[i, j] += powers[i] * powers[j]
        lid[1 + 3 * margin : 4 + 3 * margin] = np.linalg.solve(squares, products).astype(np.float32)
    lid[7] = np.abs(in_skull[0][:, 0] - middle).max()


@njit(nogil=True, fastmath=True, error_model="numpy")
def lid_shadow(eye, x, y, lids):
    """Return how much light the lids leave on a point of the eyeball; x, y in metres in the skull's frame.

    `lids` is from `lid_margins`.
    """
    dx = x - lids[eye, 0]
    upper = lids[eye, 1] + dx * (lids[eye, 2] + dx * lids[eye, 3])
    lower = lids[eye, 4] + dx * (lids[eye, 5] + dx * lids[eye, 6])
    below_upper = unit_ramp(F(-0.0006), F(0.0052), upper - y)
    above_lower = unit_ramp(F(-0.0005), F(0.0020), y - lower)
    inside = unit_ramp(F(-0.0005), F(0.0042), lids[eye, 7] - abs(dx))
    return (F(0.20) + F(0.80) * below_upper) * (F(0.62) + F(0.38) * above_lower) * (F(0.45) + F(0.55) * inside)
