"""The light that is in the colours of a captured face, guessed from how they change with the surface's direction.

Where a face turns to one side it is brighter than where it turns to the other, though its skin is the same: what the
logarithm of its brightness has in common with the normal is light, the rest is skin. Dividing by it before lighting
anew is what Liu, Shan and Zhang, Expressive Expression Mapping with Ratio Images (SIGGRAPH 2001), do with two pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

FACE_M = 0.08  # from the middle of the face, at which a point counts e times less
DOWN_M = 0.03  # from between the eyes to that middle
TURNED_AWAY = -0.2  # z of normals beyond which no camera in front has seen a face
ROUNDS, OUTLIER = 30, 0.5  # of reweighting; lips, brows and beards are that far off in logarithm
HELD = 0.01  # pull towards even light, in units of the points' weight
DARKEST = 0.003  # linear; below it there is no light to measure
LEAST, MOST = 0.5, 2.0  # times the face's mean: sides that no camera has seen are not known any better


@dataclass(frozen=True, slots=True)
class CapturedLight:
    """How bright the images' light is on a surface that faces some way: exp(slope . normal), and 1 on average.

    Attributes:
        slope: In the head's space.
        mean: Of the exponential, over the face.
    """

    slope: Float[np.ndarray, "3"]
    mean: float

    @classmethod
    def even(cls) -> CapturedLight:
        """Return the same light from everywhere."""
        return cls(np.zeros(3), 1.0)

    def on(self, normals: Float[np.ndarray, "*shape 3"]) -> Float[np.ndarray, "*shape"]:
        """Return brightness at unit normals, in the mean light of the face."""
        return np.clip(np.exp(normals @ self.slope) / self.mean, LEAST, MOST)


def face_weights(
    places: Float[np.ndarray, "N 3"], normals: Float[np.ndarray, "N 3"], eyes: Float[np.ndarray, "3"]
) -> Float[np.ndarray, " N"]:
    """Return how much points belong to the face, where skin is, 0 to 1; metres, `eyes` being between these."""
    away = np.linalg.norm(places - eyes - [0, -DOWN_M, 0], axis=1)
    return np.exp(-((away / FACE_M) ** 2)) * (normals[:, 2] > TURNED_AWAY)


def captured_light(
    normals: Float[np.ndarray, "N 3"], brightness: Float[np.ndarray, " N"], weights: Float[np.ndarray, " N"]
) -> CapturedLight:
    """Return the light that explains best how bright points are; even light where nothing says otherwise.

    Args:
        normals: Unit, in the head's space.
        brightness: Linear.
        weights: How much each counts.
    """
    total = weights.sum()
    if total <= 0:
        return CapturedLight.even()
    columns = np.concatenate([np.ones((len(normals), 1)), normals], 1)
    logarithms = np.log(np.maximum(brightness, DARKEST))
    trusted, held = weights, np.diag([0.0, HELD, HELD, HELD])
    found = np.zeros(4)
    for _ in range(ROUNDS):
        weighted = columns * trusted[:, None]
        found = np.linalg.solve(weighted.T @ columns + held * trusted.sum(), weighted.T @ logarithms)
        trusted = weights / (1 + ((logarithms - columns @ found) / OUTLIER) ** 2)
    slope = found[1:]
    return CapturedLight(slope, float((weights * np.exp(normals @ slope)).sum() / total))
