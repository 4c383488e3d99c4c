"""Shade that recipes bake into single surfels: in the hollows of ears and face, between teeth."""

import numpy as np
import pytest

from rsatalker.avatars.appearance.anatomy import anatomy_of
from rsatalker.avatars.appearance.hollows import LEAST_LIGHT, ear_shade, skin_shade
from rsatalker.avatars.appearance.mouth import BETWEEN_TEETH, paint_inside
from rsatalker.avatars.appearance.surfels import tile
from rsatalker.heads.regions import Region

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def anatomy(head):
    return anatomy_of(head)


def surfels_on(anatomy, region):
    chosen = np.flatnonzero(anatomy.quad_region == region)
    random = np.random.default_rng(1)
    return tile(anatomy.vertices, anatomy.normals, anatomy.quads, chosen, np.full(len(chosen), 0.16), random)


def test_hollows_of_the_ear_lose_light_and_its_ridges_keep_theirs(anatomy):
    shade = ear_shade(anatomy, surfels_on(anatomy, Region.EAR))
    assert shade.min() < LEAST_LIGHT + 0.1
    assert (shade > 0.98).mean() > 0.3


def test_only_ears_are_shaded_by_their_relief(anatomy):
    face = surfels_on(anatomy, Region.FACE)
    shade = ear_shade(anatomy, face)
    before_the_ears = face.position[:, 2] > 4.0
    np.testing.assert_allclose(shade[before_the_ears], 1.0, atol=1e-9)


def test_skin_is_darker_beside_the_nose_and_under_the_lip_than_on_the_forehead(anatomy):
    face = surfels_on(anatomy, Region.FACE)
    shade = skin_shade(anatomy, face)[:, 1]
    marks = anatomy.landmarks
    beside_nose = marks[35] + [0.35, 0.2, -0.4]
    under_lip = marks[57] + [0.0, -0.5, -0.2]
    forehead = marks[21] + [0.0, 2.5, 0.0]
    places = np.array([beside_nose, under_lip, forehead])
    distance = np.linalg.norm(face.position[:, None, :2] - places[:, :2], axis=2) + (face.position[:, 2:] < 5.0) * 99.0
    nose, lip, brow = (np.sort(shade[distance[:, column].argsort()[:40]])[:5].mean() for column in range(3))
    assert max(nose, lip) < 0.85
    assert brow > 0.97


def test_teeth_of_a_row_have_shades_of_their_own(anatomy, character):
    teeth = surfels_on(anatomy, Region.TEETH)
    region = np.full(len(teeth), Region.TEETH)
    albedo = paint_inside(teeth.position, region, anatomy, character.look.teeth, character.look.skin.blood).albedo[:, 1]
    upper = (teeth.position[:, 1] > -3.6) & (teeth.position[:, 1] < -3.3)
    left, right = (albedo[upper & (np.abs(teeth.position[:, 0] - x) < 0.15)].mean() for x in (0.42, -0.42))
    assert abs(left - right) > 0.01


def test_palate_is_red_and_falls_off_into_the_throat(anatomy, character):
    walls = surfels_on(anatomy, Region.MOUTH_BAG)
    region = np.full(len(walls), Region.MOUTH_BAG)
    paint = paint_inside(walls.position, region, anatomy, character.look.teeth, character.look.skin.blood)
    behind_lips_cm = anatomy.landmarks[48:60, 2].min() - walls.position[:, 2]
    front, back = behind_lips_cm < 1.5, behind_lips_cm > 4.0
    assert paint.albedo[front, 0].mean() > 1.4 * paint.albedo[back, 0].mean()
    assert (paint.albedo[:, 0] > 2.5 * paint.albedo[:, 2]).all()
    assert (paint.albedo[:, 0] * paint.occlusion)[back].min() > 0.2  # red, not black


def test_light_is_lost_between_two_teeth_and_not_on_their_faces(anatomy, character):
    teeth = surfels_on(anatomy, Region.TEETH)
    region = np.full(len(teeth), Region.TEETH)
    look = character.look
    occlusion = paint_inside(teeth.position, region, anatomy, look.teeth, look.skin.blood).occlusion
    from_midline, height = np.abs(teeth.position[:, 0]), teeth.position[:, 1]
    upper = (height > -3.8) & (height < -3.4)  # where the central incisors are widest
    assert occlusion[upper & (from_midline < 0.08)].mean() < 1 - 0.25 * BETWEEN_TEETH
    assert occlusion[upper & (np.abs(from_midline - 0.35) < 0.15)].mean() > 0.97
