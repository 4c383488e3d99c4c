from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from page_lock_driver import Driver

from rsatalker.avatars.gaussians import ARRAYS, Gaussians
from rsatalker.renderers.gsplat_upload import FILLING, GaussiansUpload
from rsatalker.renderers.page_locked import PageLockedMemory

pytestmark = pytest.mark.unit
LARGE, SMALL = 17_000, 40  # arrays that are worth locking, the one byte of `antialiased` included, and that are not


def upload_with(driver: Driver, **options: bool) -> tuple[GaussiansUpload, PageLockedMemory]:
    memory = PageLockedMemory(on_cuda=False, lock=driver.lock, unlock=driver.unlock)
    return GaussiansUpload(torch.device("cpu"), memory, **options), memory


def numbers(gaussians: Gaussians, seed: int) -> Gaussians:
    """Fill Gaussians with other numbers, in the same memory."""
    random = np.random.default_rng(seed)
    for name in FILLING:
        values = getattr(gaussians, name)
        values[...] = random.integers(0, 250, values.shape)
    return gaussians


def buffers(count: int) -> Gaussians:
    shapes = {name: (count, *filling.shape) for name, filling in FILLING.items()}
    return Gaussians(**{name: np.zeros(shape, FILLING[name].dtype) for name, shape in shapes.items()})


def first(gaussians: Gaussians, count: int) -> Gaussians:
    return Gaussians(*(getattr(gaussians, name)[:count] for name in ARRAYS))


def assert_equal(found: object, heads: list[Gaussians]) -> None:
    for name, filling in FILLING.items():
        rows = getattr(found, name).numpy()
        assert rows.shape == (len(heads), max(map(len, heads)), *filling.shape)
        for row, head in zip(rows, heads, strict=True):
            np.testing.assert_array_equal(row[: len(head)], getattr(head, name))
            np.testing.assert_array_equal(row[len(head) :], np.broadcast_to(filling, row[len(head) :].shape))


def test_upload_brings_heads_and_what_fills_the_shorter_one_up():
    upload, _ = upload_with(Driver())
    heads = [numbers(buffers(7), 1), numbers(buffers(4), 2)]
    assert_equal(upload(heads), heads)


def test_upload_reads_in_place_what_comes_again():
    driver = Driver()
    upload, memory = upload_with(driver)
    head = numbers(buffers(LARGE), 0)
    upload([head])
    kept = dict(memory._buffers)
    for buffer in kept.values():
        buffer.fill_(7)
    assert_equal(upload([numbers(head, 1)]), [head])
    assert set(driver.locked) == {getattr(head, name).ctypes.data for name in FILLING}
    assert all((buffer == 7).all() for buffer in kept.values())  # nothing was copied there any more


def test_upload_copies_all_first_when_it_is_told_to():
    driver = Driver()
    upload, _ = upload_with(driver, reads_in_place=False)
    head = numbers(buffers(LARGE), 0)
    for seed in range(3):
        assert_equal(upload([numbers(head, seed)]), [head])
    assert not driver.asked


def test_upload_copies_first_what_the_driver_does_not_lock():
    upload, _ = upload_with(Driver(most_bytes=1))
    head = buffers(LARGE)
    for seed in range(3):
        assert_equal(upload([numbers(head, seed)]), [head])


steps = st.tuples(
    st.sampled_from(["as it was", "other numbers", "shorter", "another buffer", "fresh memory", "one row", "shared"]),
    st.integers(0, 1),
    st.integers(0, 10_000),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(plan=st.lists(steps, min_size=1, max_size=12), refuses=st.booleans(), size=st.sampled_from([SMALL, LARGE]))
def test_upload_brings_what_arrays_hold_now_whatever_became_of_them(
    plan: list[tuple[str, int, int]], refuses: bool, size: int
):
    """Of two heads whose arrays are filled anew, swapped, replaced and freed between frames, never an older number."""
    driver = Driver(most_bytes=1 if refuses else 10**9)
    upload, _ = upload_with(driver)
    pairs = [[numbers(buffers(size), 2 * h + b) for b in range(2)] for h in range(2)]
    shown = [pair[0] for pair in pairs]
    for change, h, seed in plan:
        if change == "other numbers":
            numbers(shown[h], seed)
        if change == "shorter":
            shown[h] = first(pairs[h][0], 1 + seed % size)
        if change == "another buffer":
            pairs[h].reverse()
            shown[h] = numbers(pairs[h][0], seed)
        if change == "fresh memory":
            pairs[h] = [numbers(buffers(size), seed), buffers(size)]
            shown[h] = pairs[h][0]
        if change == "one row":
            shown[h].opacities[seed % len(shown[h])] = 251
        if change == "shared":
            shown[h] = shown[1 - h]
        assert_equal(upload(shown), shown)
        alive = {getattr(one, name).ctypes.data for pair in (*pairs, shown) for one in pair for name in FILLING}
        assert set(driver.locked) <= alive


def test_upload_keeps_the_views_of_a_head_apart_from_what_comes_next(scene: SimpleNamespace):
    upload, _ = upload_with(Driver())
    head = scene.head(LARGE)
    upload([head])
    found = upload([head])
    expected = head.colors.copy()
    head.colors[:] = 0
    np.testing.assert_array_equal(found.colors[0].numpy(), expected)
