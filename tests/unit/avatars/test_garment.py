from dataclasses import replace

import numpy as np
import pytest

from rsatalker.avatars.appearance.anatomy import CLOTH, anatomy_of
from rsatalker.avatars.appearance.cloth import add_garment
from rsatalker.avatars.appearance.garment import (
    COLUMNS,
    CUT_MIDDLE,
    Part,
    below_neckline,
    level_of,
    neck_ring,
    sew_garment,
)
from rsatalker.avatars.appearance.look import ClothLook
from rsatalker.avatars.appearance.weave import threads
from rsatalker.avatars.binding import Cloud
from rsatalker.avatars.build import COVERED

pytestmark = pytest.mark.unit

KINDS = ("crew", "vneck", "roll", "shirt")


def worn(head, look):
    """Return the anatomy of a head that wears a garment, and the garment."""
    anatomy = anatomy_of(head)
    garment = sew_garment(anatomy, look)
    anatomy.add_garment(garment.vertices, garment.quads)
    return anatomy, garment


def grown(head, look):
    """Return the cloth's Gaussians and their centres in face space."""
    anatomy, garment = worn(head, look)
    cloud = Cloud(anatomy.origin_m, 0.01)
    add_garment(cloud, anatomy, garment, look, 2 * len(anatomy.quads), 1.0, np.random.default_rng(1))
    bound = np.concatenate(cloud.parts)
    return bound, (bound["center"] - anatomy.origin_m) * 100


@pytest.mark.parametrize("kind", KINDS)
def test_cloth_faces_outwards(head, kind):
    anatomy, garment = worn(head, ClothLook((0.2, 0.2, 0.2), kind=kind))
    quads = anatomy.quads[anatomy.quad_region == CLOTH]
    normals = anatomy.normals[quads].mean(1)
    away = anatomy.vertices[quads].mean(1) - [0, level_of(anatomy, ClothLook((0, 0, 0))) - 6, -1]
    outside = garment.part == Part.BODY
    assert ((normals * away).sum(1)[outside] > 0).mean() > 0.97
    assert (normals[garment.part == Part.UNDERSIDE, 1] < 0).mean() > 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_skin_that_is_drawn_does_not_come_through_the_cloth(head, kind):
    look = ClothLook((0.2, 0.2, 0.2), kind=kind, collar_height=-9.9 if kind == "roll" else -12.0)
    anatomy, garment = worn(head, look)
    outer = anatomy.outer_vertices()
    skin = anatomy.vertices[outer[outer < len(head.neutral_vertices)]]
    below = below_neckline(anatomy, look, skin)
    skin = skin[(below > 0.6) & (below < COVERED) & (skin[:, 1] < anatomy.landmarks[8, 1] - 1)]
    _, _, axis_z = neck_ring(anatomy, look)
    column = np.round(np.arctan2(skin[:, 0], skin[:, 2] - axis_z) / (2 * np.pi) * COLUMNS).astype(int) % COLUMNS
    cloth = garment.grid[:, garment.first_row : garment.first_row + garment.lengths.shape[1]]
    reach = np.hypot(cloth[..., 0], cloth[..., 2] - axis_z)
    at_height = [np.interp(-y, -cloth[k, :, 1], reach[k]) for k, y in zip(column, skin[:, 1], strict=True)]
    assert len(skin) > 100
    assert (np.hypot(skin[:, 0], skin[:, 2] - axis_z) - at_height).max() < 0.05


def test_bust_ends_at_an_edge_rather_than_in_a_fade(head):
    look = ClothLook((0.2, 0.2, 0.2))
    bound, points = grown(head, look)
    anatomy, _ = worn(head, look)
    flat = bound["antialiased"] == 0
    assert bound["opacity"][flat].min() > 0.99
    front = np.abs(points[:, 0]) < 1
    lowest = level_of(anatomy, look) - points[front, 1].min()
    assert CUT_MIDDLE < lowest < CUT_MIDDLE + 1.5


def test_bust_is_closed_below(head):
    _, points = grown(head, ClothLook((0.2, 0.2, 0.2)))
    down = points[np.hypot(points[:, 0], points[:, 2]) < 2.0]
    assert len(down) > 5
    assert down[:, 1].min() < -20


def test_buttons_are_sewn_on_the_front_where_they_are_asked_for(head):
    plain = ClothLook((0.2, 0.2, 0.2))
    buttoned = replace(plain, buttons=True, button_color=(0.9, 0.1, 0.1))
    for look, expected in ((plain, False), (buttoned, True)):
        bound, points = grown(head, look)
        red = bound["albedo"][:, 0] > 3 * bound["albedo"][:, 1]
        assert red.any() == expected
        assert (points[red, 2] > 0).all()


@pytest.mark.parametrize("weave", ["jersey", "rib", "cable", "linen", "check"])
def test_threads_keep_the_colour_of_the_cloth_on_the_whole(weave):
    random = np.random.default_rng(3)
    count = 4000
    azimuth, length = random.uniform(-np.pi, np.pi, count), random.uniform(2, 15, count)
    points = np.stack([10 * np.sin(azimuth), -12 - 0.6 * length, 10 * np.cos(azimuth)], 1)
    look = ClothLook((0.30, 0.15, 0.10), weave=weave, second_color=(0.30, 0.15, 0.10))
    colors, slopes = threads(points, azimuth, length, look, random)
    np.testing.assert_allclose(colors.mean(0), look.color, rtol=0.2)
    assert np.abs(slopes).max() < 1
    assert colors.std(0).max() > 0.005  # and no two threads are alike
