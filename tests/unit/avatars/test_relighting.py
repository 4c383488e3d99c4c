import numpy as np
import pytest

from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.light import light_from_lamps, studio_light
from rsatalker.avatars.relighting import BRIGHTEST, DISPLAY_GAMMA, Relighting
from rsatalker.cutscenes.lights import PRESETS

pytestmark = pytest.mark.unit

HERE = np.eye(3, dtype=np.float32)
EYES = np.array([0, 0, 0.09], np.float32)
FROM_RIGHT = light_from_lamps((), (0.1, 0.1, 0.1), (0.1, 0.1, 0.1), (1, 0, 0), (1.5, 1.5, 1.5))


def ball(rings=16, around=32):
    """A ball, its normals those of its places."""
    heights = np.pi * np.arange(1, rings) / rings
    angles = 2 * np.pi * np.arange(around) / around
    y, a = (part.ravel() for part in np.meshgrid(np.cos(heights), angles, indexing="ij"))
    flat = np.sqrt(1 - y * y)
    vertices = 0.1 * np.stack([flat * np.sin(a), y, flat * np.cos(a)], 1)
    faces = []
    for level in range(rings - 2):
        for here in range(around):
            first, second = level * around + here, level * around + (here + 1) % around
            faces += [(first, first + around, second), (second, first + around, second + around)]
    return vertices.astype(np.float32), np.array(faces, np.int32)


VERTICES, FACES = ball()
RIGHT, LEFT = VERTICES[:, 0] > 0.07, VERTICES[:, 0] < -0.07
FRONT = VERTICES[:, 2] > 0.07


def relit(captured=None, brightness=None):
    """The relighting of a ball that carries one grey Gaussian in the middle of each triangle."""
    count = len(FACES)
    shown = np.full(count, 0.3) if brightness is None else brightness(VERTICES[FACES].mean(1) / 0.1)
    colors = np.repeat(shown[:, None] ** (1 / DISPLAY_GAMMA), 3, 1)
    return Relighting(
        VERTICES, FACES, np.arange(count, dtype=np.int32), np.full((count, 3), 1 / 3), colors, np.ones(count, bool),
        EYES, captured,
    )  # fmt: skip


def gains(relighting, light, vertices=VERTICES, rotation=HERE):
    return relighting.gains(vertices, rotation, light)


def test_head_in_the_usual_light_is_as_photographed():
    assert gains(relit(CapturedLight.even()), studio_light()) is None


def test_head_in_the_usual_light_dimmed_is_dimmed_evenly():
    found = gains(relit(CapturedLight.even()), studio_light().scaled(0.25))
    np.testing.assert_allclose(found, 0.25 ** (1 / DISPLAY_GAMMA), rtol=1e-5)


def test_head_is_brighter_where_the_lamp_of_the_scene_is():
    found = gains(relit(CapturedLight.even()), FROM_RIGHT)
    assert found[RIGHT].min() > 2 * found[LEFT].max()


def test_head_that_was_lit_from_one_side_looks_evenly_lit_in_even_light():
    slope = np.array([-0.6, 0.0, 0.0])
    photographed = np.exp(VERTICES @ slope / 0.1) ** (1 / DISPLAY_GAMMA)
    even = light_from_lamps((), (0.6, 0.6, 0.6), (0.6, 0.6, 0.6), (0, 0, 1), (0, 0, 0))
    shown = photographed[:, None] * gains(relit(brightness=lambda n: 0.2 * np.exp(n @ slope)), even)
    assert photographed[LEFT & ~FRONT].mean() > 1.5 * photographed[RIGHT & ~FRONT].mean()
    assert shown[LEFT].mean() == pytest.approx(shown[RIGHT].mean(), rel=0.06)


def test_face_is_darkest_at_night_and_glares_in_no_light_of_cutscenes():
    others = sorted(set(PRESETS) - {"studio"})
    seen = {name: gains(relit(CapturedLight.even()), PRESETS[name]())[FRONT].mean() for name in others}
    assert min(seen, key=lambda name: seen[name]) == "night"
    assert max(seen.values()) < 1.25


def test_light_of_the_images_stays_where_it_was_when_the_head_turns():
    quarter = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    light = CapturedLight(np.array([0.5, 0, 0]), 1.0)
    turned = VERTICES @ quarter.T
    found = gains(relit(light), studio_light(), turned)
    was, now = light.on(VERTICES / 0.1), light.on(turned / 0.1)
    sides = np.abs(VERTICES[:, 1]) < 0.08  # the poles are open
    np.testing.assert_allclose(found[sides, 0], (now / was)[sides] ** (1 / DISPLAY_GAMMA), rtol=0.02)


def test_lamp_of_the_scene_stays_where_it_is_when_the_head_is_placed_turned():
    around = np.diag([-1.0, 1, -1]).astype(np.float32)
    relighting = relit(CapturedLight.even())
    at_home = gains(relighting, FROM_RIGHT).copy()
    placed = gains(relighting, FROM_RIGHT, rotation=around)
    assert placed[LEFT].mean() == pytest.approx(at_home[RIGHT].mean(), rel=0.02)


def test_gain_is_bounded_in_glaring_light():
    found = gains(relit(CapturedLight.even()), FROM_RIGHT.scaled(100))
    assert found.max() == pytest.approx(BRIGHTEST ** (1 / DISPLAY_GAMMA), rel=1e-5)


def test_colors_that_are_lit_more_near_white_without_reaching_it():
    relighting = relit(CapturedLight.even())
    colors = np.tile(np.float32([0.2, 0.7, 0.95]), (len(FACES), 1))
    relighting.tint(0, len(FACES), np.full_like(VERTICES, 1.5), colors)
    np.testing.assert_allclose(colors[:, 0], 0.3, rtol=1e-5)
    assert (colors[:, 1] > 0.85).all()
    assert (colors[:, 1] < colors[:, 2]).all()
    assert colors.max() < 1


def test_colors_stay_as_they_are_where_nothing_is_gained():
    colors = np.random.default_rng(0).uniform(size=(len(FACES), 3)).astype(np.float32)
    before = colors.copy()
    relit(CapturedLight.even()).tint(0, len(FACES), np.ones_like(VERTICES), colors)
    np.testing.assert_allclose(colors, before, atol=1e-6)
