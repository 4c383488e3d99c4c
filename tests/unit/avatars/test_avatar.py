from dataclasses import replace

import numpy as np
import pytest

from rsatalker.avatars.avatar import Avatar
from rsatalker.avatars.glints import COUNT as GLINT_COUNT
from rsatalker.avatars.light import Light, studio_light
from rsatalker.motion.expression_space import PROCEDURAL_1
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import fit_camera
from rsatalker.renderers.cpu import CpuRenderer

pytestmark = pytest.mark.unit

VIEWER = np.array([0, 0, 0.9], np.float32)
HERE = np.eye(4, dtype=np.float32)


def follow(avatar, pose=None, light=None, world_from_head=HERE, viewer=VIEWER):
    pose = pose or FlamePose.neutral()
    return avatar.follow(avatar.head(pose), pose, light or studio_light(), viewer, world_from_head)


def full_matrices(covariances):
    index = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])
    return covariances[:, index].astype(np.float64)


def talking():
    expression = np.zeros(len(PROCEDURAL_1), np.float32)
    for name, weight in {"mouthSmileLeft": 0.8, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 0.4, "browInnerUp": 0.7}.items():
        expression[PROCEDURAL_1.index(name)] = weight
    return replace(
        FlamePose.neutral(),
        expression=expression,
        jaw_pose=np.array([0.3, 0, 0], np.float32),
        neck_pose=np.array([0.1, 0.3, 0.05], np.float32),
        eye_pose=np.array([0.1, 0.2, 0, 0.1, 0.2, 0], np.float32),
    )


def placed(angle=0.8, shift=(1.0, 1.6, -2.0)):
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = [[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]
    matrix[:3, 3] = shift
    return matrix


@pytest.mark.parametrize("pose", [FlamePose.neutral(), talking()], ids=["rest", "talking"])
def test_avatar_gives_finite_values_in_range(avatar, pose):
    gaussians = follow(avatar, pose)
    for name in ("means", "covariances", "opacities", "colors"):
        assert np.isfinite(getattr(gaussians, name)).all(), name
    for values in (gaussians.opacities, gaussians.colors):
        assert values.min() >= 0
        assert values.max() <= 1


@pytest.mark.parametrize("pose", [FlamePose.neutral(), talking()], ids=["rest", "talking"])
def test_covariances_are_positive_definite_where_anything_shows(avatar, pose):
    gaussians = follow(avatar, pose)
    shown = gaussians.opacities > 0
    eigenvalues = np.linalg.eigvalsh(full_matrices(gaussians.covariances[shown]))
    assert eigenvalues[:, 0].min() > -1e-12
    assert (eigenvalues[:, 1] > 0).all()


def test_gaussians_keep_their_place_when_the_whole_head_moves(avatar):
    world = placed()
    still = follow(avatar)
    moved = follow(avatar, world_from_head=world, viewer=world[:3, :3] @ VIEWER + world[:3, 3])
    count = len(avatar) - GLINT_COUNT  # the last ones are highlights, which depend on the light
    expected = still.means[:count] @ world[:3, :3].T + world[:3, 3]
    np.testing.assert_allclose(moved.means[:count], expected, atol=2e-5)
    rotation = world[:3, :3].astype(np.float64)
    turned = rotation @ full_matrices(still.covariances[:count]) @ rotation.T
    np.testing.assert_allclose(full_matrices(moved.covariances[:count]), turned, atol=1e-8)


def test_doubled_light_brightens(avatar):
    light = studio_light()
    once, twice = follow(avatar, light=light), follow(avatar, light=light.scaled(2))
    shown = once.opacities > 0
    assert (twice.colors[shown] >= once.colors[shown] - 1e-6).all()
    assert twice.colors[shown].mean() > 1.15 * once.colors[shown].mean()


def test_darkness_is_black_but_for_nothing(avatar):
    dark = follow(avatar, light=studio_light().scaled(0))
    assert dark.colors[dark.opacities > 0].max() < 0.02


def test_key_light_brightens_the_side_it_comes_from(avatar):
    def lit_from(x):
        towards = np.array([x, 0, 0.3], np.float32)
        return Light(np.zeros((9, 3), np.float32), towards / np.linalg.norm(towards), np.full(3, 1.0, np.float32))

    left, right = follow(avatar, light=lit_from(1.0)), follow(avatar, light=lit_from(-1.0))
    on_left = (left.means[:, 0] > 0.04) & (left.opacities > 0.9)
    assert left.colors[on_left].mean() > 2 * right.colors[on_left].mean()


def test_light_stays_in_the_world_when_the_head_turns(avatar):
    """The same head, light and viewer turned together look the same."""
    light = studio_light()
    world = placed(shift=(0, 0, 0))
    rotation = world[:3, :3]
    from rsatalker.avatars.rotated_probe import rotated

    turned = Light(rotated(light.probe, rotation.T), rotation @ light.key_direction, light.key_color)
    before = follow(avatar, light=light)
    after = follow(avatar, light=turned, world_from_head=world, viewer=rotation @ VIEWER)
    shown = before.opacities > 0.5
    assert np.abs(after.colors - before.colors)[shown].mean() < 0.01


def test_teeth_light_up_when_the_mouth_opens(avatar):
    jaw = replace(FlamePose.neutral(), jaw_pose=np.array([0.3, 0, 0], np.float32))
    mouth = avatar._data.mouth.vertices
    follow(avatar)
    closed = avatar._vertex_light[mouth].mean()
    follow(avatar, jaw)
    assert avatar._vertex_light[mouth].mean() > 2 * closed


def test_eyes_turn_with_the_gaze(avatar):
    look = replace(FlamePose.neutral(), eye_pose=np.array([0, 0.4, 0, 0, 0.4, 0], np.float32))
    iris = avatar._data.bound["material"] == 2
    ahead, aside = follow(avatar), follow(avatar, look)
    count = len(iris)
    assert aside.means[:count][iris][:, 0].mean() > ahead.means[:count][iris][:, 0].mean() + 0.002


def test_threads_give_the_same_gaussians(head, avatar_data):
    one, two = Avatar("a", head, avatar_data, threads=1), Avatar("b", head, avatar_data, threads=2)
    first, second = follow(one, talking()), follow(two, talking())
    np.testing.assert_array_equal(first.means, second.means)
    np.testing.assert_array_equal(first.colors, second.colors)


def test_bounding_sphere_holds_all_gaussians_at_rest(avatar):
    center, radius = avatar.bounding_sphere
    gaussians = follow(avatar)
    assert np.linalg.norm(gaussians.means - center, axis=1).max() < radius
    assert radius < 0.4


def test_gaussians_hold_over_one_more_call(avatar):
    first = follow(avatar)
    means = first.means.copy()
    second = follow(avatar, talking())
    np.testing.assert_array_equal(first.means, means)
    assert np.shares_memory(follow(avatar).means, first.means)
    assert not np.shares_memory(second.means, first.means)


def test_avatar_in_few_pixels_looks_like_the_mean_of_many(avatar):
    center, radius = avatar.bounding_sphere
    viewer = center + np.array([0.2, 0.05, 0.9], np.float32)
    gaussians, renderer = follow(avatar, viewer=viewer), CpuRenderer(1)
    once, mean = np.empty((1, 128, 128, 4), np.uint8), np.empty((1, 128, 128, 4), np.uint8)
    for oversampling, colors in ((1, once), (6, mean)):
        camera = fit_camera(viewer, center, radius, 128, 128, oversampling=oversampling)
        renderer.render(gaussians, [camera], colors, np.empty((1, 128, 128), np.float32))
    error = np.square(once.astype(float) - mean).mean()
    assert 10 * np.log10(255**2 / error) > 30  # as soft as fitted splats, lids and lips would close: 26


def test_hair_of_a_twin_swings_as_if_it_were_alone(head, avatar_data):
    hanging = np.ones_like(avatar_data.helpers.strand_looseness)  # the hair of this character is too short to swing
    data = replace(avatar_data, helpers=replace(avatar_data.helpers, strand_looseness=hanging))
    alone, beside = (Avatar("tomas", head, data, threads=1) for _ in range(2))
    twin = beside.twin()
    for number in range(5):
        at_s, here, there = number / 30, placed(angle=0.1 * number), placed(angle=-0.2 * number, shift=(0, 0, 3))
        pose = FlamePose.neutral()
        vertices = head(pose)
        expected = alone.follow(vertices, pose, studio_light(), VIEWER, here, at_s).means.copy()
        twin.follow(vertices, pose, studio_light(), VIEWER, there, at_s + 7)
        assert np.array_equal(beside.follow(vertices, pose, studio_light(), VIEWER, here, at_s).means, expected)
    at_rest = Avatar("tomas", head, data, threads=1).follow(vertices, pose, studio_light(), VIEWER, here).means
    assert np.abs(at_rest - expected).max() > 0.002  # it did swing
