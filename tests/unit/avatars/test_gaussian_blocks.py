import numpy as np
import pytest

from rsatalker.avatars.binding import BOUND
from rsatalker.avatars.gaussian_blocks import (
    ALBEDO_RED,
    BLOCK,
    KNOWN,
    KNOWN_END,
    LANES,
    NEVER,
    in_turns,
    laid_in_blocks,
    lower_triangle,
    neighbours_together,
    packed,
    unpack,
    within_budget,
)

pytestmark = pytest.mark.unit

QUADS = np.array([[0, 1, 2, 3]], np.int32)


def numbered(count):
    """Return Gaussians whose albedo tells them apart; one in three is a strand, one in two on a helper frame."""
    bound = np.zeros(count, BOUND)
    bound["albedo"][:, 0] = np.arange(count)
    bound["material"] = np.arange(count) % 3 == 0
    bound["frame"] = np.where(np.arange(count) % 2, 0, 2)
    return bound


def scattered(count):
    return np.random.default_rng(5).normal(size=(count, 3))


def in_blocks(count):
    """Return Gaussians in the order of their blocks, and the blocks."""
    bound, ranks = in_turns(neighbours_together(numbered(count), scattered(count), 1), 1)
    return bound, laid_in_blocks(bound, ranks, QUADS)


def unpacked(blocks):
    known = np.empty((len(blocks), KNOWN_END), np.float32)
    for block, row in enumerate(known):
        unpack(BLOCK, blocks.steps, blocks.begins[block], blocks.lows[block], blocks.sizes[block], row)
    return known


def test_blocks_hold_every_gaussian_once_in_order():
    bound, blocks = in_blocks(700)
    rows = zip(unpacked(blocks), blocks.counts, strict=True)
    held = np.concatenate([row[ALBEDO_RED : ALBEDO_RED + count] for row, count in rows])
    np.testing.assert_allclose(held, bound["albedo"][:, 0], atol=0.01)  # of 700
    np.testing.assert_array_equal(blocks.firsts, np.cumsum(np.r_[0, blocks.counts[:-1]]))
    assert blocks.counts.max() <= BLOCK


def test_a_block_is_of_one_material_and_one_kind_of_frame():
    bound, blocks = in_blocks(700)
    for block, (first, count) in enumerate(zip(blocks.firsts, blocks.counts, strict=True)):
        part = bound[first : first + count]
        assert (part["material"] == blocks.materials[block]).all()
        assert ((part["frame"] < 2) == blocks.on_triangles[block]).all()


def test_neighbours_together_keeps_all_and_shortens_the_way():
    bound, places = numbered(700), scattered(700)
    ordered = neighbours_together(bound, places, 1)
    order = ordered["albedo"][:, 0].astype(int)
    np.testing.assert_array_equal(np.sort(order), np.arange(700))
    step_before, step_after = (np.linalg.norm(np.diff(way, axis=0), axis=1).mean() for way in (places, places[order]))
    assert step_after < 0.6 * step_before


def test_budget_leaves_gaussians_out_evenly_and_keeps_the_order():
    bound = neighbours_together(numbered(2000), scattered(2000), 1)
    bound["antialiased"] = 1
    kept = within_budget(bound, 1, 1500)
    place = {number: index for index, number in enumerate(bound["albedo"][:, 0])}
    left = np.array([place[number] for number in kept["albedo"][:, 0]])
    assert len(left) == 1500
    assert set(np.diff(left)) <= {1, 2, 3}


def test_budget_leaves_marks_out_before_surfels():
    bound = neighbours_together(numbered(2000), scattered(2000), 1)
    bound["material"] = 0
    bound["antialiased"] = np.arange(2000) % 2
    assert (within_budget(bound, 1, 1500)["antialiased"] == 0).sum() == 1000


def test_budget_that_is_kept_changes_nothing():
    bound = numbered(700)
    assert within_budget(bound, 1, 700) is bound


def test_turns_are_taken_within_blocks():
    before = neighbours_together(numbered(2000), scattered(2000), 1)
    after, blocks = in_blocks(2000)
    assert (np.diff(blocks.ranks) >= 0).all()
    for first, count in zip(blocks.firsts, blocks.counts, strict=True):
        held = [set(part["albedo"][first : first + count, 0]) for part in (before, after)]
        assert held[0] == held[1]


def test_what_fills_a_block_up_has_no_turn():
    _, blocks = in_blocks(700)
    np.testing.assert_array_equal((blocks.ranks < NEVER).sum(1), blocks.counts)


def test_a_block_is_whole_vectors():
    assert BLOCK % LANES == 0


def test_lanes_that_nobody_asks_for_stay_as_they_are():
    steps, begins, lows, sizes = packed(np.random.default_rng(1).normal(size=(1, KNOWN, BLOCK)))
    known = np.full(KNOWN_END, 7, np.float32)
    unpack(LANES, steps, begins[0], lows[0], sizes[0], known)
    planes = known.reshape(KNOWN, BLOCK)
    assert (planes[:, LANES:] == 7).all()
    assert (planes[:, :LANES] != 7).all()


def test_packed_numbers_come_back_within_half_a_step():
    planes = np.random.default_rng(1).normal(size=(2, KNOWN, BLOCK))
    planes[0, 3] = 0.5  # takes no place
    steps, begins, lows, sizes = packed(planes)
    known = np.empty(KNOWN_END, np.float32)
    for block in range(2):
        unpack(BLOCK, steps, begins[block], lows[block], sizes[block], known)
        error = np.abs(known.reshape(KNOWN, BLOCK) - planes[block])
        assert (error <= 0.51 * sizes[block][:, None] + 1e-6).all()


def test_a_plane_of_equal_numbers_comes_back_as_it_was():
    known = np.empty(KNOWN_END, np.float32)
    steps, _, lows, sizes = packed(np.full((1, KNOWN, BLOCK), 0.7))
    assert len(steps) == 0
    unpack(BLOCK, steps, 0, lows[0], sizes[0], known)
    np.testing.assert_array_equal(known, np.float32(0.7))


def test_numbers_that_single_precision_cannot_tell_apart_take_no_place():
    planes = np.zeros((1, KNOWN, BLOCK))
    planes[0, 0, 0] = 1e-44
    steps, _, _, sizes = packed(planes)
    assert (len(steps), sizes.max()) == (0, 0)


def test_lower_triangle_makes_the_same_covariance():
    factors = np.random.default_rng(2).normal(size=(40, 3, 3))
    factors[0, :, 2] = 0  # flat
    lower = np.zeros_like(factors)
    lower[:, [0, 1, 1, 2, 2, 2], [0, 0, 1, 0, 1, 2]] = lower_triangle(factors).T
    np.testing.assert_allclose(lower @ lower.transpose(0, 2, 1), factors @ factors.transpose(0, 2, 1), atol=1e-12)
