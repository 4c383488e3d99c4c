"""The web client's conversions against the vectors, and against Python where the vectors say nothing."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rsatalker.avatars.spherical_harmonics import project, sphere_directions

pytestmark = pytest.mark.cross_language

VECTORS = Path(__file__).parents[2] / "proto" / "vectors" / "coordinates.json"
PROGRAM = Path(__file__).with_name("convert_coordinates.mjs")
WEBXR = json.loads(VECTORS.read_text("utf-8"))["webxr"]


@pytest.fixture(scope="module")
def converted() -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is not installed") if os.environ.get("CI") == "true" else pytest.skip("node is not installed")
    result = subprocess.run([node, str(PROGRAM), str(VECTORS)], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def pairs() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(camera, projection) for camera in WEBXR["cameras"] for projection in WEBXR["projections"]]


def test_eyes_are_the_vectors(converted: dict[str, Any]):
    for eye, (camera, projection) in zip(converted["eyes"], pairs(), strict=True):
        assert np.allclose(eye["cameraFromWorld"], camera["camera_from_world"], atol=1e-4)
        assert np.allclose(eye["tangents"], projection["tangents"], atol=1e-4)
        assert (eye["nearM"], eye["farM"]) == pytest.approx((projection["near_m"], projection["far_m"]), rel=1e-3)


def test_corners_of_a_card_are_seen_at_the_corners_of_its_picture(converted: dict[str, Any]):
    for index, corners in enumerate(converted["cards"]):
        camera, projection = pairs()[index * len(WEBXR["projections"]) + 2]
        camera_from_world = np.array(camera["camera_from_world"]).reshape(4, 4)
        seen = np.array(corners).reshape(4, 3) @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
        left, right, down, up = projection["tangents"]
        assert np.allclose(
            seen[:, :2] / seen[:, 2:], [[-left, -up], [right, -up], [-left, down], [right, down]], atol=1e-4
        )


def test_card_stands_at_the_depth_of_the_heads_anchor(converted: dict[str, Any]):
    for index, (corners, head) in enumerate(zip(converted["cards"], converted["heads"], strict=True)):
        camera_from_world = np.array(pairs()[index * len(WEBXR["projections"])][0]["camera_from_world"]).reshape(4, 4)
        depths = np.array(corners).reshape(4, 3) @ camera_from_world[2, :3] + camera_from_world[2, 3]
        assert np.allclose(depths, (camera_from_world @ [*head, 1])[2], atol=1e-4)


def test_light_of_sky_and_ground_is_their_radiance(converted: dict[str, Any]):
    directions = sphere_directions(2_000)
    share = directions[:, 1:2] / 2 + 0.5
    radiance = share * np.array([0.5, 0.25, 1]) + (1 - share) * np.array([0.125, 0.5, 0])
    assert np.allclose(np.array(converted["light"]["probe"]).reshape(9, 3), project(directions, radiance), atol=2e-3)


def test_light_of_a_lamp_leaves_its_share_to_the_surface(converted: dict[str, Any]):
    assert converted["light"]["keyDirection"] == pytest.approx([0.6, 0, -0.8])
    assert converted["light"]["keyColor"] == pytest.approx(np.array([1, 0.5, 2]) / np.pi)
