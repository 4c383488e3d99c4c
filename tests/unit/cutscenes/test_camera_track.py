from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rsatalker.cutscenes.camera_track import cameras_at, eased, shot_at, view_at
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.script import EASINGS, Cutscene

pytestmark = pytest.mark.unit


@pytest.fixture
def shot(scene: dict[str, Any], tmp_path: Path):
    """Give a function that returns a scene with one shot."""

    def make(**fields: Any) -> Cutscene:
        return cutscene_from(scene | {"shot": [fields], "duration_s": 2}, tmp_path)

    return make


def keys(easing: str = "linear") -> list[dict[str, Any]]:
    return [
        {"at_s": 0.5, "position_m": [0, 0, 2], "target": [0, 0, 0], "fov_deg": 20, "easing": easing},
        {"at_s": 1.5, "position_m": [1, 0, 2], "target": [0, 0.5, 0], "fov_deg": 40},
    ]


@pytest.mark.parametrize("easing", EASINGS)
def test_easing_leads_from_0_to_1_without_turning_back(easing: str) -> None:
    steps = [eased(share, easing) for share in np.linspace(0, 1, 21)]
    assert (steps[0], steps[-1]) == (0, 1)
    assert np.all(np.diff(steps) > 0)


def test_camera_rests_before_the_first_and_after_the_last_key(shot) -> None:
    scene = shot(key=keys())
    assert view_at(scene, 0) == view_at(scene, 12)
    assert view_at(scene, 36) == view_at(scene, 47)


def test_camera_is_half_way_between_keys_at_half_time(shot) -> None:
    view = view_at(shot(key=keys("smooth")), 24)
    assert view.position_m == pytest.approx((0.5, 0, 2))
    assert view.target_m == pytest.approx((0, 0.25, 0))
    assert view.fov_deg == pytest.approx(30)


def test_push_in_comes_nearer_by_its_amount(shot) -> None:
    scene = shot(preset="two-shot", move="push-in", amount=0.25)
    first, last = view_at(scene, 0), view_at(scene, scene.frame_count - 1)
    distance = [np.linalg.norm(np.subtract(v.position_m, v.target_m)) for v in (first, last)]
    assert distance[1] / distance[0] == pytest.approx(0.75)


def test_orbit_turns_by_its_degrees_at_one_distance(shot) -> None:
    scene = shot(preset="two-shot", move="orbit-right", amount=30)
    arms = [np.subtract(v.position_m, v.target_m) for v in (view_at(scene, 0), view_at(scene, scene.frame_count - 1))]
    cosine = arms[0] @ arms[1] / np.linalg.norm(arms[0]) / np.linalg.norm(arms[1])
    assert np.degrees(np.arccos(cosine)) == pytest.approx(30)
    assert arms[1][0] > arms[0][0]


def test_hand_held_camera_is_never_still_and_never_far(shot) -> None:
    scene = shot(preset="two-shot", move="hand-held")
    rest = view_at(shot(preset="two-shot"), 0)
    targets = np.array([view_at(scene, frame).target_m for frame in range(scene.frame_count)])
    assert np.all(np.abs(np.diff(targets, axis=0)).max(1) > 0)
    assert np.abs(targets - rest.target_m).max() < 0.04


def test_cut_is_between_two_frames(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["shot"] = [{"preset": "two-shot"}, {"start_s": 0.5, "preset": "close-up", "of": "mara"}]
    cutscene = cutscene_from(scene, tmp_path)
    assert (shot_at(cutscene, 11), shot_at(cutscene, 12)) == (0, 1)
    assert view_at(cutscene, 11) == view_at(cutscene, 0)
    assert view_at(cutscene, 12) == view_at(cutscene, 13)
    assert view_at(cutscene, 11) != view_at(cutscene, 12)


def test_roll_turns_the_picture_the_other_way(shot) -> None:
    camera = cameras_at(shot(position_m=[0, 0, 2], target=[0, 0, 0], roll_deg=90), 0)[0]
    x, y, _ = camera.camera_from_world[:3, :3] @ np.array([0, 1, 0], np.float32)
    assert (x, y) == pytest.approx((-1, 0), abs=1e-6)  # with the camera's head to the right, up is to the left


def test_eyes_of_a_stereo_pair_agree_at_the_convergence_distance(scene: dict[str, Any], tmp_path: Path) -> None:
    scene["shot"] = [{"position_m": [0, 0, 2], "target": [0, 0, 0]}]
    scene["stereo"] = {"eye_distance_m": 0.06, "convergence_m": 1.5}
    left, right = cameras_at(cutscene_from(scene, tmp_path), 0)
    assert right.position - left.position == pytest.approx([0.06, 0, 0], abs=1e-6)

    def column(camera, z):
        x, _, depth = camera.camera_from_world[:3, :3] @ [0, 0, z] + camera.camera_from_world[:3, 3]
        return camera.K[0, 0] * x / depth + camera.K[0, 2]

    assert column(left, 0.5) == pytest.approx(column(right, 0.5), abs=1e-3)  # 1.5 m before the camera
    assert column(left, 1.0) > column(right, 1.0)  # nearer: crossed, it comes out of the screen
