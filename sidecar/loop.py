"""What the threads of the sidecar have in common: turn after turn until they are stopped."""

from __future__ import annotations

import logging
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

LONGEST_SLEEP_S = 0.05  # Windows: until somebody who stops a loop is heard
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
            rest(self._stop, self._turn_safely())

    def _turn_safely(self) -> float:
        """Take a turn: a thread that ended here would leave all heads still while the sidecar seems to live."""
        try:
            return self.turn()
        except Exception:
            log.exception("a turn of the thread %s failed", self._thread.name)
            return TROUBLE_S


def rest(stop: threading.Event, seconds: float) -> None:
    """Wait for so long, or until somebody says stop.

    An event that is waited for with a time limit comes in steps of 15.6 ms on Windows, which would make 64 or 32 frames
    a second of 72. `time.sleep` has a timer of its own there (since Python 3.11), but hears nobody.
    """
    if sys.platform == "win32":
        sleep_in_pieces(stop, seconds)
    else:
        stop.wait(seconds)


def sleep_in_pieces(stop: threading.Event, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Sleep for so long, and look in between whether somebody says stop.

    Args:
        stop: Says so.
        seconds: How long.
        sleep: Sleeps.
    """
    while seconds > 0 and not stop.is_set():
        piece_s = min(seconds, LONGEST_SLEEP_S)
        sleep(piece_s)
        seconds -= piece_s
