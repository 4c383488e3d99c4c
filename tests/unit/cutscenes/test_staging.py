"""Shots are composed as in films: who is where in the picture."""

from typing import get_args

import numpy as np
import pytest

from rsatalker.cutscenes.camera_track import cameras_at
from rsatalker.cutscenes.read_script import cutscene_from
from rsatalker.cutscenes.script import Preset
from rsatalker.cutscenes.staging import ARRANGEMENTS, UP, eyes_of
from rsatalker.renderers.camera import Camera

pytestmark = pytest.mark.unit


@pytest.fixture
def shown(scene, tmp_path):
    """Give a function that returns camera and cutscene of a shot."""

    def show(arrangement="facing", **shot):
        scene["arrangement"] = arrangement
        scene["shot"] = [shot]
        scene["output"] |= {"width": 640, "height": 360}
        cutscene = cutscene_from(scene, tmp_path)
        return cameras_at(cutscene, 0)[0], cutscene

    return show


def place(camera: Camera, point: np.ndarray) -> tuple[float, float, float]:
    """Return where a point is: from 0 (left, top) to 1, and how far away."""
    x, y, z = camera.camera_from_world[:3, :3] @ point + camera.camera_from_world[:3, 3]
    u, v = camera.K[0, 0] * x / z + camera.K[0, 2], camera.K[1, 1] * y / z + camera.K[1, 2]
    return u / camera.width, v / camera.height, z


@pytest.mark.parametrize("arrangement", list(ARRANGEMENTS))
def test_two_shot_shows_both_at_one_height(shown, arrangement):
    camera, cutscene = shown(arrangement, preset="two-shot")
    (left, left_y, near), (right, right_y, far) = (place(camera, eyes_of(cutscene.participants, i)) for i in (0, 1))
    assert 0.08 < left < 0.42
    assert 0.58 < right < 0.92
    assert left_y == pytest.approx(right_y, abs=0.01)
    assert 0.2 < left_y < 0.5
    assert near == pytest.approx(far, rel=0.05)


@pytest.mark.parametrize(("of", "side"), [("mara", -1), ("tomas", 1)])
def test_over_the_shoulder_has_the_face_beyond_the_partner(shown, of, side):
    camera, cutscene = shown(preset="over-the-shoulder", of=of)
    index = ["mara", "tomas"].index(of)
    face, partner = (place(camera, eyes_of(cutscene.participants, who)) for who in (index, 1 - index))
    assert 0.3 < face[0] < 0.7
    assert 0.25 < face[1] < 0.55
    assert partner[2] < 0.65 * face[2]
    assert (partner[0] - face[0]) * -side > 0.2  # hers is over his shoulder on the right, his over hers on the left
    assert place(camera, eyes_of(cutscene.participants, index) + 0.2 * UP)[1] > -0.3  # no more sky than that


@pytest.mark.parametrize("preset", ["medium", "close-up", "extreme-close-up", "profile"])
@pytest.mark.parametrize("of", ["mara", "tomas"])
def test_single_has_room_where_the_face_looks_and_no_partner(shown, preset, of):
    camera, cutscene = shown(preset=preset, of=of)
    index = ["mara", "tomas"].index(of)
    face, partner = (place(camera, eyes_of(cutscene.participants, who)) for who in (index, 1 - index))
    assert 0.25 < face[0] < 0.75
    assert (face[0] - 0.5) * (partner[0] - face[0]) < 0 or partner[2] < 0  # the empty side is the partner's
    assert partner[2] < 0 or not -0.05 < partner[0] < 1.05


@pytest.mark.parametrize("of", ["mara", "tomas"])
def test_close_up_has_no_nose_at_its_edge_where_the_two_stand_close(shown, of):
    camera, cutscene = shown("open", preset="close-up", of=of)
    index = ["mara", "tomas"].index(of)
    face, partner = (eyes_of(cutscene.participants, who) for who in (index, 1 - index))
    tip = partner + 0.07 * (face - partner) / np.linalg.norm(face - partner)
    assert not 0 < place(camera, tip)[0] < 1
    assert 0.25 < place(camera, face)[0] < 0.75


def test_no_cut_changes_who_is_on_the_left(shown):
    for preset in get_args(Preset):
        camera, cutscene = shown(preset=preset, of="mara")
        right = camera.camera_from_world[0, :3]
        line = eyes_of(cutscene.participants, 1) - eyes_of(cutscene.participants, 0)
        assert right @ line > 0, preset


def test_angle_of_view_keeps_the_size_of_a_face(shown):
    sizes = []
    for fov in (12, 40):
        camera, cutscene = shown(preset="close-up", of="mara", fov_deg=fov)
        eyes = eyes_of(cutscene.participants, 0)
        sizes.append(place(camera, eyes)[1] - place(camera, eyes + 0.05 * UP)[1])
    assert sizes[0] == pytest.approx(sizes[1], rel=0.12)  # perspective, but no other size
