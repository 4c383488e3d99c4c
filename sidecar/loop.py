"""What the threads of the sidecar have in common: turn after turn until they are stopped."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod


class Loop(ABC):
    """A thread of its own that takes turns from `start` to `stop`."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def turn(self) -> float:
        """Do what is due and return how long to rest, in seconds."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the turn that is being taken."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self.turn())
