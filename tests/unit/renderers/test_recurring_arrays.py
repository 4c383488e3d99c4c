import gc
import tracemalloc

import numpy as np
import pytest
from page_lock_driver import Driver

from rsatalker.renderers.page_locked import PageLockedMemory
from rsatalker.renderers.recurring_arrays import LEAST_BYTES, RecurringArrays, owner_of

pytestmark = pytest.mark.unit


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def recurring(driver: Driver) -> RecurringArrays:
    return RecurringArrays(PageLockedMemory(on_cuda=False, lock=driver.lock, unlock=driver.unlock))


def array(rows: int = LEAST_BYTES) -> np.ndarray:
    return np.zeros((rows, 3), np.float32)


def test_recurring_arrays_are_locked_when_they_come_again(recurring: RecurringArrays, driver: Driver):
    kept = array()
    assert not recurring.can_be_read_in_place(kept)
    assert not driver.locked
    assert recurring.can_be_read_in_place(kept)
    assert recurring.can_be_read_in_place(kept)
    assert driver.locked == {kept.ctypes.data: kept.nbytes}


def test_recurring_arrays_are_known_by_their_memory_however_much_of_it_comes(recurring: RecurringArrays):
    kept = array()
    assert not recurring.can_be_read_in_place(kept[:7])
    assert recurring.can_be_read_in_place(kept[:9])


def test_recurring_arrays_are_unlocked_before_their_memory_is_free(recurring: RecurringArrays, driver: Driver):
    allocated: list[int] = []
    domain = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    driver.unlocking = lambda: allocated.append(
        sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([domain]).traces)
    )
    tracemalloc.start()
    try:
        kept = np.zeros((1 << 20, 3), np.float32)
        size, view = kept.nbytes, kept[:5]
        recurring.can_be_read_in_place(kept)
        recurring.can_be_read_in_place(view)
        del kept
        assert driver.locked  # the view keeps its memory alive
        del view
        gc.collect()
    finally:
        tracemalloc.stop()
    assert not driver.locked
    assert allocated[0] >= size


def test_recurring_arrays_let_go_of_all_when_they_end(driver: Driver):
    recurring, kept = RecurringArrays(PageLockedMemory(False, driver.lock, driver.unlock)), array()
    recurring.can_be_read_in_place(kept)
    assert recurring.can_be_read_in_place(kept)
    del recurring
    gc.collect()
    assert not driver.locked


def test_recurring_arrays_never_lock_what_comes_once(recurring: RecurringArrays, driver: Driver):
    for _ in range(20):  # which numpy often puts into the same memory
        assert not recurring.can_be_read_in_place(array())
    assert not driver.locked
    assert not recurring._releases


def test_recurring_arrays_ask_the_driver_once_when_it_refuses(driver: Driver):
    driver.most_bytes = 10
    recurring, kept = RecurringArrays(PageLockedMemory(False, driver.lock, driver.unlock)), array()
    assert not any(recurring.can_be_read_in_place(kept) for _ in range(5))
    assert driver.asked == 1


@pytest.mark.parametrize("kind", ["small", "strided", "read-only", "of others"])
def test_recurring_arrays_leave_alone_what_cannot_be_read_in_place(
    recurring: RecurringArrays, driver: Driver, kind: str
):
    kept = array(4) if kind == "small" else array()
    if kind == "strided":
        kept = kept[::2]
    if kind == "read-only":
        kept.flags.writeable = False
    if kind == "of others":
        kept = np.frombuffer(bytearray(4 * LEAST_BYTES), np.float32)
    assert not any(recurring.can_be_read_in_place(kept) for _ in range(3))
    assert not driver.locked


def test_recurring_arrays_cannot_move_while_they_are_known(recurring: RecurringArrays):
    kept = array()
    recurring.can_be_read_in_place(kept)
    with pytest.raises(ValueError, match="resize"):
        kept.resize((2 * len(kept), 3))


def test_owner_is_none_of_memory_that_is_no_arrays():
    assert owner_of(np.frombuffer(bytearray(8), np.uint8)[2:]) is None
