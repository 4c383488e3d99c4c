"""Numbers of engines become ours: against the picture, the turn and the light that both must agree on."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rsatalker.avatars.spherical_harmonics import basis, sphere_directions
from sidecar.coordinates import ENGINES, UNITY, UNREAL, EngineAxes
from sidecar.errors import InvalidRequestError

pytestmark = pytest.mark.unit

VECTORS = json.loads((Path(__file__).parents[3] / "proto" / "vectors" / "coordinates.json").read_text("utf-8"))
NAMES = [engine.name for engine in ENGINES]
AXES = {engine.name: engine for engine in ENGINES}
# Where each engine's forward, right and up axes point in ours, from the engines' manuals, not from our matrices.
FORWARD_RIGHT_UP = {
    "unity": ([0, 0, 1], [1, 0, 0], [0, 1, 0]),
    "unreal": ([1, 0, 0], [0, 1, 0], [0, 0, 1]),
    "webxr": ([0, 0, 1], [-1, 0, 0], [0, 1, 0]),  # right-handed: what looks along +z has its right at -x
}


def matrix(example: dict[str, Any], field: str) -> np.ndarray:
    return np.array(example[field]).reshape(4, 4)


def turned(quaternion: list[float], vector: list[float]) -> np.ndarray:
    """Return q v q*, the formula that all engines use, whatever the hands of their axes."""
    axis, scalar = np.array(quaternion[:3]), quaternion[3]
    across = 2 * np.cross(axis, vector)
    return np.array(vector) + scalar * across + np.cross(axis, across)


@pytest.mark.parametrize("name", NAMES)
def test_heads_forward_right_and_up_are_the_engines(name: str) -> None:
    ours = [AXES[name].direction(np.array(axis, float)) for axis in FORWARD_RIGHT_UP[name]]
    assert np.array_equal(ours, [[0, 0, 1], [-1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("name", NAMES)
def test_point_goes_to_the_engine_and_back(name: str) -> None:
    for example in VECTORS[name]["points"]:
        assert np.allclose(AXES[name].engine_point(np.array(example["ours"])), example["engine"], atol=1e-4)


def test_unreal_point_in_centimetres_becomes_metres() -> None:
    assert np.allclose(UNREAL.point(np.array([200.0, 30.0, 170.0])), [-0.3, 1.7, 2.0])


@pytest.mark.parametrize("name", NAMES)
def test_rotation_turns_the_same_things_the_same_way(name: str) -> None:
    engine = AXES[name]
    for example in VECTORS[name]["rotations"]:
        for axis in np.eye(3).tolist():
            in_engine = engine.direction(turned(example["engine"], axis))
            in_ours = turned(example["ours"], engine.direction(np.array(axis)).tolist())
            assert np.allclose(in_engine, in_ours, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_rotation_goes_to_the_engine_and_back(name: str) -> None:
    for example in VECTORS[name]["rotations"]:
        assert np.allclose(AXES[name].engine_quaternion(np.array(example["ours"])), example["engine"], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_nose_of_a_turned_head_is_where_the_engine_has_it(name: str) -> None:
    forward = np.array(FORWARD_RIGHT_UP[name][0], float) * 0.1 / AXES[name].metres_per_unit
    for example in VECTORS[name]["heads"]:
        in_engine = np.array(example["position"]) + turned(example["quaternion"], forward.tolist())
        nose = matrix(example, "world_from_head") @ [0, 0, 0.1, 1]
        assert np.allclose(AXES[name].point(in_engine), nose[:3], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_camera_object_looks_where_its_forward_axis_points(name: str) -> None:
    forward = {"unity": [0, 0, 1], "unreal": [1, 0, 0], "webxr": [0, 0, -1]}[name]
    up = {"unity": [0, 1, 0], "unreal": [0, 0, 1], "webxr": [0, 1, 0]}[name]
    for example in VECTORS[name]["cameras"]:
        rotation = matrix(example, "camera_from_world")[:3, :3]
        assert np.allclose(
            rotation @ AXES[name].direction(turned(example["quaternion"], forward)), [0, 0, 1], atol=1e-5
        )
        assert np.allclose(rotation @ AXES[name].direction(turned(example["quaternion"], up)), [0, -1, 0], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_camera_object_stands_where_the_engine_has_it(name: str) -> None:
    for example in VECTORS[name]["cameras"]:
        at = np.append(AXES[name].point(np.array(example["position"])), 1)
        assert np.allclose(matrix(example, "camera_from_world") @ at, [0, 0, 0, 1], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_engine_and_ours_see_a_point_at_the_same_place_of_the_picture(name: str) -> None:
    engine = AXES[name]
    for camera in VECTORS[name]["cameras"]:
        for projection in VECTORS[name]["projections"]:
            at = matrix(camera, "camera_from_world")
            place = np.linalg.inv(at) @ [0.25, -0.375, 1.5, 1]  # 1.5 m before the camera
            seen = engine_ndc(engine, camera, projection, engine.engine_point(place[:3]))
            left, right, down, up = projection["tangents"]
            ours = [2 * (0.25 / 1.5 + left) / (left + right) - 1, 2 * (0.375 / 1.5 + down) / (down + up) - 1]
            assert np.allclose(seen[:2], ours, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_far_and_near_planes_are_the_ends_of_the_engines_depths(name: str) -> None:
    ends = [1, 0] if name == "unreal" else [-1, 1]
    for projection in VECTORS[name]["projections"]:
        planes = [projection["near_m"], min(projection["far_m"], 1e9)]
        camera = VECTORS[name]["cameras"][0]
        world_from_camera = np.linalg.inv(matrix(camera, "camera_from_world"))
        places = [(world_from_camera @ [0, 0, depth, 1])[:3] for depth in planes]
        seen = [engine_ndc(AXES[name], camera, projection, AXES[name].engine_point(at))[2] for at in places]
        assert np.allclose(seen, ends, atol=1e-3)


def engine_ndc(engine: EngineAxes, camera: Any, projection: Any, point: np.ndarray) -> np.ndarray:
    """Return what the engine's own view and projection make of a point in its world."""
    view, lens = matrix(camera, "view_matrix"), matrix(projection, "matrix")
    place = np.append(point, 1.0)
    clip = place @ view @ lens if engine is UNREAL else lens @ view @ place
    return clip[:3] / clip[3]


def test_conversions_give_the_vectors() -> None:
    for name, subjects in VECTORS.items():
        engine = AXES[name]
        for camera in subjects["cameras"]:
            assert np.allclose(
                engine.camera_from_view_matrix(matrix(camera, "view_matrix")),
                matrix(camera, "camera_from_world"),
                atol=1e-5,
            )
        for head in subjects["heads"]:
            pose = engine.world_from_head(np.array(head["position"]), np.array(head["quaternion"]))
            assert np.allclose(pose, matrix(head, "world_from_head"), atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_key_light_lies_where_its_rays_come_from(name: str) -> None:
    for example in VECTORS[name]["key_lights"]:
        assert np.allclose(AXES[name].direction(-np.array(example["travels"])), example["key_direction"])


def unity_irradiance(sh: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Return what Unity's shaders compute of a SphericalHarmonicsL2 (unity_SHAr .. unity_SHC): irradiance / pi."""
    x, y, z = normals.T
    linear = np.stack([x, y, z, np.ones_like(x)], 1) @ np.stack([sh[3], sh[1], sh[2], sh[0] - sh[6]])
    square = np.stack([x * y, y * z, z * z, z * x], 1) @ np.stack([sh[4], sh[5], 3 * sh[6], sh[7]])
    return linear + square + (x * x - y * y)[:, None] * sh[8]


def test_probe_of_unity_lights_a_surface_as_unity_does() -> None:
    directions, normals = sphere_directions(20_000), sphere_directions(12)
    for example in VECTORS["unity"]["probes"]:
        sh, probe = (np.array(example[side]).reshape(9, 3) for side in ("engine", "ours"))
        ours = np.array([UNITY.direction(normal) for normal in normals])
        cosines = np.maximum(0, ours @ directions.T)
        lit = cosines @ (basis(directions) @ probe) * (4 * np.pi / len(directions)) / np.pi
        assert np.allclose(lit, unity_irradiance(sh, normals), atol=2e-3)


def unreal_radiance(sh: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return the sum of Unreal's basis functions (TSHVector<3>::SHBasisFunction)."""
    x, y, z = directions.T
    functions = [0.282095 + 0 * x, -0.488603 * y, 0.488603 * z, -0.488603 * x, 1.092548 * x * y, -1.092548 * y * z]
    functions += [0.315392 * (3 * z * z - 1), -1.092548 * x * z, 0.546274 * (x * x - y * y)]
    return np.stack(functions, 1) @ sh


def test_probe_of_unreal_has_the_same_radiance_in_every_direction() -> None:
    directions = sphere_directions(50)
    ours = np.array([UNREAL.direction(direction) for direction in directions])
    for example in VECTORS["unreal"]["probes"]:
        sh, probe = (np.array(example[side]).reshape(9, 3) for side in ("engine", "ours"))
        assert np.allclose(basis(ours) @ probe, unreal_radiance(sh, directions), atol=1e-4)


def test_probe_of_webxr_is_ours() -> None:
    for example in VECTORS["webxr"]["probes"]:
        assert np.allclose(example["engine"], example["ours"], atol=1e-5)


def test_orthographic_projection_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="orthographic; a head is drawn for an eye in perspective"):
        UNITY.frustum(np.eye(4))
