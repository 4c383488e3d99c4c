"""Threads that share the chunks of one compiled kernel.

Numba's own parallel loops abort the process when two Python threads enter them under its default threading layer, and
their thread count is global. Here every kernel is a plain `nogil` function that takes its next chunk from a counter, so
that several renderers can run side by side, each with its own bound, and a helper thread that comes late costs nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rsatalker.renderers.thread_share import threads_for_caller

MOST_THREADS_BY_DEFAULT = 8  # more gain little at head sizes and take cores from the game beside us


def _take_chunk(typing_context: Any, counter: Any) -> Any:
    """Tell Numba the type and the instruction of `take_chunk`."""
    signature = types.int64(counter)

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        array = context.make_array(counter)(context, builder, arguments[0])
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return signature, generate


# Returns the counter's value and adds one to it, atomically; for use inside kernels.
take_chunk = cast("Callable[[Any], int]", intrinsic(_take_chunk))


def _fetch_ahead(typing_context: Any, array: Any, index: Any) -> Any:
    """Tell Numba the type and the instruction of `fetch_ahead`."""
    signature = types.void(array, index)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        address = builder.gep(data, [arguments[1]])
        address = builder.bitcast(address, ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch", [address.type], ir.FunctionType(ir.VoidType(), [address.type, flag, flag, flag])
        )
        builder.call(prefetch, [address, flag(0), flag(3), flag(1)])  # to be read, into the nearest cache, data
        return context.get_dummy_value()

    return signature, generate


# Asks for the cache line of an element of a 1-D array, by its place in memory, and does not wait for it.
fetch_ahead = cast("Callable[[Any, Any], None]", intrinsic(_fetch_ahead))


def usable_threads() -> int:
    """Return how many threads this process may run at once, at most `MOST_THREADS_BY_DEFAULT`."""
    if sys.platform == "linux":
        available = len(os.sched_getaffinity(0))
    else:  # Windows and macOS have no affinity call in the standard library
        available = os.cpu_count() or 1
    return min(available, MOST_THREADS_BY_DEFAULT)


class WorkerThreads:
    """The calling thread and up to `threads - 1` helpers, which run the same kernel until its chunks are used up."""

    def __init__(self, threads: int) -> None:
        if threads < 1:
            raise ValueError(f"threads is {threads}; a renderer needs at least 1.")
        self.threads = threads
        self._helpers = ThreadPoolExecutor(threads - 1, "renderer") if threads > 1 else None

    def run(self, kernel: Callable[..., Any], *arguments: Any, chunks: int) -> None:
        """Run `kernel(counter, *arguments)` on the caller's part of the threads: all, unless others draw beside it.

        The kernel takes chunks below `chunks` from the counter.
        """
        counter = np.zeros(1, np.int64)
        started: list[Future[Any]] = []
        if self._helpers is not None:
            for _ in range(min(threads_for_caller(self.threads), chunks) - 1):
                started.append(self._helpers.submit(kernel, counter, *arguments))
        kernel(counter, *arguments)
        for future in started:
            if not future.cancel():  # a helper that has not begun has nothing left to do
                future.result()
