from itertools import pairwise

import numpy as np
import pytest

from rsatalker.avatars.binding import BOUND, Material
from rsatalker.avatars.gaussian_blocks import NEVER
from rsatalker.avatars.level_of_detail import (
    FADE,
    FULL_PIXEL_M,
    LEAST_SHARE,
    fading_ranks,
    growth_of,
    pixel_size,
    ranks_in_turn,
    select,
    share_for,
    weight_of,
)
from rsatalker.avatars.light import studio_light
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import look_at
from rsatalker.renderers.cpu import CpuRenderer

pytestmark = pytest.mark.unit

HERE = np.eye(4, dtype=np.float32)
SIDE_PX = 96
HEADSET_PX_PER_RAD = 1146  # 20 a degree
LARGEST_MEAN_JUMP, LARGEST_JUMP = 0.2, 12  # of 255, from frame to frame: no eye finds it in a picture sequence


def test_the_full_share_changes_nothing():
    assert growth_of(1.0) == 1
    np.testing.assert_array_equal(weight_of(np.linspace(0, 1, 50), 1.0), 1)


@pytest.mark.parametrize("share", [0.25, 0.4, 0.75, 0.95, 1.0])
def test_growth_makes_up_for_what_is_missing(share):
    covered = weight_of((np.arange(10_000) + 0.5) / 10_000, share).mean()
    assert growth_of(share) * covered == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9, 1.0])
def test_the_coarsest_of_a_share_show_in_full_and_the_finest_not_at_all(share):
    full, gone = fading_ranks(share)
    weights = weight_of(np.array([full, (full + gone) / 2, gone]), share)
    np.testing.assert_allclose(weights, [1, 0.5, 0], atol=1e-12)
    assert full <= share < gone


@pytest.mark.parametrize("share", [0.25, 0.4, 0.6, 0.75])
def test_what_is_not_selected_would_not_show(share):
    ranks = np.linspace(0, 1, 64, dtype=np.float32)[None]
    left = len(select(np.zeros(64, BOUND), np.array([0]), ranks, share))
    assert weight_of(ranks[0, left:], share).max() < 1e-6
    assert weight_of(ranks[0, left - 1], share) > 0


def test_selection_keeps_the_beginning_of_each_block():
    bound = np.zeros(6, BOUND)
    bound["wrinkle"] = [0, 1, 2, 0, 3, 0]
    bound["antialiased"] = [0, 1, 1, 0, 0, 1]
    left = select(bound, np.array([0, 3]), np.array([[0, 0.3, 0.9], [0, 0.5, 0.9]], np.float32), 0.3)
    np.testing.assert_array_equal(left.counts, [2, 1])
    np.testing.assert_array_equal(left.firsts, [0, 2])
    np.testing.assert_array_equal(left.antialiased, [0, 1, 0])
    np.testing.assert_array_equal(left.wrinkles, [1])
    np.testing.assert_array_equal(left.wrinkle_groups, [1])


def test_share_falls_with_the_area_of_the_head_and_stops_at_the_least():
    assert share_for(FULL_PIXEL_M / 2) == 1
    assert share_for(FULL_PIXEL_M * 1.25) == pytest.approx(0.64)
    assert share_for(1.0) == LEAST_SHARE


def test_pixel_size_is_that_of_the_nearest_camera():
    center = np.zeros(3, np.float32)
    positions = [np.array([0, 0, 2], np.float32), np.array([0, 0, 1], np.float32)]
    assert pixel_size(center, positions, [500.0, 500.0]) == pytest.approx(0.002)


def test_every_beginning_of_the_order_takes_its_share_of_all_neighbourhoods():
    bound = np.zeros(1024, BOUND)
    ranks = ranks_in_turn(bound, np.zeros(1024, bool))
    np.testing.assert_array_equal(np.sort(ranks), np.arange(1024) / 1024)
    for share in (0.25, 0.5, 0.75):
        assert set((ranks.reshape(-1, 16) < share).sum(1)) == {int(16 * share)}


def test_eyes_are_never_thinned():
    bound = np.zeros(100, BOUND)
    bound["material"] = Material.EYE
    assert ranks_in_turn(bound, np.zeros(100, bool)).max() < LEAST_SHARE


def test_a_smaller_share_gives_fewer_gaussians(avatar):
    pose, viewer = FlamePose.neutral(), np.array([0, 0, 0.9], np.float32)
    vertices = avatar.head(pose)
    counts = [
        len(avatar.follow(vertices, pose, studio_light(), viewer, HERE, share=share)) for share in (1.0, 0.5, 0.25)
    ]
    assert counts[0] == len(avatar)
    assert counts[1] < 0.7 * counts[0]
    assert counts[2] < 0.45 * counts[0]


def test_no_switch_shows_on_a_walk_towards_a_head(avatar):
    drawn = Drawn(avatar)
    errors = []
    for distance_m in np.geomspace(0.4, 8.0, 151):  # 2 % nearer in each frame: a brisk walk
        share = share_for(distance_m / HEADSET_PX_PER_RAD)
        errors.append(drawn.at(distance_m, share) - drawn.at(distance_m, 1.0) if share < 1 else np.zeros(1))
    jumps = [np.abs(after - before) for before, after in pairwise(errors)]
    assert 0 < max(jump.mean() for jump in jumps) < LARGEST_MEAN_JUMP
    assert max(jump.max() for jump in jumps) < LARGEST_JUMP


class Drawn:
    """Pictures of a head that fills them, whatever the distance."""

    def __init__(self, avatar):
        self._avatar, self._renderer, self._pose = avatar, CpuRenderer(1), FlamePose.neutral()
        self._vertices = avatar.head(self._pose)

    def at(self, distance_m, share):
        center, radius = self._avatar.bounding_sphere
        eye = (center + distance_m * np.array([0.25, 0.05, 0.967])).astype(np.float32)
        fov = 2 * np.arcsin(min(radius / distance_m, 0.9))
        camera = look_at(eye, center, width=SIDE_PX, height=SIDE_PX, vertical_fov_rad=fov)
        gaussians = self._avatar.follow(self._vertices, self._pose, studio_light(), eye, HERE, share=share)
        colors = np.empty((1, SIDE_PX, SIDE_PX, 4), np.uint8)
        self._renderer.render(gaussians, [camera], colors, np.empty((1, SIDE_PX, SIDE_PX), np.float32))
        return colors.astype(float)


def test_strands_grow_across_and_surfaces_everywhere(avatar):
    pose, viewer = FlamePose.neutral(), np.array([0, 0, 0.9], np.float32)
    vertices = avatar.head(pose)
    full, coarse = (avatar.follow(vertices, pose, studio_light(), viewer, HERE, share=share) for share in (1.0, 0.25))
    blocks, bound = avatar._blocks, avatar._data.bound
    left = np.flatnonzero(blocks.ranks[blocks.ranks < NEVER] < 0.25 * (1 + FADE))
    before = np.linalg.eigvalsh(matrices(full.covariances[left]))
    after = np.linalg.eigvalsh(matrices(coarse.covariances[: len(left)]))
    growth, material = growth_of(0.25), bound["material"][left]
    long = (material == Material.STRAND) & (before[:, 2] > 100 * before[:, 1])
    assert np.median(after[long, 2] / before[long, 2]) == pytest.approx(1, abs=0.02)
    assert np.median(after[long, 1] / before[long, 1]) == pytest.approx(growth**2, rel=0.05)
    surface = material == Material.SURFACE
    np.testing.assert_allclose(after[surface, 2] / before[surface, 2], growth, rtol=1e-3)


def matrices(covariances):
    return covariances[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3).astype(np.float64)
