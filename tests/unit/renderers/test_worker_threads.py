import threading
from typing import Any

import numpy as np
import pytest
from numba import njit

from rsatalker.renderers.thread_share import drawing_beside_others, threads_for_caller
from rsatalker.renderers.worker_threads import WorkerThreads, take_chunk, usable_threads

pytestmark = pytest.mark.unit


@njit(nogil=True)
def count_chunks(counter: Any, taken: Any) -> None:
    """Count how often each chunk was taken."""
    while True:
        chunk = take_chunk(counter)
        if chunk >= taken.shape[0]:
            return
        taken[chunk] += 1


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("chunks", [0, 1, 20000])
def test_worker_threads_take_every_chunk_once(threads: int, chunks: int):
    taken = np.zeros(chunks, np.int64)
    WorkerThreads(threads).run(count_chunks, taken, chunks=chunks)
    assert (taken == 1).all()


def test_worker_threads_pass_on_what_a_helper_raises():
    def fail(counter: Any) -> None:
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        WorkerThreads(2).run(fail, chunks=2)


def test_caller_that_draws_beside_another_gets_its_part_of_the_threads():
    callers: set[int] = set()
    gate = threading.Barrier(2)

    def note(counter: Any) -> None:
        callers.add(threading.get_ident())
        gate.wait(timeout=20)

    workers = WorkerThreads(4)
    with drawing_beside_others(2):
        workers.run(note, chunks=9)
    assert len(callers) == 2
    assert threads_for_caller(4) == 4


def test_caller_beside_many_others_still_draws():
    with drawing_beside_others(8):
        assert threads_for_caller(2) == 1


def test_usable_threads_is_at_least_one():
    assert 1 <= usable_threads() <= 8
