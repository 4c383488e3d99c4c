"""What `proto/vectors/coordinates.json` holds: numbers of each engine beside ours, for readers in every language."""

from __future__ import annotations

from typing import Any

import numpy as np

from sidecar.coordinates import ENGINES, UNREAL, EngineAxes

DIGITS = 6  # of what is computed; compare with a tolerance of 1e-4
POINTS = ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.25, 1.5, -2.0))  # of the engine, in metres
ROTATIONS = ((0, 0, 0, 1), (0, 1, 0, 1), (1, 2, -3, 4), (-2, 1, 5, 3))  # x, y, z, w, before they are made unit length
TANGENTS = ((1.0, 1.0, 1.0, 1.0), (1.25, 0.75, 1.5, 1.125))  # left, right, down, up
NEAR_M, FAR_M = 0.25, 4.25  # far / near is small, so that six digits of a matrix tell it


def coordinate_vectors() -> dict[str, Any]:
    """Return the examples of every engine; matrices row by row as the engine's own API indexes them."""
    return {engine.name: examples(engine) for engine in ENGINES}


def examples(engine: EngineAxes) -> dict[str, Any]:
    """Return the engine's numbers and what they are in ours."""
    scale = 1 / engine.metres_per_unit
    quaternions = [np.array(rotation) / np.linalg.norm(rotation) for rotation in ROTATIONS]
    places = [(np.array(POINTS[-1]) * scale, quaternion) for quaternion in quaternions[1:]]
    probes = [np.eye(9)[row][:, None] * np.array([1.0, 0.5, 0.25]) for row in range(9)]
    probes.append((np.arange(27).reshape(9, 3) % 5 - 1) / 8)
    return {
        "points": [pair(np.array(point) * scale, engine.point(np.array(point) * scale)) for point in POINTS],
        "directions": [pair(point, engine.direction(np.array(point))) for point in np.eye(3)],
        "rotations": [pair(q, engine.quaternion(q)) for q in quaternions],
        "heads": [
            {"position": listed(at), "quaternion": listed(q), "world_from_head": listed(engine.world_from_head(at, q))}
            for at, q in places
        ],
        "cameras": [camera(engine, at, q) for at, q in places],
        "projections": [projection(engine, np.array(tangents), far) for tangents in TANGENTS for far in (FAR_M, None)],
        "key_lights": [
            {"travels": listed(unit), "key_direction": listed(engine.direction(-unit))}
            for unit in (np.array([0, 0, 1.0]), np.array([0.48, -0.6, 0.64]))
        ],
        "probes": [pair(probe, engine.probe(probe)) for probe in probes],
    }


def camera(engine: EngineAxes, position: np.ndarray, quaternion: np.ndarray) -> dict[str, Any]:
    """Return a camera object, the engine's view matrix of it, and ours."""
    ours = engine.camera_from_object_pose(position, quaternion)
    view = np.eye(4)
    view[:3, :3] = engine.camera_from_view.T @ ours[:3, :3] @ engine.world_from_engine
    view[:3, 3] = engine.camera_from_view.T @ ours[:3, 3] / engine.metres_per_unit
    return {
        "position": listed(position),
        "quaternion": listed(quaternion),
        "view_matrix": listed(view.T if engine.multiplies_rows else view),
        "camera_from_world": listed(ours),
    }


def projection(engine: EngineAxes, tangents: np.ndarray, far_m: float | None) -> dict[str, Any]:
    """Return the engine's matrix of a frustum, without a far plane if `far_m` is None, and the frustum."""
    left, right, down, up = tangents
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[3, 2] = 2 / (left + right), 2 / (down + up), engine.depth_sign
    matrix[0, 2] = engine.depth_sign * (left - right) / (left + right)
    matrix[1, 2] = engine.depth_sign * (down - up) / (down + up)
    ratio = 0.0 if far_m is None else NEAR_M / (far_m - NEAR_M)
    if engine is UNREAL:
        matrix[2, 2], matrix[2, 3] = -ratio, NEAR_M / engine.metres_per_unit * (1 + ratio)
    else:
        matrix[2, 2], matrix[2, 3] = -1 - 2 * ratio, -2 * NEAR_M * (1 + ratio)
    shown = matrix.T if engine.multiplies_rows else matrix
    seen = engine.frustum(shown)
    return {
        "matrix": listed(shown),
        "tangents": listed(seen.tangents),
        "near_m": round(seen.near_m, DIGITS),
        "far_m": round(seen.far_m, 3),
    }


def pair(engine: np.ndarray, ours: np.ndarray) -> dict[str, Any]:
    """Return numbers in the engine's convention and in ours."""
    return {"engine": listed(np.asarray(engine)), "ours": listed(ours)}


def listed(array: np.ndarray) -> list[float]:
    """Return the numbers row by row, rounded, without a negative zero."""
    return [float(number) + 0.0 for number in np.round(array.reshape(-1), DIGITS)]
