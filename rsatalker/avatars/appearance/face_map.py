"""Where on a face a point lies: weights of cheeks, nose, lips, lids ... from 68 landmarks at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rsatalker.avatars.appearance.curves import blob, distance_to_curve, distance_to_outline, spline
from rsatalker.avatars.appearance.noise import smooth_step

Weight = Float[np.ndarray, " N"]
OUTER_EYE_DISTANCE = 9.0  # centimetres; blobs grow with the face


@dataclass(frozen=True, slots=True)
class FaceWeights:
    """Weights 0..1 of N points, and signed distances (centimetres, negative inside)."""

    lip_distance: Weight
    lip: Weight
    lip_line: Weight
    lip_corner: Weight
    eye_distance: Weight
    above_eye: Weight  # height over the eye's middle line
    cheek: Weight
    nose: Weight
    nose_bridge: Weight
    nostril: Weight
    forehead: Weight
    chin: Weight
    ear: Weight
    under_eye: Weight
    lid: Weight
    crease: Weight  # the fold above the upper lid
    laugh_line: Weight
    beard: Weight

    def __getitem__(self, choice: np.ndarray) -> FaceWeights:
        return FaceWeights(*(getattr(self, name)[choice] for name in self.__slots__))


class FaceMap:
    """The landmarks of one head as outlines, lines and blobs."""

    def __init__(self, landmarks: Float[np.ndarray, "68 3"]):
        marks = self.landmarks = np.asarray(landmarks, float)
        self.scale = float(np.linalg.norm(marks[45] - marks[36])) / OUTER_EYE_DISTANCE
        self.lip_outline = spline(marks[48:60, :2], 10, closed=True)
        self.lip_line = spline(np.concatenate([marks[48:49], marks[60:65], marks[54:55]])[:, :2], 8)
        self.eye_outlines = (spline(marks[36:42, :2], 8, closed=True), spline(marks[42:48, :2], 8, closed=True))
        self.brows = (spline(marks[17:22], 10), spline(marks[26:21:-1], 10))  # outer to inner end
        self.lip_depth = marks[48:60, 2].min()

    def __call__(self, points: Float[np.ndarray, "N 3"]) -> FaceWeights:
        """Return the weights of points in face space."""
        marks, s, plane = self.landmarks, self.scale, points[:, :2]
        front = smooth_step(self.lip_depth - 2.6, self.lip_depth - 1.6, points[:, 2])
        lip_distance = np.where(front > 0, distance_to_outline(plane, self.lip_outline), 9.0)
        lip_line = np.exp(-((distance_to_curve(plane, self.lip_line)[0] / 0.10) ** 2)) * front
        eye_distance = np.minimum(*(distance_to_outline(plane, outline) for outline in self.eye_outlines))
        eye_distance = eye_distance + np.where(points[:, 2] < marks[36, 2] - 2.5, 5.0, 0.0)
        eye_middle = np.where(plane[:, 0] < 0, marks[36:42, 1].mean(), marks[42:48, 1].mean())
        return FaceWeights(
            lip_distance=lip_distance,
            lip=smooth_step(0.07, -0.09, lip_distance) * front,
            lip_line=lip_line,
            lip_corner=blob(points, marks[48], (0.34, 0.26, 0.8)) + blob(points, marks[54], (0.34, 0.26, 0.8)),
            eye_distance=eye_distance,
            above_eye=points[:, 1] - eye_middle,
            cheek=self._cheek(points, 36, 48) + self._cheek(points, 45, 54),
            nose=blob(points, marks[30] * 0.6 + marks[33] * 0.4, (1.25 * s, 1.0 * s, 1.8 * s)),
            nose_bridge=blob(points, marks[28], (0.5 * s, 1.4 * s, 1.2 * s)),
            nostril=self._nostril(points, 31, 32) + self._nostril(points, 35, 34),
            forehead=blob(points, np.array((0, marks[21, 1] + 2.6 * s, marks[21, 2] - 0.4)), (3.6 * s, 1.7 * s, 2.5)),
            chin=blob(points, marks[8] + np.array((0, 1.1 * s, 0.3)), (1.3 * s, 1.0 * s, 1.6)),
            ear=self._ear(points),
            under_eye=self._under_eye(points, slice(36, 42)) + self._under_eye(points, slice(42, 48)),
            lid=smooth_step(0.75, 0.05, eye_distance),
            crease=np.maximum(*(self._crease(points, corner) for corner in (slice(36, 40), slice(42, 46)))),
            laugh_line=np.maximum(*(self._laugh_line(points, *ids) for ids in ((31, 48), (35, 54)))),
            beard=self._beard(points, lip_distance),
        )

    def _cheek(self, points: Float[np.ndarray, "N 3"], eye: int, mouth: int) -> Weight:
        middle = self.landmarks[eye] * 0.52 + self.landmarks[mouth] * 0.48
        middle = middle + np.array((np.sign(middle[0]) * 0.6, -0.1, 0.3))
        return blob(points, middle, (2.3 * self.scale, 1.8 * self.scale, 3.4 * self.scale))

    def _under_eye(self, points: Float[np.ndarray, "N 3"], eye: slice) -> Weight:
        s = self.scale
        return blob(points, self.landmarks[eye].mean(0) - np.array((0, 0.95 * s, 0)), (1.25 * s, 0.5 * s, 1.5))

    def _nostril(self, points: Float[np.ndarray, "N 3"], outer: int, inner: int) -> Weight:
        middle = self.landmarks[outer] * 0.55 + self.landmarks[inner] * 0.45 + np.array((0, 0.12, -0.1))
        return blob(points, middle, (0.24, 0.13, 0.5))

    def _crease(self, points: Float[np.ndarray, "N 3"], upper: slice) -> Weight:
        """Return the fold above the lid: the upper margin, raised more over the middle than at the corners."""
        line = spline(self.landmarks[upper, :2], 8)
        place = np.linspace(0, 1, len(line))
        line = line + np.stack([0 * place, 0.10 + 0.30 * np.sin(np.pi * np.clip(place, 0.05, 0.95))], 1)
        near_front = smooth_step(self.landmarks[36, 2] - 2.0, self.landmarks[36, 2] - 1.0, points[:, 2])
        return np.exp(-((distance_to_curve(points[:, :2], line)[0] / 0.075) ** 2)) * near_front

    def _laugh_line(self, points: Float[np.ndarray, "N 3"], wing: int, corner: int) -> Weight:
        """Return how near points are to `laugh_curve`."""
        distance, along = distance_to_curve(points[:, :2], self.laugh_curve(wing, corner))
        front = smooth_step(self.lip_depth - 1.5, self.lip_depth - 0.5, points[:, 2])
        return np.exp(-((distance / 0.16) ** 2)) * smooth_step(1.0, 0.6, along) * front

    def laugh_curve(self, wing: int, corner: int) -> Float[np.ndarray, "K 2"]:
        """Return the fold from the wing of the nose past the corner of the mouth, given by their landmarks."""
        a, b = self.landmarks[wing], self.landmarks[corner]
        outwards = np.sign(b[0])
        return spline(
            np.array([
                (a[0] + outwards * 0.35, a[1] + 0.25),
                ((a[0] + b[0]) / 2 + outwards * 0.62, (a[1] + b[1]) / 2 + 0.15),
                (b[0] + outwards * 0.62, b[1]),
                (b[0] + outwards * 0.55, b[1] - 0.9),
            ]),
            8,
        )  # fmt: skip

    def _ear(self, points: Float[np.ndarray, "N 3"]) -> Weight:
        marks, s = self.landmarks, self.scale
        behind = smooth_step(marks[0, 2] - 0.4, marks[0, 2] - 1.6, points[:, 2])
        beside = smooth_step(6.9 * s, 7.8 * s, np.abs(points[:, 0]))
        above = smooth_step(marks[33, 1] - 1.5, marks[33, 1] - 0.5, points[:, 1])
        return behind * beside * above * smooth_step(marks[19, 1] + 1.2, marks[19, 1], points[:, 1])

    def _beard(self, points: Float[np.ndarray, "N 3"], lip_distance: Weight) -> Weight:
        """Return where a beard grows: chin, jaw, upper lip and a strip before the ears; the cheeks stay bare."""
        marks, s = self.landmarks, self.scale
        jaw = distance_to_curve(points, spline(marks[0:17], 4))[0]
        width, height, depth = np.abs(points[:, 0]), points[:, 1], points[:, 2]
        low = smooth_step(marks[33, 1] - 0.1, marks[33, 1] - 0.55, height)
        low = low * smooth_step(marks[8, 1] - 3.6, marks[8, 1] - 0.6, height) * smooth_step(0.0, 0.22, lip_distance)
        low = low * np.clip(smooth_step(4.6 * s, 0.2 * s, jaw) + smooth_step(4.0 * s, 1.6 * s, width), 0, 1)
        strip = smooth_step(2.0, 0.3, np.hypot(width - abs(marks[1, 0]), (depth - marks[1, 2] - 0.3) * 0.8))
        strip = strip * smooth_step(marks[0, 1] + 2, marks[0, 1], height)
        strip = strip * smooth_step(marks[3, 1] - 2, marks[3, 1], height)
        before_neck = smooth_step(marks[3, 2] - 2.6, marks[3, 2] - 0.4, depth + 0.2 * (height - marks[3, 1]))
        return np.clip(np.maximum(low, strip) * before_neck, 0, 1)
