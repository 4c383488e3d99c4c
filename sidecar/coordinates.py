"""From an engine's axes, units and light to ours, and back, as the plugins do it in their own languages.

Ours: right-handed, y up, metres; a head looks along +z and its left is +x; cameras look along +z with y down (OpenCV).
`proto/vectors/coordinates.json` pins what C#, C++ and JavaScript make of the same numbers; proto/README.md lists the
conventions with their sources.

A reflection M turns a rotation R into M R M^-1. The vector part of a quaternion is an axis with a sense of turning, so
it becomes det(M) M v; the scalar part stays. The formulas of quaternions are the same in left-handed axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from scipy.spatial.transform import Rotation

from rsatalker.avatars.spherical_harmonics import BANDS
from sidecar.errors import InvalidRequestError

FAR_M = 1_000.0  # what `far_m` says of a projection without a far plane
SH_NORMS = (0.282095, 0.488603, 1.092548, 0.315392, 0.546274)  # of Y00, Y1m, Y2-2 Y2-1 Y21, Y20, Y22
NORM_OF_ROW = np.array(SH_NORMS)[[0, 1, 1, 1, 2, 2, 3, 2, 4]]
LAMBERT_BANDS = np.array([1, 2 / 3, 1 / 4])[BANDS]  # radiance -> irradiance / pi (Ramamoorthi and Hanrahan 2001)
CONDON_SHORTLEY = np.array([1, -1, 1, -1, 1, -1, 1, -1, 1])  # (-1)^m

Matrix = Float64[np.ndarray, "3 3"]
Transform = Float64[np.ndarray, "4 4"]
Vector = Float64[np.ndarray, "3"]


@dataclass(frozen=True, slots=True)
class Frustum:
    """What an eye sees: `tangents` are those of the half angles left, right, down, up; positive away from the axis."""

    tangents: Float64[np.ndarray, "4"]
    near_m: float
    far_m: float


@dataclass(frozen=True, slots=True)
class EngineAxes:
    """The conventions of an engine.

    Attributes:
        name: As in the vectors.
        world_from_engine: Orthogonal; takes a direction in the engine's world to ours.
        metres_per_unit: Length of the engine's unit.
        camera_from_object: Takes a direction in the axes of a camera object to those of our cameras.
        camera_from_view: The same for the axes that the engine's view matrix leads to.
        multiplies_rows: Whether matrices multiply row vectors from the right, so that translations are the last row.
        depth_sign: 1 if the projection divides by z of the view, -1 if by -z as in OpenGL.
        radiance_from_probe: Factor of each coefficient that makes it one of radiance over the engine's own directions.
    """

    name: str
    world_from_engine: Matrix
    metres_per_unit: float
    camera_from_object: Matrix
    camera_from_view: Matrix
    multiplies_rows: bool
    depth_sign: int
    radiance_from_probe: Float64[np.ndarray, "9"]

    def direction(self, engine: Float[np.ndarray, "3"]) -> Vector:
        """Return our direction. A light's direction of travel turned round is the direction towards it."""
        return self.world_from_engine @ engine

    def point(self, engine: Float[np.ndarray, "3"]) -> Vector:
        """Return our point, metres."""
        return self.world_from_engine @ engine * self.metres_per_unit

    def engine_point(self, ours: Float[np.ndarray, "3"]) -> Vector:
        """Return the engine's point, its units."""
        return self.world_from_engine.T @ ours / self.metres_per_unit

    def quaternion(self, engine: Float[np.ndarray, "4"]) -> Float64[np.ndarray, "4"]:
        """Return our rotation of one in the engine's world; both x, y, z, w."""
        return np.append(self._handedness * self.world_from_engine @ engine[:3], engine[3])

    def engine_quaternion(self, ours: Float[np.ndarray, "4"]) -> Float64[np.ndarray, "4"]:
        """Return the engine's rotation; both x, y, z, w."""
        return np.append(self._handedness * self.world_from_engine.T @ ours[:3], ours[3])

    def world_from_head(self, position: Float[np.ndarray, "3"], quaternion: Float[np.ndarray, "4"]) -> Transform:
        """Return where a head stands whose object in the engine has this position and rotation (x, y, z, w).

        The object looks along the engine's forward axis, and its up axis is the head's.
        """
        return rigid(Rotation.from_quat(self.quaternion(quaternion)).as_matrix(), self.point(position))

    def camera_from_object_pose(
        self, position: Float[np.ndarray, "3"], quaternion: Float[np.ndarray, "4"]
    ) -> Transform:
        """Return `camera_from_world` of a camera object with this position and rotation (x, y, z, w)."""
        turned = self.world_from_engine @ Rotation.from_quat(quaternion).as_matrix() @ self.camera_from_object.T
        return rigid(turned.T, -turned.T @ self.point(position))

    def camera_from_view_matrix(self, view: Float[np.ndarray, "4 4"]) -> Transform:
        """Return `camera_from_world` of an engine's view matrix, its rows as the engine shows them."""
        matrix = view.T if self.multiplies_rows else view
        rotation = self.camera_from_view @ matrix[:3, :3] @ self.world_from_engine.T
        return rigid(rotation, self.camera_from_view @ matrix[:3, 3] * self.metres_per_unit)

    def frustum(self, projection: Float[np.ndarray, "4 4"]) -> Frustum:
        """Return what an engine's projection matrix sees, its rows as the engine shows them.

        OpenGL's form (Unity's `Camera`, WebXR): depths from -1 to 1. Unreal's: reversed, from 1 at the near plane to 0.

        Raises:
            InvalidRequestError: The projection is orthographic.
        """
        matrix = projection.T if self.multiplies_rows else projection
        if matrix[3, 3] != 0:
            raise InvalidRequestError(
                "The projection is orthographic; a head is drawn for an eye in perspective. Send the eye's projection."
            )
        shift_x, shift_y = self.depth_sign * matrix[0, 2], self.depth_sign * matrix[1, 2]
        tangents = np.array([
            (1 + shift_x) / matrix[0, 0], (1 - shift_x) / matrix[0, 0],
            (1 + shift_y) / matrix[1, 1], (1 - shift_y) / matrix[1, 1],
        ])  # fmt: skip
        slope, offset = matrix[2, 2], matrix[2, 3] * self.metres_per_unit
        if self.depth_sign > 0:
            return Frustum(tangents, offset / (1 - slope), FAR_M if slope == 0 else -offset / slope)
        near = offset / (slope - 1)
        return Frustum(tangents, near, FAR_M if math.isclose(slope, -1, abs_tol=1e-9) else offset / (slope + 1))

    def probe(self, engine: Float[np.ndarray, "9 3"]) -> Float64[np.ndarray, "9 3"]:
        """Return our light probe of an engine's nine coefficients for red, green and blue."""
        from rsatalker.avatars.rotated_probe import rotated  # compiled: who asks for no light need not load a compiler

        radiance = engine * self.radiance_from_probe[:, None]
        return rotated(radiance, self.world_from_engine.T).astype(np.float64)

    @property
    def _handedness(self) -> float:
        return float(round(np.linalg.det(self.world_from_engine)))


def rigid(rotation: Matrix, translation: Vector) -> Transform:
    """Return a transform of a rotation and a translation."""
    transform = np.eye(4)
    transform[:3, :3], transform[:3, 3] = rotation, translation
    return transform


UNITY = EngineAxes(
    name="unity",  # left-handed: x right, y up, z forward; a head's right is +x
    world_from_engine=np.diag([-1.0, 1, 1]),
    metres_per_unit=1.0,
    camera_from_object=np.diag([1.0, -1, 1]),
    camera_from_view=np.diag([1.0, -1, -1]),
    multiplies_rows=False,
    depth_sign=-1,
    radiance_from_probe=1 / (NORM_OF_ROW * LAMBERT_BANDS),
)
UNREAL = EngineAxes(
    name="unreal",  # left-handed: x forward, y right, z up; centimetres
    world_from_engine=np.array([[0.0, -1, 0], [0, 0, 1], [1, 0, 0]]),
    metres_per_unit=0.01,
    camera_from_object=np.array([[0.0, 1, 0], [0, 0, -1], [1, 0, 0]]),
    camera_from_view=np.diag([1.0, -1, 1]),
    multiplies_rows=True,
    depth_sign=1,
    radiance_from_probe=CONDON_SHORTLEY.astype(np.float64),
)
WEBXR = EngineAxes(
    name="webxr",  # and three.js, OpenXR, Godot: right-handed, y up, cameras look along -z
    world_from_engine=np.eye(3),
    metres_per_unit=1.0,
    camera_from_object=np.diag([1.0, -1, -1]),
    camera_from_view=np.diag([1.0, -1, -1]),
    multiplies_rows=False,
    depth_sign=-1,
    radiance_from_probe=np.ones(9),
)
ENGINES = (UNITY, UNREAL, WEBXR)
