"""What the threads of the sidecar have in common: turn after turn until they are stopped."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

TROUBLE_S = 0.5  # of rest after a turn that failed: it fails again, perhaps, and each time is a traceback in the log

log = logging.getLogger(__name__)


class Loop(ABC):
    """A thread of its own that takes turns from `start` to `stop`, whatever becomes of one of them."""

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
            self._stop.wait(self._turn_safely())

    def _turn_safely(self) -> float:
        """Take a turn: a thread that ended here would leave all heads still while the sidecar seems to live."""
        try:
            return self.turn()
        except Exception:
            log.exception("a turn of the thread %s failed", self._thread.name)
            return TROUBLE_S
