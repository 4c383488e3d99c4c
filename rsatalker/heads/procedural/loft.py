"""The featureless head: closed curves around the head, one above the other, joined by splines.

A point of it has two coordinates: azimuth (0 in front, pi / 2 on the left ear, pi at the back) and level (the row of
`LEVELS`, any real number). All lengths are centimetres; x points to the head's left, y up, z to the front; the origin
lies between the ears.

The figures are our own sculpture, of the size that adults have: head length 19.5, head breadth 15.1, face width (zy-zy)
13.8, jaw width (go-go) 10.5, neck circumference 36, breadth between the shoulder joints 38.
"""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

# Each level is a closed curve through a front point (y, z), a side point (x, y, z) and a back point (y, z); between
# them it is a superellipse with one exponent for the front half and one for the back half (2 = ellipse).
LEVELS = np.array([
    # front y, z    side x, y, z           back y, z      front, back exponent
    (-27.0, 9.6,    18.6, -27.0, -1.6,     -27.0, -11.4,  2.4, 2.7),  # lower end of the bust
    (-23.0, 9.0,    19.5, -22.6, -1.8,     -21.5, -11.7,  2.3, 2.7),  # chest
    (-19.6, 7.4,    18.6, -18.6, -2.0,     -17.4, -11.3,  2.2, 2.6),  # shoulder tips
    (-17.0, 5.4,    14.9, -16.2, -2.2,     -14.6, -10.4,  2.1, 2.4),  # collar bones
    (-15.0, 3.9,    10.4, -14.7, -2.2,     -12.4, -9.4,   2.0, 2.3),  # pit of the neck
    (-13.2, 3.8,    6.8, -12.6, -1.9,      -10.4, -8.1,  2.0, 2.2),
    (-11.6, 4.3,    5.45, -10.2, -1.3,     -8.6, -7.1,   2.0, 2.1),
    (-10.2, 4.82,   5.15, -8.1, -0.6,      -6.8, -6.5,   2.05, 2.1),  # larynx
    (-8.8, 5.42,    5.1, -6.5, 0.2,        -5.2, -6.4,   2.1, 2.1),  # where chin and neck meet
    (-8.38, 7.85,   5.3, -5.2, 0.8,        -4.0, -6.6,   2.2, 2.1),  # under the jaw
    (-7.7, 9.9,     5.85, -4.0, 1.2,       -2.8, -7.0,   2.3, 2.1),  # edge of the jaw, tip of the chin
    (-6.2, 10.7,    6.25, -2.7, 1.2,       -1.6, -7.5,   2.3, 2.1),
    (-3.4, 10.8,    6.75, -1.3, 1.2,       -0.3, -8.1,    2.3, 2.1),  # mouth
    (-1.2, 10.8,    7.05, 0.1, 1.1,        1.0, -8.5,     2.4, 2.1),  # base of the nose
    (1.2, 10.5,     7.2, 1.6, 0.9,         2.4, -8.8,     2.45, 2.1),
    (3.5, 10.4,     7.3, 3.4, 0.6,         4.0, -9.0,     2.35, 2.1),  # eyes
    (5.6, 10.6,     7.45, 5.4, 0.3,        5.7, -9.0,     2.4, 2.1),  # brows
    (8.2, 10.2,     7.5, 7.6, 0.1,         7.6, -8.7,     2.3, 2.1),  # forehead
    (10.7, 8.9,     7.1, 9.9, -0.1,        9.7, -7.7,     2.25, 2.1),
    (12.8, 6.5,     5.9, 12.1, -0.2,       11.8, -6.0,    2.15, 2.05),
    (14.1, 3.4,     3.5, 13.75, -0.4,      13.5, -3.7,    2.05, 2.0),
    (14.5, -0.6,    0.0, 14.5, -0.6,       14.5, -0.6,    2.0, 2.0),  # vertex
])  # fmt: skip

TOP_LEVEL = len(LEVELS) - 1
_CURVES = CubicSpline(np.arange(len(LEVELS)), LEVELS)


def loft(template: Float[np.ndarray, "*batch 2"]) -> Float[np.ndarray, "*batch 3"]:
    """Return the points of the featureless head at (azimuth, level)."""
    azimuth = template[..., 0]
    curves = np.moveaxis(_CURVES(np.clip(template[..., 1], 0.0, TOP_LEVEL)), -1, 0)
    front_y, front_z, side_x, side_y, side_z, back_y, back_z, front_power, back_power = curves
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    to_front, to_back = np.maximum(cosine, 0.0), np.maximum(-cosine, 0.0)
    depth = np.where(cosine > 0, front_z - side_z, side_z - back_z)
    power = np.where(cosine > 0, front_power, back_power)
    tiny = 1e-9  # the vertex is a curve of radius zero
    inverse = (np.abs(sine) / np.maximum(side_x, tiny)) ** power + (np.abs(cosine) / np.maximum(depth, tiny)) ** power
    radius = inverse ** (-1.0 / power)
    y = side_y + (front_y - side_y) * to_front**2 + (back_y - side_y) * to_back**2
    return np.stack([radius * sine, y, side_z + radius * cosine], axis=-1)


def template_of_front(xy: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 2"]:
    """Return (azimuth, level) of the points of the loft that have the given x and y on the face, by Newton's method."""
    middle_y = LEVELS[9:19, 0]
    level = np.interp(xy[:, 1], middle_y, np.arange(9.0, 19.0))
    template = np.stack([np.arctan2(xy[:, 0], 8.5), level], axis=1)
    step = 1e-4
    for _ in range(40):
        points = loft(template)[:, :2]
        along_azimuth = (loft(template + np.array([step, 0.0]))[:, :2] - points) / step
        along_level = (loft(template + np.array([0.0, step]))[:, :2] - points) / step
        determinant = along_azimuth[:, 0] * along_level[:, 1] - along_azimuth[:, 1] * along_level[:, 0]
        determinant = np.maximum(determinant, 0.05)
        miss = xy - points
        template[:, 0] += 0.8 * (miss[:, 0] * along_level[:, 1] - miss[:, 1] * along_level[:, 0]) / determinant
        template[:, 1] += 0.8 * (along_azimuth[:, 0] * miss[:, 1] - along_azimuth[:, 1] * miss[:, 0]) / determinant
        template[:, 1] = np.clip(template[:, 1], 8.0, 19.5)
    return template
