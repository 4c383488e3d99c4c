import numpy as np
import pytest

from rsatalker.avatars.baked_light import BakedLight
from rsatalker.avatars.frame_light import DIRECTIONS, part_light, scene_light
from rsatalker.avatars.light import Light, studio_light
from rsatalker.avatars.lighting import VERTEX_LIGHT, dim_vertices, light_vertices, lit_vertices
from rsatalker.avatars.spherical_harmonics import basis

pytestmark = pytest.mark.unit


MOST = 9.0
BOUNCE = np.array([0.3, 0.2, 0.1], np.float32)


@pytest.fixture
def scene():
    """Return lit vertices, a part light and the dimming of ten vertices, of which the first is not lit."""
    random = np.random.default_rng(3)
    baked = BakedLight(
        transfer=random.normal(size=(3, 9, 10)).astype(np.float32),
        visible_red=random.integers(0, 256, (192, 10), np.uint8),
        visible=random.integers(0, 256, (192, 10), np.uint8),
        normals=random.normal(size=(3, 10)).astype(np.float32) * np.float32(0.5),
    )
    follows = np.linspace(0, 1, 10, dtype=np.float32)
    chosen = np.arange(10) > 0
    rotations = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[::-1].copy()
    parts = part_light(scene_light(studio_light()), rotations)
    dimming = random.uniform(0.5, 1, 10).astype(np.float32)
    return lit_vertices(baked, np.arange(10), chosen, follows), baked, parts, dimming


def lit(scene, out, share=1.0, most=MOST):
    vertices, _, parts, dimming = scene
    light_vertices(
        0, len(vertices), vertices.vertices, vertices.transfer, vertices.transfer_steps, vertices.visible_red,
        vertices.visible, vertices.normals, vertices.follows_skull, dimming, parts.bands, parts.skin_bands,
        BOUNCE, parts.lamp_cells, parts.lamp_weights, np.float32(share), np.float32(most), out,
    )  # fmt: skip
    return out


def plainly_lit(scene):
    """Return the light of all ten vertices in plain numpy."""
    _, baked, parts, dimming = scene
    total = np.zeros((VERTEX_LIGHT, 10))
    for part in range(2):
        reached = np.einsum("ck,ckv->cv", parts.bands[part], baked.transfer)
        seen = np.clip(baked.transfer[:, 0] * 2 * np.sqrt(np.pi), 0, 1)
        reached = reached + BOUNCE[:, None] * seen * (1 - seen)
        full = basis(baked.normals.T.astype(float)) @ parts.skin_bands[part].T
        least = 0.15 * basis(np.eye(3))[0, 0] * parts.skin_bands[part][:, 0] + 1e-6
        probe = np.clip(reached / np.maximum(full, least).T, 0.02, 1.1)
        cells, weights = parts.lamp_cells[part], parts.lamp_weights[part]
        lamps = [weights[lamp] @ baked.visible[cells[lamp]] for lamp in range(3)]
        red = weights[0] @ baked.visible_red[cells[0]]
        follows = np.linspace(0, 1, 10) if part else np.linspace(1, 0, 10)
        total += follows * np.concatenate([probe, [red, *lamps]])
    return (total * dimming).T


def test_light_vertices_equals_plain_sums(scene):
    out = lit(scene, np.zeros((10, VERTEX_LIGHT), np.float32))
    np.testing.assert_allclose(out[1:], plainly_lit(scene)[1:], atol=2e-3)


def test_light_vertices_leaves_others_as_they_are(scene):
    out = lit(scene, np.full((10, VERTEX_LIGHT), 7, np.float32))
    np.testing.assert_array_equal(out[0], 7)


def test_light_vertices_goes_part_of_the_way_and_no_further_than_the_most(scene):
    out = lit(scene, np.full((10, VERTEX_LIGHT), 0.2, np.float32), share=0.5, most=0.3)
    expected = 0.5 * np.minimum(plainly_lit(scene), 0.3) + 0.1
    np.testing.assert_allclose(out[1:], expected[1:], atol=2e-3)


def test_dim_vertices_sums_the_expressions_in_use():
    starts, vertices = np.array([0, 2, 3]), np.array([0, 1, 1], np.int32)
    changes = np.array([-0.2, 0.1, -0.4], np.float32)
    out = np.empty(3, np.float32)
    dim_vertices(np.array([1.0, 0.5], np.float32), starts, vertices, changes, out)
    np.testing.assert_allclose(out, [0.8, 0.9, 1.0], rtol=1e-6)


def test_lamp_weights_sum_up_to_full_visibility_and_fade_out(scene):
    _, _, parts, _ = scene
    np.testing.assert_allclose(parts.lamp_weights.sum(-1) * 255, 1, rtol=1e-5)
    assert (parts.lamp_weights[..., -1] < 1e-3 * parts.lamp_weights[..., 0]).all()


def test_lamp_cells_are_the_directions_nearest_to_the_lamp(scene):
    _, _, parts, _ = scene
    cosines = DIRECTIONS @ scene_light(studio_light()).lamp_directions[0]
    assert set(parts.lamp_cells[0, 0]) == set(np.argsort(-cosines)[:14])


def test_mean_irradiance_is_the_radiance_of_an_even_surrounding_and_a_quarter_of_the_key_light():
    probe = np.zeros((9, 3), np.float32)
    probe[0] = 2 * np.sqrt(np.pi) * 0.5
    probe[2] = 3.0  # more from the front, as much less from behind
    light = Light(probe, studio_light().key_direction, np.full(3, 2.0, np.float32))
    np.testing.assert_allclose(light.mean_irradiance, 1.0, rtol=1e-6)
