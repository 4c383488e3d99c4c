"""Small shapes of one variable: smooth steps, bells, and curves through points."""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline


def smooth_step(x: Float[np.ndarray, "*batch"], start: float = 0.0, end: float = 1.0) -> Float[np.ndarray, "*batch"]:
    """Return 0 before `start`, 1 after `end` and a cubic in between; `start` may be the larger."""
    t = np.clip((x - start) / (end - start), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bell(x: Float[np.ndarray, "*batch"], width: float) -> Float[np.ndarray, "*batch"]:
    """Return exp(-(x / width)^2)."""
    return np.exp(-np.square(x / width))


def arc_length_curve(points: Float[np.ndarray, "K D"], at: Float[np.ndarray, " N"]) -> Float[np.ndarray, "N D"]:
    """Return a spline through the points, evaluated at fractions of its length."""
    lengths = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return CubicSpline(lengths / lengths[-1], points)(at)


def nearest_on_polyline(
    points: Float[np.ndarray, "N D"], polyline: Float[np.ndarray, "K D"]
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Return the distance of each point to a smooth curve through the polyline, and where on it (0 to 1)."""
    samples = arc_length_curve(polyline, np.linspace(0.0, 1.0, 48))
    distances = np.linalg.norm(points[:, None] - samples[None], axis=2)
    nearest = distances.argmin(axis=1)
    return distances[np.arange(len(points)), nearest], nearest / 47.0
