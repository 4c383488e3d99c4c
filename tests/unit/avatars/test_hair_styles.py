from dataclasses import replace

import numpy as np
import pytest

from rsatalker.avatars.appearance.anatomy import PushOut, anatomy_of
from rsatalker.avatars.appearance.beard import add_beard
from rsatalker.avatars.appearance.face_map import FaceMap
from rsatalker.avatars.appearance.garment import sew_garment
from rsatalker.avatars.appearance.hair import add_hair
from rsatalker.avatars.appearance.hairline import Hairline
from rsatalker.avatars.appearance.look import BeardLook
from rsatalker.avatars.appearance.styles import STYLES
from rsatalker.avatars.binding import Cloud
from rsatalker.avatars.build import _add_surface
from rsatalker.avatars.cast import CHARACTERS

pytestmark = pytest.mark.unit

LENGTHS = {"short": 3.0, "long": 26.0, "bob": 17.0, "bun": 20.0, "curls": 5.0}


@pytest.fixture(scope="module")
def anatomy(head, character):
    anatomy = anatomy_of(head)
    garment = sew_garment(anatomy, character.look.cloth)
    anatomy.add_garment(garment.vertices, garment.quads)
    return anatomy


@pytest.fixture(scope="module")
def ground(anatomy, character):
    line = Hairline(character.look.hair.hairline, anatomy.to_style(anatomy.landmarks), anatomy.to_style(anatomy.center))
    face, random = FaceMap(anatomy.landmarks), np.random.default_rng(1)
    return _add_surface(Cloud(anatomy.origin_m, 0.01), anatomy, face, line, character.look, 0.5, random)


def grown(anatomy, ground, look):
    """Return centres in face space and the strand frames."""
    cloud = Cloud(anatomy.origin_m, 0.01)
    _, frames = add_hair(cloud, anatomy, look, ground, 0, 0.12, np.random.default_rng(2))
    return (np.concatenate(cloud.parts)["center"] - anatomy.origin_m) * 100, frames


@pytest.mark.parametrize("style", STYLES)
def test_hair_lies_outside_the_skull(anatomy, ground, character, style):
    look = replace(character.look.hair, style=style, length=LENGTHS[style], strands=1500)
    points, _ = grown(anatomy, ground, look)
    outer = anatomy.outer_vertices()
    above_neck = points[points[:, 1] > 0]
    _, height = PushOut(anatomy.vertices[outer], anatomy.normals[outer]).probe(above_neck)
    assert np.percentile(height, 2) > -0.15
    assert len(points) > 300


@pytest.mark.parametrize("style", STYLES)
def test_hair_leaves_the_face_free(anatomy, ground, character, style):
    look = replace(character.look.hair, style=style, length=LENGTHS[style], strands=1500)
    points, _ = grown(anatomy, ground, look)
    marks = anatomy.landmarks
    before_face = (points[:, 2] > marks[36, 2]) & (np.abs(points[:, 0]) < marks[45, 0])
    assert not (before_face & (points[:, 1] < marks[36, 1])).any()


def test_long_hair_swings_and_short_hair_does_not(anatomy, ground, character):
    look = character.look.hair
    _, short = grown(anatomy, ground, replace(look, style="short", length=3.0, strands=1500))
    _, hanging = grown(anatomy, ground, replace(look, style="long", length=26.0, strands=1500))
    assert short[2].max() == 0
    assert hanging[2].max() > 0.9
    assert len(np.unique(hanging[1])) > 3


def test_bob_ends_where_long_hair_goes_on(anatomy, ground, character):
    look = replace(character.look.hair, length=17.0, strands=1500)
    bob, _ = grown(anatomy, ground, replace(look, style="bob"))
    hanging, _ = grown(anatomy, ground, replace(look, style="long", length=26.0))
    assert bob[:, 1].min() > hanging[:, 1].min() + 5


def test_beard_follows_the_jaw(anatomy, ground, character):
    cloud = Cloud(anatomy.origin_m, 0.01)
    beard = BeardLook(length=1.0, dark=(0.03, 0.02, 0.01), light=(0.1, 0.07, 0.04), strands=300)
    add_beard(cloud, FaceMap(anatomy.landmarks), beard, ground, 1.0, np.random.default_rng(3))
    bound = np.concatenate(cloud.parts)
    points = (bound["center"] - anatomy.origin_m) * 100
    assert (bound["frame"] < 2 * len(anatomy.quads)).all()  # on the skin's triangles
    assert points[:, 1].max() < anatomy.landmarks[19, 1]  # sideburns reach as high as the ears, no higher


def test_cast_wears_at_least_five_styles():
    assert len({character.look.hair.style for character in CHARACTERS.values()}) >= 5
