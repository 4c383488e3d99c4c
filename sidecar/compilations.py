"""Which kernels Numba had to compile, and which it found on disk."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from numba.core.event import Event, Listener, register, unregister


@contextmanager
def compilations() -> Generator[list[str]]:
    """Give the names of functions that are compiled meanwhile, in any thread, but not of those found on disk."""
    listener = _Compilations()
    register("numba:compile", listener)
    try:
        yield listener.names
    finally:
        unregister("numba:compile", listener)


class _Compilations(Listener):
    """Notes what Numba begins to compile."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_start(self, event: Event) -> None:
        """Note the function."""
        if event.data is not None:
            self.names.append(event.data["dispatcher"].py_func.__name__)

    def on_end(self, event: Event) -> None:
        """Do nothing: it was counted when it began."""
