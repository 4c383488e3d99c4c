"""How somebody ends a sidecar: by a signal (Ctrl+C, a closed terminal), or by ending the process that started it."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from sidecar.regions.owner import process_start_ns

LOOK_S = 0.5  # between looks for the process that started this one


def catch_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Let signals call `stop` on this loop; return what undoes it.

    SIGINT, SIGTERM and, unless it is ignored as under nohup, SIGHUP; on Windows Ctrl+C and Ctrl+Break.
    """
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    if sys.platform == "win32":  # the Proactor loop has no add_signal_handler
        caught = (signal.SIGINT, signal.SIGBREAK)

        def on_signal(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(stop)

        before = [signal.signal(number, on_signal) for number in caught]

        def restore() -> None:
            for number, old in zip(caught, before, strict=True):
                signal.signal(number, old)

        return restore
    heard = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        heard.append(signal.SIGHUP)
    for number in heard:
        loop.add_signal_handler(number, stop)

    def release() -> None:
        for number in heard:
            loop.remove_signal_handler(number)

    return release


async def stop_when_gone(pid: int, stop: Callable[[], None]) -> None:
    """Call `stop` once there is no such process any more, or another one of the same id."""
    start_ns = process_start_ns(pid)
    while start_ns is not None and process_start_ns(pid) == start_ns:
        await asyncio.sleep(LOOK_S)
    stop()
